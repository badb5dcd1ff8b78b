import { type KeyValues, readKeyValues } from '../playbook/base/key-values.ts';
import type { ModuleFacts } from './base/module-facts.ts';

/** The arguments that Ansible reads from the text after the name of a module. */
export interface ReadText {
  /** The remaining text, for the argument that needs no name. */
  readonly free: string | undefined;
  readonly pairs: KeyValues['pairs'];
}

/** Modules whose text is a command: only these names are arguments if `name=value` is in it. */
const COMMANDS: ReadonlySet<string> = new Set(['command', 'shell', 'script', 'query']);
const OF_COMMANDS = ['chdir', 'creates', 'removes', 'executable', 'stdin', 'warn', 'cmd'];
const PAIR_OF_COMMAND = new RegExp(
  String.raw`(?:^|\s)(${OF_COMMANDS.join('|')})=("(?:[^"\\]|\\.)*"|'[^']*'|(?:\{\{[\s\S]*?\}\}|[^\s"'{]|\{(?!\{))+)(?=\s|$)`,
  'g',
);

/** Reads the arguments; undefined if the text has no arguments, or other words beside them. */
export function readModuleText(text: string, module: string, facts: ModuleFacts | undefined): ReadText | undefined {
  if (!/(?:^|\s)\w+=/.test(text)) return undefined;
  if (COMMANDS.has(module)) return readCommand(text);
  const { pairs, others } = readKeyValues(text);
  if (pairs.length === 0) return undefined;
  if (others.length === 0) {
    const known =
      facts === undefined ||
      pairs.some(([name]) => facts.argument(name) !== undefined || facts.instead(name) !== undefined);
    return known ? { free: undefined, pairs } : undefined;
  }
  return undefined;
}

function readCommand(text: string): ReadText | undefined {
  const pairs: (readonly [string, string])[] = [];
  const free = text
    .replaceAll(PAIR_OF_COMMAND, (_whole, name: string, value: string) => {
      pairs.push([name, /^(["'])[\s\S]*\1$/.test(value) ? value.slice(1, -1) : value]);
      return '';
    })
    .trim();
  if (pairs.length === 0) return undefined;
  return { free: free === '' ? undefined : free, pairs };
}
