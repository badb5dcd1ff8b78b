/** What is wrong with YAML that cannot be read, in the words of who wrote it. Lines and columns count from 0. */
export interface YamlMistake {
  readonly what: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly why?: string;
  readonly remedy?: string;
}

/** Looks for the mistakes that people make in the lines around the place at which the parser gave up. */
export function yamlMistake(
  lines: readonly string[],
  code: string,
  message: string,
  line: number,
): YamlMistake | undefined {
  if (message.startsWith('Flow ') || message.startsWith('Unexpected flow-'))
    return tab(lines, line) ?? quotes(lines, line) ?? unclosed(lines, line);
  return tab(lines, line) ?? quotes(lines, line) ?? colon(lines, line) ?? indentation(lines, code, line);
}

interface Bracket {
  readonly sign: string;
  readonly line: number;
  readonly column: number;
}

const ENDS: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/**
 * At the line, a bracket that another one closes or that closes nothing; else the last one up to it that nothing
 * closes. Further up there may be text of several lines, in which a bracket is a sign as any other.
 */
function unclosed(lines: readonly string[], line: number): YamlMistake | undefined {
  const open: Bracket[] = [];
  for (const bracket of bracketsOf(lines.slice(0, line + 1))) {
    if (ENDS[bracket.sign] !== undefined) open.push(bracket);
    else {
      const begun = open.pop();
      if (bracket.line < line) continue;
      if (begun === undefined)
        return {
          ...bracket,
          what: `This ${bracket.sign} closes nothing`,
          length: 1,
          remedy: `Remove the ${bracket.sign}.`,
        };
      if (ENDS[begun.sign] !== bracket.sign) return notClosed(begun, bracket);
    }
  }
  const last = open.at(-1);
  return last === undefined ? undefined : notClosed(last);
}

function notClosed(begun: Bracket, ahead?: Bracket): YamlMistake {
  const place = ahead?.line === begun.line ? `column ${ahead.column + 1}` : `line ${(ahead?.line ?? 0) + 1}`;
  const where = ahead === undefined ? 'where it ends' : `ahead of the ${ahead.sign} in ${place}`;
  return {
    ...begun,
    what: `This ${begun.sign} is not closed`,
    length: 1,
    remedy: `Add ${ENDS[begun.sign] ?? ''} ${where}.`,
  };
}

/** The brackets outside of quoted text and comments. */
function* bracketsOf(lines: readonly string[]): Iterable<Bracket> {
  for (const [line, text] of lines.entries()) {
    const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'|\s#.*/g, (passed) => ' '.repeat(passed.length));
    for (const { 0: sign, index } of bare.matchAll(/[[\]{}]/g)) yield { sign, line, column: index };
  }
}

/** `msg: hello: world` */
function colon(lines: readonly string[], line: number): YamlMistake | undefined {
  const text = lines[line] ?? '';
  const [, before = '', name = '', blanks = '', value] =
    /^(\s*(?:- +)*)([\w.-]+):(\s+)([^"'|>\s[{&*!#].*:(?:\s.*)?)$/.exec(text) ?? [];
  if (value === undefined) return undefined;
  const quoted = value.includes('"') || value.includes('\\') ? `'${value.replaceAll("'", "''")}'` : `"${value}"`;
  return {
    what: 'This text holds ": ", which YAML takes for a map',
    line,
    column: before.length + name.length + 1 + blanks.length,
    length: value.length,
    remedy: `Quote it: ${name}: ${quoted}`,
  };
}

function tab(lines: readonly string[], line: number): YamlMistake | undefined {
  for (const at of [line - 1, line, line + 1]) {
    const [, blanks = '', tabs] = /^( *)(\t+)/.exec(lines[at] ?? '') ?? [];
    if (tabs === undefined || (lines[at] ?? '').trim() === '') continue;
    return {
      what: 'YAML is indented by spaces, and this line begins with a tab',
      line: at,
      column: blanks.length,
      length: tabs.length,
      remedy: tabs.length === 1 ? 'Put two spaces in its place.' : 'Put two spaces in the place of each tab.',
    };
  }
  return undefined;
}

/** `"{{split x " "}}"`: the second quote ends the text. */
function quotes(lines: readonly string[], line: number): YamlMistake | undefined {
  for (const at of [line, line - 1]) {
    const text = lines[at] ?? '';
    const found = /(?:^|[\s:[{,-])("[^"]*\{\{.*")/.exec(text)?.[1];
    if (found === undefined) continue;
    const inner = found.slice(1, found.lastIndexOf('"'));
    if (!/(?<!\\)"/.test(inner)) continue;
    const column = text.indexOf(found) + 1 + inner.search(/(?<!\\)"/);
    const template = /\{\{[\s\S]*\}\}/.exec(inner)?.[0] ?? '';
    if (!template.includes('"')) continue;
    return {
      what: 'This quote ends the text, and the template in it goes on',
      line: at,
      column,
      length: 1,
      remedy: `Use ' ' inside of " ": "${inner.replaceAll(/(?<!\\)"/g, "'")}"`,
    };
  }
  return undefined;
}

const INDENTED: ReadonlySet<string> = new Set([
  'BAD_INDENT',
  'MISSING_CHAR',
  'UNEXPECTED_TOKEN',
  'BLOCK_AS_IMPLICIT_KEY',
  'IMPOSSIBLE',
  'MULTILINE_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
]);

/** A key that stands a little to the left or right of the keys above it. */
function indentation(lines: readonly string[], code: string, line: number): YamlMistake | undefined {
  if (!INDENTED.has(code)) return undefined;
  for (const at of [line, line + 1, line - 1]) {
    const mistake = misplacedKey(lines, at);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

const KEY_LINE = /^\s*(?:- )*[\w."'-]+\s*:(?:\s|$)/;

function misplacedKey(lines: readonly string[], at: number): YamlMistake | undefined {
  const text = lines[at] ?? '';
  const isItem = /^\s*-/.test(text);
  const above = lastKeyAbove(lines, at);
  if (isItem || !KEY_LINE.test(text) || above === undefined) return undefined;
  const own = contentColumn(text);
  const wanted = contentColumn(above);
  const off = Math.abs(own - wanted);
  const isInside = own > wanted && /:\s*$/.test(above);
  if (off === 0 || off > 3 || isInside) return undefined;
  const [name = ''] = text.trim().split(':');
  const [aboveName = ''] = above.replace(/^\s*(?:- )*/, '').split(':');
  return {
    what: `${name} is indented by ${own} spaces, and ${aboveName} above it by ${wanted}`,
    line: at,
    column: own,
    length: name.length,
    remedy: `Indent it by ${wanted} spaces, so that both belong to one map.`,
  };
}

/** The line that is the last one above with any content, if it has a key. */
function lastKeyAbove(lines: readonly string[], line: number): string | undefined {
  for (let at = line - 1; at >= 0; at--) {
    const text = lines[at] ?? '';
    if (text.trim() === '' || text.trim().startsWith('#')) continue;
    return KEY_LINE.test(text) ? text : undefined;
  }
  return undefined;
}

/** Where the first key of a line stands, behind the dashes of a list. */
function contentColumn(text: string): number {
  return /^\s*(?:- +)*/.exec(text)?.[0].length ?? 0;
}
