import type { Node } from '../../values/base/node.ts';
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

/** A word or an operator of a command line. */
export interface ShellToken {
  readonly kind: 'word' | 'operator';
  /** The text without quotes. A template stays as it is. */
  readonly text: string;
  /** True if any part of it was quoted. */
  readonly isQuoted: boolean;
  /** The text as it was written. */
  readonly source: string;
}

const OPERATOR = /^(?:\|\||&&|;;|>>|<<|>&|<&|[|;&<>\n()])/;

/**
 * Splits a command line like a shell, as far as the rules need: into words and the operators between commands. A
 * template or `$(…)` is part of one word. A quote or bracket that is not closed ends with the line.
 */
export function shellTokens(line: string): readonly ShellToken[] {
  const tokens: ShellToken[] = [];
  let at = 0;
  while (at < line.length) {
    const rest = line.slice(at);
    const space = /^(?:[ \t\r]+|\\\n|#[^\n]*)/.exec(rest)?.[0];
    if (space !== undefined && (space[0] !== '#' || tokens.length === 0 || /\s/.test(line[at - 1] ?? ' '))) {
      at += space.length;
      continue;
    }
    const operator = OPERATOR.exec(rest)?.[0];
    if (operator !== undefined) {
      tokens.push({ kind: 'operator', text: operator, isQuoted: false, source: operator });
      at += operator.length;
      continue;
    }
    const word = readWord(line, at);
    tokens.push(word);
    at += word.source.length;
  }
  return tokens;
}

/** The pieces of a word; the first match counts. The first group is the text without the quotes. */
const PIECES: readonly (readonly [piece: RegExp, isQuoted: boolean])[] = [
  [/^(\{\{[\s\S]*?\}\})/, false],
  [/^'([^']*)(?:'|$)/, true],
  [/^"((?:\\[\s\S]|\{\{[\s\S]*?\}\}|[^"\\])*)(?:"|$)/, true],
  [/^\\([\s\S])/, true],
  [/^(\$\([\s\S]*?\)|`[^`]*`|\$\{[^}]*\})/, false],
  [/^([^\s|;&<>()'"\\])/, false],
];

function readWord(line: string, start: number): ShellToken {
  let at = start;
  let text = '';
  let isQuoted = false;
  while (at < line.length) {
    const rest = line.slice(at);
    const found = PIECES.map(([piece, quoted]) => ({ match: piece.exec(rest), quoted })).find(
      ({ match }) => match !== null,
    );
    if (found?.match === undefined || found.match === null) break;
    text += found.match[1] ?? '';
    isQuoted ||= found.quoted;
    at += found.match[0].length;
  }
  // A single character that begins no piece, such as a backslash at the end.
  const end = Math.max(at, start + 1);
  return { kind: 'word', text: at === start ? (line[start] ?? '') : text, isQuoted, source: line.slice(start, end) };
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
