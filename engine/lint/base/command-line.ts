import type { Node } from '../../values/base/node.ts';
import { type TaskSource, textOf } from './site.ts';

/** A command that a task runs, as it was written. */
export interface CommandText {
  readonly text: string;
  readonly node: Node;
  /** `command`: there is no shell. `look`: it changes nothing, or says so. */
  readonly kind: 'command' | 'shell' | 'look';
}

/** Arguments with a command, by module. */
const ARGUMENTS: Readonly<Record<string, readonly [name: string, kind: CommandText['kind']][]>> = {
  command: [['cmd', 'command']],
  shell: [['cmd', 'shell']],
  query: [['cmd', 'look']],
  check: [
    ['check', 'look'],
    ['apply', 'shell'],
  ],
};

/** The command lines of a task; none for one that is a list of words. */
export function commandsOf(task: TaskSource): readonly CommandText[] {
  const named = Object.hasOwn(ARGUMENTS, task.module) ? (ARGUMENTS[task.module] ?? []) : [];
  return named.flatMap(([name, kind]) => {
    const node = task.arguments.get(name)?.value;
    const text = textOf(node);
    return node === undefined || text === undefined ? [] : [{ text, node, kind }];
  });
}

/** The words of a command that is run without a shell, as a line or as a list; undefined where they are not known. */
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
  /** Quotes taken off; a template stays as it is. */
  readonly text: string;
  /** Whether any of it was quoted. */
  readonly isQuoted: boolean;
  /** As it was written. */
  readonly source: string;
}

const OPERATOR = /^(?:\|\||&&|;;|>>|<<|>&|<&|[|;&<>\n()])/;

/**
 * Splits a command line as a shell does, as far as rules must know: words, and what stands between commands. A template
 * is part of one word, and so is `$(…)`. What is not closed ends with the line.
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

/** What a word is made of, first to match. The first group is its text without the quotes. */
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
  // A lone character that begins nothing, such as a backslash at the end.
  const end = Math.max(at, start + 1);
  return { kind: 'word', text: at === start ? (line[start] ?? '') : text, isQuoted, source: line.slice(start, end) };
}

/** The simple commands of a command line, each as its words, with the operator before it. */
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

/** Whether tasks of this module run a command that a plan cannot look ahead to. */
export function runsCommand(task: TaskSource): boolean {
  return task.module === 'command' || task.module === 'shell' || task.module === 'script';
}
