import { quote } from '../../connection/base/quote.ts';
import type { Directory, OtherFile, RegularFile, Link } from '../../resources/file/file-state.ts';
import { attributeCommands, type WantedAttributes } from './file-attributes.ts';
import { intoDirectory, onPinned } from './foreign-folder.ts';
import type { UsableWay } from './way-to-path.ts';

/**
 * Shell text that gives what stands at the path owner and mode, and does `more` to it, which gets it as a word of the
 * shell. In a folder of another user it is done to the very thing that was seen, or to nothing.
 */
export function setAttributes(
  way: UsableWay,
  path: string,
  wanted: WantedAttributes,
  there: RegularFile | Directory | OtherFile | Link,
  more: (word: string) => readonly string[] = () => [],
): string {
  const type = there.type === 'directory' ? 'directory' : 'file';
  const steps = (word: string): readonly string[] => [...more(word), ...attributeCommands(word, wanted, there, type)];
  if (way.kind === 'own') return ['set -e', ...steps(quote(path))].join('\n');
  const each = (word: string): readonly string[] => steps(word).map((step) => `${step} || exit 1`);
  if (there.type === 'directory') return ['(', intoDirectory(way, path, there.identity), ...each('.'), ')'].join('\n');
  return onPinned(way, path, there.identity, each('./old'));
}
