import { z } from 'zod';
import { revealedOrEmpty } from '../values/base/revealed.ts';
import { Secret } from '../values/base/secret.ts';
import { boolean, plainText, text } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { editArguments, editRequests, pathAliases, planEdit } from './edit/edit-file.ts';
import { expand } from './edit/python-replacement.ts';
import { Pattern, pattern } from './edit/regular-expression.ts';
import { type Line, Lines, matched } from './edit/text-lines.ts';
import { foreignFileArguments } from './write/file-write-arguments.ts';

const SEVERAL_LINES =
  'must be one line, without a line end: the next run would not find the line, and would add it again\nFor several lines use blockinfile. For one line remove the line end (line: |- in place of line: |).';

const schema = z
  .strictObject({
    ...editArguments,
    line: text()
      .refine((value) => !revealedOrEmpty(value).includes('\n'), SEVERAL_LINES)
      .optional()
      .describe('The line, without its line end.'),
    regexp: linePattern()
      .optional()
      .describe(
        'A regular expression of Python for the line to replace or remove. The last match is replaced; with state absent all matches are removed.',
      ),
    search_string: plainText().optional().describe('Like regexp, but a plain text that the line contains.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the line exists in the file.'),
    backrefs: boolean()
      .default(false)
      .describe(
        'Whether references such as \\1 in line are replaced by groups of regexp. If nothing matches, the file stays unchanged.',
      ),
    firstmatch: boolean()
      .default(false)
      .describe('Whether the first line that matches is used, in place of the last one.'),
    insertafter: linePattern()
      .optional()
      .describe('A new line is put after the last line that matches; without a match, at the end of the file (EOF).'),
    insertbefore: linePattern()
      .optional()
      .describe(
        'A new line is put before the last line that matches; without a match, at the end of the file. BOF: at the beginning.',
      ),
  })
  .refine((args) => args.state === 'absent' || args.line !== undefined, 'line is needed, unless state is absent')
  .refine(
    (args) =>
      args.state === 'present' ||
      args.line !== undefined ||
      args.regexp !== undefined ||
      args.search_string !== undefined,
    'give line, regexp or search_string',
  )
  .refine(
    (args) => args.regexp === undefined || args.search_string === undefined,
    'regexp and search_string cannot be given together',
  )
  .refine(
    (args) => args.insertafter === undefined || args.insertbefore === undefined,
    'insertafter and insertbefore cannot be given together',
  )
  .refine((args) => !args.backrefs || args.regexp !== undefined, 'backrefs needs regexp')
  .refine((args) => faultIn(args) === undefined, {
    // The rule is also checked if another argument is wrong, or not known before the run.
    when: () => true,
    path: ['line'],
    error: ({ input }) => faultIn(input) ?? 'must fit regexp',
  });
type Arguments = z.infer<typeof schema>;

/** Matches the bytes of a line, as in Ansible: \w and \d match ASCII only. */
function linePattern(): z.ZodType<Pattern> {
  return pattern({ classes: 'ascii' });
}

/** Returns the fault in the references to groups, if regexp and line are known; undefined if there is none. */
function faultIn(args: unknown): string | undefined {
  if (typeof args !== 'object' || args === null || !('backrefs' in args) || args.backrefs !== true) return undefined;
  if (!('regexp' in args) || !(args.regexp instanceof Pattern) || !('line' in args)) return undefined;
  const { regexp, line } = args;
  return typeof line === 'string' || line instanceof Secret
    ? faultOfReplacement(regexp, revealedOrEmpty(line))
    : undefined;
}

function faultOfReplacement(regexp: Pattern, line: string): string | undefined {
  const fault = regexp.faultOf(line);
  if (fault !== undefined)
    return `must refer only to groups of regexp: ${fault}\nWrite the group in parentheses in regexp; a backslash is \\\\.`;
  return regexp.replacement(line).some((part) => typeof part === 'string' && part.includes('\n'))
    ? SEVERAL_LINES
    : undefined;
}

export const module = defineModule<Arguments>({
  name: 'lineinfile',
  summary: 'Keep one line in a text file.',
  arguments: schema,
  aliases: { ...pathAliases, regex: 'regexp', value: 'line' },
  foreign: foreignFileArguments,
  examples: [
    'lineinfile: { path: /etc/default/grub, regexp: "^GRUB_TIMEOUT=", line: GRUB_TIMEOUT=1 }',
    'lineinfile: { path: /etc/fstab, regexp: "\\\\sswap\\\\s", state: absent }',
  ],
  isQuiet: true,
  observes: (args, _loaded, context) => editRequests(args, context),
  plan(args, _loaded, seen, context) {
    const line = revealedOrEmpty(args.line);
    const edit =
      args.state === 'present'
        ? (before: string | undefined) =>
            before === undefined && args.backrefs && args.create
              ? undefined
              : withLine(args, line, new Lines(before ?? '')).toString()
        : (before: string | undefined) =>
            before === undefined ? undefined : withoutLine(args, line, new Lines(before));
    return planEdit(args, args.line ?? '', edit, { seen, context });
  },
});

/** Chooses among several matching lines as the module of Ansible does, because users rely on it. */
function withLine(args: Arguments, text: string, file: Lines): Lines {
  const { lines } = file;
  const test = matcher(args);
  const found = test === undefined ? -1 : args.firstmatch ? lines.findIndex(test) : lines.findLastIndex(test);
  const line = file.line(text);
  if (found !== -1) {
    const match = args.backrefs ? args.regexp?.exec(matched(lines[found] ?? line)) : undefined;
    const wanted = match === undefined || match === null ? line.text : expandedLine(args, text, match);
    replaceLine(file, found, wanted);
    return file;
  }
  const { exact, anchor } = search(args, line.text, file);
  if (exact !== -1) replaceLine(file, exact, line.text);
  else if (!args.backrefs) insertLine(args, line, anchor, file);
  return file;
}

/** Inserts the line, but not beside a line of the same text that insertafter has found. */
function insertLine({ insertafter, insertbefore }: Arguments, line: Line, anchor: number, file: Lines): void {
  const { lines } = file;
  const at = insertbefore?.text === 'BOF' || insertafter?.text === 'BOF' ? 0 : anchor;
  if (at === -1) file.insert(lines.length, line);
  else if (insertafter === undefined || at === 0 || (lines[at] ?? lines[at - 1])?.text !== line.text)
    file.insert(at, line);
}

function expandedLine({ regexp }: Arguments, text: string, match: RegExpExecArray): string {
  if (regexp === undefined) return text;
  return expand(regexp.replacement(text), match).replace(/\r?\n$/, '');
}

/** Replaces the text of an existing line. Its line end stays, and is added if it is missing. */
function replaceLine({ lines, lineEnd }: Lines, index: number, text: string): void {
  const { end } = lines[index] ?? { end: '' };
  lines[index] = { text, end: end === '' ? lineEnd : end };
}

/** Returns the index of an equal line, and the index for a new line; -1 if there is none. */
function search(args: Arguments, text: string, { lines }: Lines): { readonly exact: number; readonly anchor: number } {
  const { insertafter: after, insertbefore: before } = args;
  const wanted = before ?? after;
  const isWord = wanted?.text === 'BOF' || (before === undefined && wanted?.text === 'EOF');
  let exact = -1;
  let anchor = -1;
  for (const [index, line] of lines.entries()) {
    if (line.text === text) exact = index;
    else if (!isWord && wanted?.test(matched(line)) === true) {
      anchor = before === undefined ? index + 1 : index;
      if (args.firstmatch) break;
    }
  }
  return { exact, anchor };
}

function withoutLine(args: Arguments, line: string, file: Lines): string {
  const test = matcher(args) ?? ((one: Line): boolean => one.text === line);
  return file.lines
    .filter((one) => !test(one))
    .map(({ text: kept, end }) => kept + end)
    .join('');
}

function matcher({ regexp, search_string: part }: Arguments): ((line: Line) => boolean) | undefined {
  if (regexp !== undefined) return (line) => regexp.test(matched(line));
  return part === undefined ? undefined : (line) => matched(line).includes(part);
}
