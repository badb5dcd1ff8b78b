import { z } from 'zod';
import { Secret } from '../values/secret.ts';
import { Unknown } from '../values/value.ts';
import { boolean, plainText, text } from './arguments.ts';
import { editArguments, editRequest, endLastLine, linesOf, planEdit, withoutLineEnd } from './edit-file.ts';
import { defineModule } from './module.ts';
import { expand, pattern } from './regular-expression.ts';

const schema = z
  .strictObject({
    ...editArguments,
    line: text().optional().describe('The line, without its line end.'),
    regexp: pattern().optional().describe('The line that is replaced, or removed: the last one that matches (all, for absent).'),
    search_string: plainText().optional().describe('As regexp, but a plain text that the line holds.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the line shall be there.'),
    backrefs: boolean()
      .default(false)
      .describe('Whether \\1 and the like in line stand for groups of regexp. Without a match the file stays as it is.'),
    firstmatch: boolean().default(false).describe('Whether the first line that matches counts instead of the last.'),
    insertafter: pattern().optional().describe('A new line goes behind the last line that matches, else to the end (EOF).'),
    insertbefore: pattern()
      .optional()
      .describe('A new line goes before the last line that matches, else to the end. BOF: to the beginning.'),
  })
  .refine((args) => args.state === 'absent' || args.line !== undefined, 'line is needed, unless state is absent')
  .refine(
    (args) => args.state === 'present' || args.line !== undefined || args.regexp !== undefined || args.search_string !== undefined,
    'give line, regexp or search_string',
  )
  .refine((args) => args.regexp === undefined || args.search_string === undefined, 'regexp and search_string cannot be given together')
  .refine(
    (args) => args.insertafter === undefined || args.insertbefore === undefined,
    'insertafter and insertbefore cannot be given together',
  )
  .refine((args) => !args.backrefs || args.regexp !== undefined, 'backrefs needs regexp');
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'lineinfile',
  summary: 'Keep one line in a text file.',
  arguments: schema,
  examples: [
    'lineinfile: { path: /etc/default/grub, regexp: "^GRUB_TIMEOUT=", line: GRUB_TIMEOUT=1 }',
    'lineinfile: { path: /etc/fstab, regexp: "\\\\sswap\\\\s", state: absent }',
  ],
  observes: (args) => [editRequest(args)],
  plan(args, _loaded, seen, context) {
    const { line } = args;
    const plain = line instanceof Secret ? line.reveal() : line instanceof Unknown || line === undefined ? '' : line;
    const edit =
      args.state === 'present'
        ? (before: string | undefined) => withLine(args, plain, before ?? '')
        : (before: string | undefined) => withoutLine(args, plain, before);
    return planEdit(args, line ?? '', edit, seen, context);
  },
});

/** As Ansible's module does it, whose users rely on which of several lines is meant. */
function withLine(args: Arguments, line: string, before: string): string {
  const lines = linesOf(before);
  const plain = lines.map(withoutLineEnd);
  const matches = matcher(args);
  const pick = (test: (one: string) => boolean): number => (args.firstmatch ? plain.findIndex(test) : plain.findLastIndex(test));
  const found = matches === undefined ? -1 : pick(matches);
  if (found !== -1) {
    const match = args.backrefs ? args.regexp?.exec(plain[found] ?? '') : undefined;
    const wanted = match === undefined || match === null ? line : expand(line, match);
    if (plain[found] !== wanted) lines[found] = `${wanted}\n`;
    return lines.join('');
  }
  if (args.backrefs || plain.includes(line)) return before;
  lines.splice(positionFor(args, lines, pick), 0, `${line}\n`);
  return lines.join('');
}

function positionFor(
  { insertafter: after, insertbefore: before }: Arguments,
  lines: string[],
  pick: (test: (one: string) => boolean) => number,
): number {
  if (before?.source === 'BOF' || after?.source === 'BOF') return 0;
  const wanted = before ?? after;
  const found = wanted === undefined || wanted.source === 'EOF' ? -1 : pick((one) => wanted.test(one));
  if (found !== -1 && before !== undefined) return found;
  if (found !== -1 && found + 1 < lines.length) return found + 1;
  endLastLine(lines);
  return lines.length;
}

function withoutLine(args: Arguments, line: string, before: string | undefined): string | undefined {
  if (before === undefined) return undefined;
  const matches = matcher(args) ?? ((one: string): boolean => one === line);
  return linesOf(before)
    .filter((one) => !matches(withoutLineEnd(one)))
    .join('');
}

function matcher({ regexp, search_string: text }: Arguments): ((line: string) => boolean) | undefined {
  if (regexp !== undefined) return (line) => regexp.test(line);
  return text === undefined ? undefined : (line) => line.includes(text);
}
