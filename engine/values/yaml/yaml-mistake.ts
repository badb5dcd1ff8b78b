import { type ForeignBlank, blankBetween } from '../base/foreign-blank.ts';

/** The reason why YAML cannot be parsed, in the words of users. Lines and columns count from 0. */
export interface YamlMistake {
  readonly what: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly why?: string;
  readonly remedy?: string;
}

/** Searches the lines around the place where the parser stopped for common mistakes. */
export function yamlMistake(
  lines: readonly string[],
  code: string,
  message: string,
  line: number,
): YamlMistake | undefined {
  const known =
    conflict(lines) ??
    tab(lines, line) ??
    foreignSpace(lines, line) ??
    openTemplate(lines, line) ??
    reservedStart(lines, code, line) ??
    quotes(lines, line) ??
    endlessQuote(lines, code, message) ??
    shallowQuote(lines, code, message, line) ??
    endedQuote(lines, line);
  if (known !== undefined) return known;
  return message.startsWith('Flow ') || message.startsWith('Unexpected flow-')
    ? unclosed(lines, line)
    : (colon(lines, line) ?? noSpace(lines, line) ?? indentation(lines, code, line));
}

/** Finds a missing blank: `hosts:localhost` */
function noSpace(lines: readonly string[], line: number): YamlMistake | undefined {
  const [, before = '', name = '', value] =
    /^(\s*(?:- +)*)([\w.-]+):([^\s:/][^]*)$/.exec((lines[line] ?? '').trimEnd()) ?? [];
  if (value === undefined) return undefined;
  return {
    what: 'A space is missing after the colon',
    line,
    column: before.length,
    length: name.length + 1,
    remedy: `Write ${name}: ${value}`,
  };
}

/** Finds conflict markers that git writes. */
function conflict(lines: readonly string[]): YamlMistake | undefined {
  const line = lines.findIndex((text) => /^<{7}(?: |$)/.test(text));
  if (line < 0) return undefined;
  return {
    what: 'Here begins a conflict of git that is not resolved',
    line,
    column: 0,
    length: lines[line]?.length ?? 1,
    remedy: 'Keep the lines of one side, and remove those that begin with <<<<<<<, ======= and >>>>>>>.',
  };
}

/** A key or the dash of an item, and the text after it. */
const VALUE = /^(\s*(?:(?:- +(?! ))+(?:[\w.-]+:\s+)?|[\w.-]+:\s+))(\S[^]*)$/;

function valueAt(lines: readonly string[], line: number): { readonly before: string; readonly value: string } {
  const [, before = '', value = ''] = VALUE.exec((lines[line] ?? '').trimEnd()) ?? [];
  return { before, value };
}

/** Quotes any text for YAML. */
function quoted(text: string): string {
  return text.includes('"') || text.includes('\\') ? `'${text.replaceAll("'", "''")}'` : `"${text}"`;
}

/** Finds a template without quotes: `path: {{x}}/conf` */
function openTemplate(lines: readonly string[], line: number): YamlMistake | undefined {
  const { before, value } = valueAt(lines, line);
  if (!/^\{\{.*\}\}/.test(value)) return undefined;
  return {
    what: 'A text that begins with a template must be quoted',
    line,
    column: before.length,
    length: value.length,
    why: 'YAML takes {{…}} without quotes for a map.',
    remedy: `Quote it: ${before.trim()} ${quoted(value)}`,
  };
}

/** Finds a reserved character at the beginning: `home: @home`, `share: %d` */
function reservedStart(lines: readonly string[], code: string, line: number): YamlMistake | undefined {
  const { before, value } = valueAt(lines, line);
  if (code !== 'BAD_SCALAR_START' || value === '') return undefined;
  return {
    what: `A text that begins with ${value[0] ?? ''} must be quoted`,
    line,
    column: before.length,
    length: value.length,
    remedy: `Quote it: ${before.trim()} ${quoted(value)}`,
  };
}

/** Finds a quote that is not closed. */
function endlessQuote(lines: readonly string[], code: string, message: string): YamlMistake | undefined {
  if (code !== 'MISSING_CHAR' || !message.startsWith('Missing closing')) return undefined;
  const text = lines.join('\n');
  let last: { readonly at: number; readonly sign: string } | undefined;
  const opening = /(?<=^|[\s:,[{-])(["'])|(?<=^|\s)#.*/gm;
  for (let found = opening.exec(text); found !== null; found = opening.exec(text)) {
    const sign = found[1];
    if (sign === undefined) continue;
    const inside = sign === '"' ? /(?:[^"\\]|\\[\s\S])*"/y : /(?:[^']|'')*'/y;
    inside.lastIndex = found.index + 1;
    if (inside.exec(text) === null) {
      last = { at: found.index, sign };
      break;
    }
    opening.lastIndex = inside.lastIndex;
  }
  if (last === undefined) return undefined;
  const before = text.slice(0, last.at).split('\n');
  return {
    what: 'The text that begins with this quote never ends',
    line: before.length - 1,
    column: before.at(-1)?.length ?? 0,
    length: 1,
    remedy: `Add ${last.sign} where it ends.`,
  };
}

/** Finds a line of a quoted text that is indented no further than the key of the text. */
function shallowQuote(lines: readonly string[], code: string, message: string, line: number): YamlMistake | undefined {
  if (code !== 'MISSING_CHAR' || !message.startsWith('Missing closing')) return undefined;
  const at = lines.findIndex((text, index) => index > line && text.trim() !== '');
  const text = lines[at]?.trimEnd();
  // Before a line with a key, the quote at the end of the text is missing.
  if (text === undefined || KEY_LINE.test(text)) return undefined;
  const column = text.length - text.trimStart().length;
  return {
    what: 'This line goes on with a text in quotes, and is indented too little',
    line: at,
    column,
    length: text.length - column,
    remedy: 'Indent all lines of the text further than its key. The value stays the same.',
  };
}

/** Finds text after a closing quote: `'it's done'`, `"a" b` */
function endedQuote(lines: readonly string[], line: number): YamlMistake | undefined {
  const { before, value } = valueAt(lines, line);
  const [text] = /^(?:"(?:[^"\\]|\\.)*"|'[^']*')/.exec(value) ?? [];
  if (text === undefined || /^\s*(?:$|#|,|\]|\}|:)/.test(value.slice(text.length))) return undefined;
  const [sign = ''] = text;
  const isWhole = value.length > text.length && value.endsWith(sign);
  const meant = isWhole ? value.slice(1, -1) : value;
  return {
    what: 'This quote ends the text, and more text follows it',
    line,
    column: before.length + text.length - 1,
    length: 1,
    remedy: `Quote the whole: ${before.trim()} ${quoted(meant)}`,
  };
}

interface Bracket {
  readonly sign: string;
  readonly line: number;
  readonly column: number;
}

const ENDS: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/**
 * Finds, in the line, a bracket that closes the wrong bracket or none; else the last bracket up to the line that is not
 * closed. Lines further up may be text of several lines, in which brackets have no meaning.
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

/** Yields the brackets outside of quoted text and comments. */
function* bracketsOf(lines: readonly string[]): Iterable<Bracket> {
  for (const [line, text] of lines.entries()) {
    const bare = text.replaceAll(/"(?:[^"\\]|\\[^])*(?:"|\\?$)|'[^']*'|\s#.*/g, (passed) => ' '.repeat(passed.length));
    for (const { 0: sign, index } of bare.matchAll(/[[\]{}]/g)) yield { sign, line, column: index };
  }
}

/** Finds a colon in unquoted text: `msg: hello: world` */
function colon(lines: readonly string[], line: number): YamlMistake | undefined {
  const text = lines[line] ?? '';
  const [, before = '', name = '', blanks = '', value] =
    /^(\s*(?:- +)*)([\w.-]+):(\s+)([^"'|>\s[{&*!#].*:(?:\s[^]*)?)$/.exec(text) ?? [];
  if (value === undefined) return undefined;
  return {
    what: 'This text contains ": ", which YAML takes for a map',
    line,
    column: before.length + name.length + 1 + blanks.length,
    length: value.length,
    remedy: `Quote it: ${name}: ${quoted(value)}`,
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

/** Finds a character that looks like a space, where YAML wants a space. */
function foreignSpace(lines: readonly string[], line: number): YamlMistake | undefined {
  for (const at of [line, line - 1, line + 1]) {
    const blank = blankBetween(lines[at] ?? '');
    if (blank === undefined) continue;
    return { ...foreignSpaceText(blank), line: at, column: blank.at, length: blank.length };
  }
  return undefined;
}

/** Returns what is wrong with a character that looks like a space, and what to do. */
export function foreignSpaceText({ name, length }: ForeignBlank): Pick<YamlMistake, 'what' | 'why' | 'remedy'> {
  return {
    what: `Here is ${name}, which is not a space for YAML`,
    why: 'Texts from web pages and chats often have it. It looks like a space, or like nothing.',
    remedy:
      length === 1 ? 'Put a space in its place, or remove it.' : `Put spaces in the place of all ${length} of them.`,
  };
}

/** Finds quotes within the same quotes: `"{{split x " "}}"`: the second quote ends the text. */
function quotes(lines: readonly string[], line: number): YamlMistake | undefined {
  for (const at of [line, line - 1]) {
    const text = lines[at] ?? '';
    const found = /(?:^|[\s:[{,-])("[^"{]*(?:\{(?!\{)[^"{]*)*\{\{.*")/.exec(text)?.[1];
    if (found === undefined) continue;
    const inner = found.slice(1, found.lastIndexOf('"'));
    if (!/(?<!\\)"/.test(inner)) continue;
    const column = text.indexOf(found) + 1 + inner.search(/(?<!\\)"/);
    const template = inner.slice(inner.indexOf('{{'), inner.lastIndexOf('}}') + 2);
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

/** Finds a key that is indented a little more or less than the keys above it. */
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

/** Returns the last line above that is not empty, if it has a key. */
function lastKeyAbove(lines: readonly string[], line: number): string | undefined {
  for (let at = line - 1; at >= 0; at--) {
    const text = lines[at] ?? '';
    if (text.trim() === '' || text.trim().startsWith('#')) continue;
    return KEY_LINE.test(text) ? text : undefined;
  }
  return undefined;
}

/** Returns the column of the first key of a line, after the dashes of lists. */
function contentColumn(text: string): number {
  return /^\s*(?:- +)*/.exec(text)?.[0].length ?? 0;
}
