import { Problem, Problems } from '../errors/problem.ts';
import type { Catalogue } from '../modules/base/catalogue.ts';
import type { Node } from '../values/base/node.ts';
import { Secret } from '../values/base/secret.ts';
import { readYaml } from '../values/yaml/yaml.ts';
import type { Draft } from './base/draft.ts';
import { linesLeft } from './base/marks.ts';
import type { FileKind } from './base/outcome.ts';
import type { ModuleMap } from './module-map.ts';
import { refusalsOf, unitsIn } from './refusals.ts';

/**
 * Marks each task, block and play that the loader refuses after the conversion, and that has no mark yet. Without this,
 * a mistake of the original, or of the converter, would stay without any comment. Returns the text with these marks.
 */
export async function markRefused(
  draft: Draft,
  text: string,
  kind: FileKind,
  { catalogue, mapped }: { readonly catalogue: Catalogue; readonly mapped: ModuleMap },
): Promise<string> {
  if (kind !== 'playbook' && kind !== 'tasks') return text;
  const { file } = draft.source;
  const isHandlers = kind === 'tasks' && /(?:^|\/)handlers\//.test(file);
  const units = rootsOf(text, file).flatMap((root) => unitsIn(root, isHandlers ? 'handlers' : kind));
  const left = linesLeft(
    text,
    units.map(({ map }) => map.place.line),
  );
  // Modules of the user's own, which only the project knows.
  const own = new Set([...mapped.values()].map(({ module }) => module).filter((name) => !catalogue.has(name)));
  for (const unit of units) {
    const { line } = unit.map.place;
    if (left.has(line) || unit.map.entries.some(({ key }) => own.has(key))) continue;
    const [problem] = await refusalsOf(unit, catalogue);
    if (problem === undefined) continue;
    const { code } = problem;
    draft.leaveUnit(unit.kind, line, text, { kind: 'byHand', why: { kind: 'refused', code, sentence: told(problem) } });
  }
  return draft.result() ?? text;
}

function told({ what, remedy }: Problem): string {
  return [what, ...(remedy === undefined ? [] : [remedy])]
    .map((one) => `${one.trimEnd().replace(/[.:]$/, '')}.`)
    .join(' ');
}

function rootsOf(text: string, file: string): readonly Node[] {
  try {
    return readYaml(text, file, { decrypt: () => Secret.of('') });
  } catch (error) {
    if (error instanceof Problem || error instanceof Problems) return [];
    throw error;
  }
}
