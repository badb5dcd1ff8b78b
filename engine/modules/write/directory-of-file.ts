import { quote } from '../../connection/base/quote.ts';
import { type Prediction, predict } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import { formatMode } from '../base/file-mode.ts';
import type { Apply, Context, Difference } from '../base/module.ts';
import { type WantedAttributes, attributeCommands, newDirectory } from '../path/file-attributes.ts';

/** Returns the line of a plan for a directory that is made for a file. */
export function newDirectoryField(path: string): Difference {
  return { kind: 'field', of: path, field: 'state', before: 'absent', after: 'a directory' };
}

/** Predicts the directory that is made for a file. */
export function directoryMade(path: string, attributes: WantedAttributes, context: Context): Prediction {
  return predict(file(path), { ...newDirectory(attributes, undefined, context.user), modeIsExpected: true });
}

/**
 * Returns the change with a script that first makes the directory and those above it, and sets owner and mode of each.
 */
export function inside(directory: string, attributes: WantedAttributes, apply: Apply): Apply {
  const { mode } = newDirectory({ mode: attributes.mode }, undefined, '');
  const mask = attributes.mode === undefined || mode === undefined ? '' : `umask ${formatMode(0o777 & ~mode)}; `;
  const make = `(${mask}mkdir -p -- ${quote(directory)}) || exit 1\n`;
  const { owner, group } = attributes;
  const [own] = attributeCommands('"$made"', { owner, group }, undefined, 'directory');
  if (own === undefined) return { ...apply, script: `${make}${apply.script}` };
  const find = `made=${quote(directory)} top=$made; while above=\${top%/*}; [ -n "$above" ] && ! [ -d "$above" ]; do top=$above; done\n`;
  const give = `while ${own} || exit 1; [ "$made" != "$top" ]; do made=\${made%/*}; done\n`;
  return { ...apply, script: `${find}${make}${give}${apply.script}` };
}
