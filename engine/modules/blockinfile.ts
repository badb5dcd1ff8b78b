import { z } from 'zod';
import { Secret } from '../values/secret.ts';
import { Unknown } from '../values/value.ts';
import { atMostOne, plainText, text } from './arguments.ts';
import { editArguments, editRequest, endLastLine, linesOf, planEdit, withoutLineEnd } from './edit-file.ts';
import { defineModule } from './module.ts';
import { pattern } from './regular-expression.ts';

const schema = atMostOne(
  z.strictObject({
    ...editArguments,
    block: text().default('').describe('The lines between the markers. Empty: the block is removed.'),
    marker: plainText()
      .refine((value) => value.includes('{mark}') && !value.includes('\n'), 'must hold {mark}, in one line')
      .default('# {mark} ANSIBLE MANAGED BLOCK')
      .describe('The lines around the block; {mark} becomes marker_begin and marker_end. Each block of a file needs its own.'),
    marker_begin: plainText().default('BEGIN').describe('What {mark} is above the block.'),
    marker_end: plainText().default('END').describe('What {mark} is below the block.'),
    insertafter: pattern().optional().describe('A new block goes behind the last line that matches, else to the end (EOF).'),
    insertbefore: pattern()
      .optional()
      .describe('A new block goes before the last line that matches, else to the end. BOF: to the beginning.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the block shall be there.'),
  }),
  ['insertafter', 'insertbefore'],
);
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'blockinfile',
  summary: 'Keep a block of lines in a text file, between two markers.',
  arguments: schema,
  examples: ['blockinfile: { path: /etc/hosts, marker: "# {mark} cluster", block: "10.0.0.1 k8s-master-1" }'],
  observes: (args) => [editRequest(args)],
  plan: (args, _loaded, seen, context) => {
    const { block } = args;
    const lines = block instanceof Unknown ? '' : block instanceof Secret ? block.reveal() : block;
    return planEdit(args, block, (before) => withBlock(args, args.state === 'present' ? lines : '', before), seen, context);
  },
});

function withBlock(args: Arguments, block: string, before: string | undefined): string | undefined {
  if (before === undefined && block === '') return undefined;
  const lines = linesOf(before ?? '');
  const begin = args.marker.replaceAll('{mark}', () => args.marker_begin);
  const end = args.marker.replaceAll('{mark}', () => args.marker_end);
  const body = block === '' ? [] : [`${begin}\n`, ...linesOf(block.endsWith('\n') ? block : `${block}\n`), `${end}\n`];
  const plain = lines.map(withoutLineEnd);
  const from = plain.lastIndexOf(begin);
  const to = plain.indexOf(end, from + 1);
  if (from !== -1 && to !== -1) lines.splice(from, to - from + 1, ...body);
  else if (body.length > 0) {
    const at = positionFor(args, plain);
    if (at === lines.length) endLastLine(lines);
    lines.splice(at, 0, ...body);
  }
  return lines.join('');
}

function positionFor({ insertafter: after, insertbefore: before }: Arguments, lines: readonly string[]): number {
  if (before?.source === 'BOF') return 0;
  const wanted = before ?? after;
  const found = wanted === undefined || wanted.source === 'EOF' ? -1 : lines.findLastIndex((line) => wanted.test(line));
  if (found === -1) return lines.length;
  return before === undefined ? found + 1 : found;
}
