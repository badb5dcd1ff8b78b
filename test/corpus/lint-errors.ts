import { type Reported, findings } from '../../engine/lint/lint.ts';
import { readSite } from '../../engine/lint/read-site.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';
import { type ReadSource, displayPath } from '../../engine/playbook/source-files.ts';
import type { Opened } from './read-file.ts';

/** Errors of lint, by file and line. */
export class LintErrors {
  readonly #byFile: ReadonlyMap<string, readonly Reported[]>;

  constructor(found: readonly Reported[] = []) {
    this.#byFile = Map.groupBy(found, ({ place }) => place.file);
  }

  /** Returns the errors of the lines from `first` on, before `next`. */
  within(path: string, first: number, next: number): readonly Reported[] {
    const all = this.#byFile.get(displayPath(path)) ?? [];
    return all.filter(({ place }) => place.line >= first && place.line < next);
  }
}

/** Returns the findings of rules of level error, without loading the playbooks. */
export async function lintErrors(opened: readonly Opened[]): Promise<readonly Reported[]> {
  const sources = opened.flatMap(({ file, content }): ReadSource[] => {
    switch (content.kind) {
      case 'playbook':
        return [{ path: file.path, kind: 'plays', nodes: content.nodes }];
      case 'tasks':
      case 'handlers':
      case 'variables':
        return [{ path: file.path, kind: content.kind, nodes: content.nodes }];
      case 'template':
      case 'unreadable':
      case 'none':
        return [];
    }
  });
  const site = await readSite({ playbooks: [], sources, layers: [], modules });
  return findings(site, new Map()).filter(({ level }) => level === 'error');
}
