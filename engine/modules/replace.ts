import { z } from 'zod';
import { revealedOrEmpty } from '../values/base/revealed.ts';
import { Secret } from '../values/base/secret.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { text } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { editArguments, editRequests, pathAliases, planEdit } from './edit/edit-file.ts';
import { PatternFault } from './edit/python-pattern.ts';
import { expand } from './edit/python-replacement.ts';
import { Pattern, pattern } from './edit/regular-expression.ts';
import { foreignFileArguments } from './write/file-write-arguments.ts';

const { create: _, ...withoutCreate } = editArguments;

const SECTION = { dotall: true, classes: 'unicode' } as const;

const schema = z
  .strictObject({
    ...withoutCreate,
    regexp: pattern({ multiline: true, classes: 'unicode' }).describe(
      'A regular expression of Python. Every match is replaced. ^ and $ are the ends of a line.',
    ),
    replace: text().default('').describe('The new text; \\1 and \\g<name> stand for groups.'),
    after: pattern(SECTION)
      .optional()
      .describe(
        'Replace only after the first match of this expression. ^ is the beginning of the file, . matches line ends.',
      ),
    before: pattern(SECTION)
      .optional()
      .describe(
        'Replace only before the first match of this expression that follows after; without after, before its last match. It is interpreted like after.',
      ),
  })
  .refine((args) => faultIn(args) === undefined, {
    // The rule is also checked if another argument is wrong, or not known before the run.
    when: () => true,
    path: ['replace'],
    error: ({ input }) => faultIn(input) ?? 'must fit regexp',
  })
  .superRefine((args, context) => {
    try {
      section(args);
    } catch (error) {
      if (!(error instanceof PatternFault)) throw error;
      context.addIssue({ code: 'custom', path: ['before'], message: `must go together with after: ${error.message}` });
    }
  });
type Arguments = z.infer<typeof schema>;

/** Returns the fault in the references to groups, if regexp and replace are known; undefined if there is none. */
function faultIn(args: unknown): string | undefined {
  if (
    typeof args !== 'object' ||
    args === null ||
    !('regexp' in args) ||
    !(args.regexp instanceof Pattern) ||
    !('replace' in args)
  )
    return undefined;
  const { regexp, replace } = args;
  const fault =
    typeof replace === 'string' || replace instanceof Secret ? regexp.faultOf(revealedOrEmpty(replace)) : undefined;
  return fault === undefined
    ? undefined
    : `must refer only to groups of regexp: ${fault}\nWrite the group in parentheses in regexp; a backslash is \\\\.`;
}

export const module = defineModule<Arguments>({
  name: 'replace',
  summary: 'Replace every match of a regular expression in a text file.',
  arguments: schema,
  aliases: pathAliases,
  foreign: {
    ...foreignFileArguments,
    encoding: idleAs(['utf-8', 'utf8'], 'Leave it out: bytes that are not UTF-8 stay unchanged.'),
  },
  examples: ['replace: { path: /etc/fstab, regexp: "^([^#].*\\\\sswap\\\\s.*)$", replace: "# \\\\1" }'],
  isQuiet: true,
  observes: (args, _loaded, context) => editRequests({ ...args, create: undefined }, context),
  plan(args, _loaded, seen, context) {
    const edit = (before: string | undefined): string => replaced(args, revealedOrEmpty(args.replace), before ?? '');
    return planEdit({ ...args, create: undefined }, args.replace, edit, { seen, context });
  },
});

function replaced(args: Arguments, replacement: string, text: string): string {
  const within = boundsOf(args, text);
  if (within === undefined) return text;
  const [start, end] = within;
  const parts = args.regexp.replacement(replacement);
  let result = '';
  let at = 0;
  const part = text.slice(start, end);
  args.regexp.eachMatch(part, (match) => {
    result += part.slice(at, match.index) + expand(parts, match);
    at = match.index + match[0].length;
  });
  return text.slice(0, start) + result + part.slice(at) + text.slice(end);
}

/** Returns the beginning and the end of the part of the text that is searched; undefined if there is none. */
function boundsOf(args: Arguments, text: string): readonly [number, number] | undefined {
  const wanted = section(args);
  if (wanted === undefined) return [0, text.length];
  return wanted.boundsOf(NAME, text);
}

const NAME = 'subsection';

function section({ after, before }: Pick<Arguments, 'after' | 'before'>): Pattern | undefined {
  if (after === undefined && before === undefined) return undefined;
  const [afterFlags, afterBody] = withoutFlags(after?.text ?? '');
  const [beforeFlags, beforeBody] = withoutFlags(before?.text ?? '');
  const within = after !== undefined && before !== undefined ? '.*?' : '.*';
  return new Pattern(`${afterFlags}${beforeFlags}(?:${afterBody})(?P<${NAME}>${within})(?:${beforeBody})`, SECTION);
}

function withoutFlags(text: string): readonly [string, string] {
  const [, flags = '', body = ''] = /^((?:\(\?[aiLmsux]+\))*)([^]*)$/.exec(text) ?? [];
  return [flags, body];
}
