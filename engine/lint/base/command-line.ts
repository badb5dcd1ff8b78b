import type { Node } from '../../values/base/node.ts';
import { type ShellToken, WordReader } from './shell-word.ts';
import { type TaskSource, textOf } from './site.ts';

/** A command that a task runs, as it was written. */
export interface CommandText {
  readonly text: string;
  readonly node: Node;
  /** `command`: runs without a shell. `look`: changes nothing, or claims to. */
  readonly kind: 'command' | 'shell' | 'look';
}

/** Arguments that contain a command, by module. */
const ARGUMENTS: Readonly<Record<string, readonly [name: string, kind: CommandText['kind']][]>> = {
  command: [['cmd', 'command']],
  shell: [['cmd', 'shell']],
  query: [['cmd', 'look']],
  check: [
    ['check', 'look'],
    ['apply', 'shell'],
  ],
};

/** Returns the command lines of a task; none if the command is a list of words. */
export function commandsOf(task: TaskSource): readonly CommandText[] {
  const named = Object.hasOwn(ARGUMENTS, task.module) ? (ARGUMENTS[task.module] ?? []) : [];
  return named.flatMap(([name, kind]) => {
    const node = task.arguments.get(name)?.value;
    const text = textOf(node);
    return node === undefined || text === undefined ? [] : [{ text, node, kind }];
  });
}

/** Returns the words of a command that was given as a line or as a list; undefined if they are not known. */
export function argvOf(task: TaskSource): readonly string[] | undefined {
  const list = task.arguments.get('argv')?.value;
  if (list?.kind === 'list') {
    const words = list.items.map((item) => (item.kind === 'scalar' ? String(item.value) : undefined));
    return words.every((word) => word !== undefined) ? words : undefined;
  }
  const [command] = commandsOf(task);
  return command === undefined ? undefined : shellTokens(command.text).map(({ text }) => text);
}

const OPERATOR = /^(?:\|\||&&|;;|>>|<<|>&|<&|[|;&<>\n()])/;

/**
 * Splits a command line like a shell, as far as the rules need: into words and the operators between commands. A
 * template or `$(…)` is part of one word. A quote or bracket that is not closed ends with the line.
 */
export function shellTokens(line: string): readonly ShellToken[] {
  const tokens: ShellToken[] = [];
  const words = new WordReader(line);
  for (let at = 0; at < line.length;) {
    const space = spaceAt(line, at, tokens.length === 0);
    if (space > 0) {
      at += space;
      continue;
    }
    const operator = OPERATOR.exec(line.slice(at, at + 2))?.[0];
    const token: ShellToken =
      operator === undefined
        ? words.wordAt(at)
        : { kind: 'operator', text: operator, isQuoted: false, source: operator };
    tokens.push(token);
    at += token.source.length;
  }
  return tokens;
}

/** Returns the length of the blanks or of the comment at this place. */
function spaceAt(line: string, at: number, isFirst: boolean): number {
  const rest = line.slice(at);
  const isComment = rest.startsWith('#') && (isFirst || /\s/.test(line[at - 1] ?? ' '));
  if (!isComment) return /^(?:[ \t\r]+|\\\n)/.exec(rest)?.[0].length ?? 0;
  const end = rest.indexOf('\n');
  return end === -1 ? rest.length : end;
}

/** Splits a command line into simple commands: the words of each, and the operator before it. */
export function simpleCommands(
  line: string,
): readonly { readonly before: string; readonly words: readonly ShellToken[] }[] {
  const commands: { before: string; words: ShellToken[] }[] = [{ before: '', words: [] }];
  for (const token of shellTokens(line)) {
    if (token.kind === 'word') commands.at(-1)?.words.push(token);
    else if (!['<', '>', '>>', '<<', '>&', '<&'].includes(token.text)) commands.push({ before: token.text, words: [] });
  }
  return commands.filter(({ words }) => words.length > 0);
}

/** Returns whether the module of the task runs a command whose result a plan cannot know. */
export function runsCommand(task: TaskSource): boolean {
  return task.module === 'command' || task.module === 'shell' || task.module === 'script';
}
