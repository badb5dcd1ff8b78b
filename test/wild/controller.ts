import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { WildCase } from './case.ts';

export const ROOT = join(import.meta.dirname, '../..');
const RUNBOOK = join(ROOT, 'bin/runbook.js');

/** The variables of a step: those of a person who pipes the output. */
export function environmentOf(folder: string): Readonly<Record<string, string>> {
  return {
    w: folder,
    PATH: `${folder}/.bin:${process.env['PATH'] ?? ''}`,
    NO_COLOR: '1',
    LC_ALL: 'C.UTF-8',
    RUNBOOK_STATE: `${folder}/.state`,
  };
}

/**
 * Writes the files of a case into its folder, and `runbook` beside them. A case whose files use `{{w}}` gets the path
 * of the folder as that variable; a case on a host of the lab gets its inventory.
 */
export function layOut(one: WildCase, folder: string, inventory?: string): void {
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  const files = Object.entries(one.files);
  const extra = files.some(([, text]) => text.includes('{{w}}')) ? ' -e w="$w"' : '';
  const hosts = inventory === undefined ? '' : ' -i "$w/lab.yml"';
  const program = `#!/bin/sh
case $1 in
  play|plan) exec '${process.execPath}' '${RUNBOOK}' "$@"${extra}${hosts} ;;
  exec|vars|inventory|ping|facts|lint) exec '${process.execPath}' '${RUNBOOK}' "$@"${hosts} ;;
  *) exec '${process.execPath}' '${RUNBOOK}' "$@" ;;
esac
`;
  writeFileSync(join(bin, 'runbook'), program);
  chmodSync(join(bin, 'runbook'), 0o755);
  if (inventory !== undefined) writeFileSync(join(folder, 'lab.yml'), inventory);
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
