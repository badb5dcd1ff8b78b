import { quote } from '../../connection/base/quote.ts';
import type { Directory, OtherFile, RegularFile, Link } from '../../resources/file/file-state.ts';
import { attributeCommands, type WantedAttributes } from './file-attributes.ts';
import { intoDirectory, onPinned } from './foreign-folder.ts';
import type { UsableWay } from './way-to-path.ts';

/** A change of owner and mode at a path. */
export interface AttributeChange {
  readonly way: UsableWay;
  readonly path: string;
  readonly wanted: WantedAttributes;
  readonly there: RegularFile | Directory | OtherFile | Link;
  /** Further commands. They get the path as a word of the shell. */
  readonly more?: (word: string) => readonly string[];
}

/** Returns shell text that makes the change. In a folder of another user, it changes the seen file or nothing. */
export function setAttributes({ way, path, wanted, there, more = () => [] }: AttributeChange): string {
  const type = there.type === 'directory' ? 'directory' : 'file';
  const steps = (word: string): readonly string[] => [...more(word), ...attributeCommands(word, wanted, there, type)];
  if (way.kind === 'own') return ['set -e', ...steps(quote(path))].join('\n');
  const each = (word: string): readonly string[] => steps(word).map((step) => `${step} || exit 1`);
  if (there.type === 'directory') return ['(', intoDirectory(way, path, there.identity), ...each('.'), ')'].join('\n');
  return onPinned(way, path, there.identity, each('./old'));
}
