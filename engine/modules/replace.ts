import { z } from 'zod';
import { Secret } from '../values/secret.ts';
import { Unknown } from '../values/value.ts';
import { text } from './arguments.ts';
import { editArguments, editRequest, planEdit } from './edit-file.ts';
import { defineModule } from './module.ts';
import { expand, pattern } from './regular-expression.ts';

const { create: _, ...withoutCreate } = editArguments;

const schema = z.strictObject({
  ...withoutCreate,
  regexp: pattern('gm').describe('What is replaced, wherever it matches. ^ and $ are the ends of a line.'),
  replace: text().default('').describe('What stands there instead; \\1 and \\g<name> stand for groups.'),
  after: pattern('m').optional().describe('Only behind the first match of this.'),
  before: pattern('m').optional().describe('Only before the first match of this.'),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'replace',
  summary: 'Replace every match of a regular expression in a text file.',
  arguments: schema,
  examples: ['replace: { path: /etc/fstab, regexp: "^([^#].*\\\\sswap\\\\s.*)$", replace: "# \\\\1" }'],
  observes: (args) => [editRequest({ ...args, create: false })],
  plan(args, _loaded, seen, context) {
    const { replace } = args;
    const plain = replace instanceof Unknown ? '' : replace instanceof Secret ? replace.reveal() : replace;
    return planEdit({ ...args, create: false }, replace, (before) => replaced(args, plain, before ?? ''), seen, context);
  },
});

function replaced(args: Arguments, replacement: string, text: string): string {
  const start = args.after === undefined ? 0 : endOf(args.after.exec(text));
  if (start === undefined) return text;
  const stop = args.before === undefined ? text.length : args.before.exec(text.slice(start))?.index;
  if (stop === undefined) return text;
  const end = args.before === undefined ? stop : start + stop;
  let result = '';
  let at = 0;
  const part = text.slice(start, end);
  for (const match of part.matchAll(args.regexp)) {
    result += part.slice(at, match.index) + expand(replacement, match);
    at = match.index + match[0].length;
  }
  return text.slice(0, start) + result + part.slice(at) + text.slice(end);
}

function endOf(match: RegExpExecArray | null): number | undefined {
  return match === null ? undefined : match.index + match[0].length;
}
