import { z } from 'zod';
import { revealedOrEmpty } from '../values/base/revealed.ts';
import { atMostOne, boolean, plainText, text } from './base/arguments.ts';
import { type Impossible, defineModule } from './base/module.ts';
import { editArguments, editRequests, pathAliases, planEdit } from './edit/edit-file.ts';
import { pattern } from './edit/regular-expression.ts';
import { type Line, Lines, matched } from './edit/text-lines.ts';
import { foreignFileArguments } from './write/file-write-arguments.ts';

const schema = atMostOne(
  z.strictObject({
    ...editArguments,
    block: text().default('').describe('The lines between the markers. If empty, the block is removed.'),
    marker: plainText()
      .refine((value) => value.includes('{mark}') && !value.includes('\n'), 'must hold {mark}, in one line')
      .default('# {mark} ANSIBLE MANAGED BLOCK')
      .describe(
        'The lines around the block; {mark} becomes marker_begin and marker_end. If a file has several blocks, each needs a different marker.',
      ),
    marker_begin: markerText().default('BEGIN').describe('The text for {mark} in the line above the block.'),
    marker_end: markerText().default('END').describe('The text for {mark} in the line below the block.'),
    insertafter: pattern({ classes: 'ascii' })
      .optional()
      .describe('A new block is put after the last line that matches; without a match, at the end of the file (EOF).'),
    insertbefore: pattern({ classes: 'ascii' })
      .optional()
      .describe(
        'A new block is put before the last line that matches; without a match, at the end of the file. BOF: at the beginning.',
      ),
    prepend_newline: boolean()
      .default(false)
      .describe('Whether an empty line is put before the block, unless the block begins the file.'),
    append_newline: boolean()
      .default(false)
      .describe('Whether an empty line is put after the block, unless the block ends the file.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the block exists in the file.'),
  }),
  ['insertafter', 'insertbefore'],
);
type Arguments = z.infer<typeof schema>;

function markerText(): z.ZodType<string> {
  return plainText().refine((value) => !value.includes('\n'), 'must be one line');
}

export const module = defineModule<Arguments>({
  name: 'blockinfile',
  summary: 'Keep a block of lines in a text file, between two markers.',
  arguments: schema,
  aliases: { ...pathAliases, content: 'block' },
  foreign: foreignFileArguments,
  examples: ['blockinfile: { path: /etc/hosts, marker: "# {mark} cluster", block: "10.0.0.1 k8s-master-1" }'],
  isQuiet: true,
  observes: (args, _loaded, context) => editRequests(args, context),
  plan: (args, _loaded, seen, context) => {
    const { block } = args;
    const lines = revealedOrEmpty(block);
    return planEdit(args, block, (before) => settled(args, args.state === 'present' ? lines : '', before), {
      seen,
      context,
    });
  },
});

/**
 * Returns the text with the block, or without all its copies; undefined if there is no file and nothing to do. Returns
 * Impossible if the next run would not find the block again and would insert it once more.
 */
function settled(args: Arguments, block: string, before: string | undefined): string | Impossible | undefined {
  const after = withBlock(args, block, before);
  if (typeof after !== 'string' || withBlock(args, block, after) === after) return after;
  if (block === '') return settled(args, block, after);
  const of = (mark: string): string => `"${args.marker.replaceAll('{mark}', () => mark)}"`;
  return {
    kind: 'impossible',
    what: `${of(args.marker_begin)} and ${of(args.marker_end)} would not show where the block in ${args.path} is`,
    why: 'One of the two lines is also in the block, or elsewhere in the file.',
    remedy: 'Remove that line, or give the block another marker.',
  };
}

function withBlock(args: Arguments, block: string, before: string | undefined): string | Impossible | undefined {
  if (before === undefined && block === '') return undefined;
  const file = new Lines(before ?? '');
  const begin = file.line(args.marker.replaceAll('{mark}', () => args.marker_begin));
  const end = file.line(args.marker.replaceAll('{mark}', () => args.marker_end));
  const body = block === '' ? [] : [begin, ...bodyOf(block, file), end];
  const from = file.lines.findLastIndex((line) => line.text === begin.text);
  const to = file.lines.findIndex((line, index) => index > from && line.text === end.text);
  if (from !== -1 && to === -1 && file.lines.some((line) => line.text === end.text)) return reversed(args);
  const isThere = from !== -1 && to !== -1;
  if (!isThere && body.length === 0) return file.toString();
  const at = isThere ? from : positionFor(args, file);
  const standing = isThere ? file.lines.splice(from, to - from + 1) : [];
  place(
    args,
    isSameText(standing, body) ? standing.map((line) => (line.end === '' ? file.line(line.text) : line)) : body,
    at,
    file,
  );
  return file.toString();
}

/** Compares the texts of lines, and ignores their line ends. */
function isSameText(some: readonly Line[], others: readonly Line[]): boolean {
  return some.length === others.length && some.every(({ text: own }, index) => own === others[index]?.text);
}

/** Returns the refusal of markers in the wrong order: the lines between them may be anything. */
function reversed({ path, marker, marker_begin, marker_end }: Arguments): Impossible {
  const of = (mark: string): string => `"${marker.replaceAll('{mark}', () => mark)}"`;
  return {
    kind: 'impossible',
    what: `in ${path} the last ${of(marker_begin)} comes after every ${of(marker_end)}`,
    why: 'The beginning and the end of the block are not clear.',
    remedy: 'Put the two lines in order by hand, or remove both.',
  };
}

function place({ prepend_newline, append_newline }: Arguments, body: readonly Line[], at: number, file: Lines): void {
  if (body.length === 0) return;
  const blank = file.line('');
  const before = file.lines[at - 1];
  const after = file.lines[at];
  const all = [
    ...(prepend_newline && before !== undefined && before.text !== '' ? [blank] : []),
    ...body,
    ...(append_newline && after !== undefined && after.text !== '' ? [blank] : []),
  ];
  file.insert(at, ...all);
}

/** Returns the lines of the block, with the line ends of the file. */
function bodyOf(block: string, file: Lines): readonly Line[] {
  return (block.endsWith('\n') ? block.slice(0, -1) : block)
    .split('\n')
    .map((text) => file.line(text.replace(/\r$/, '')));
}

function positionFor({ insertafter: after, insertbefore: before }: Arguments, { lines }: Lines): number {
  if (before?.text === 'BOF') return 0;
  const wanted = before ?? (after?.text === 'EOF' ? undefined : after);
  if (wanted === undefined) return lines.length;
  const found = wanted.isMultiline
    ? lineOfMatch(wanted.exec(lines.map(matched).join('')), before === undefined)
    : lines.findLastIndex((line) => wanted.test(matched(line)));
  if (found === -1) return lines.length;
  return Math.min(before === undefined ? found + 1 : found, lines.length);
}

/**
 * Returns the number of the line in which the match ends (`atEnd`) or begins; -1 without a match. An expression with
 * (?m) is applied to the whole text.
 */
function lineOfMatch(match: RegExpExecArray | null, atEnd: boolean): number {
  if (match === null) return -1;
  return match.input.slice(0, match.index + (atEnd ? match[0].length : 0)).split('\n').length - 1;
}
