import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type Seen, predict } from '../resources/base/resource.ts';
import { type CrontabState, crontabRequest } from '../resources/crontab.ts';
import { file } from '../resources/file.ts';
import type { ValueMap } from '../values/base/value.ts';
import { type Account, alsoDigits, atMostOne, boolean, path } from './base/arguments.ts';
import { type Context, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { editOutcome, editText, textRequest } from './edit/text-edit.ts';
import { planAbsent } from './file/file-absent.ts';
import { unsafePath } from './path/file-attributes.ts';
import { fileNeeds, forWriters, missingAccount } from './path/file-needs.ts';
import { editEntry, editVariable, namesIn } from './system/cron-table.ts';
import { printBytes } from './system/print-bytes.ts';
import { ACCOUNT_NAME } from './system/user-arguments.ts';
import { bytesOf, readably, textOf } from './write/file-text.ts';

interface FieldRange {
  readonly least: number;
  readonly most: number;
  /** Words that may replace the numbers, in the order of the numbers. */
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/**
 * One element of a field, as crontab(5) has it: `*`, a value, a range, or a range of which cronie picks a value at
 * random (`~`); each with a step. cron refuses the step 0.
 */
const ELEMENT = /^(?:\*|(\w+)(?:[-~](\w+))?|~(\w*)|(\w+)~)(?:\/0*[1-9]\d*)?$/;
const VALUE_WITH_STEP = /^(\w+)(\/\d+)$/;
const RANGE = /^(?<from>\w+)[-~](?<to>\w+)/;
const PLAIN_RANGE = /^\w+-\w+$/;

/** Returns the number of a value in a field; undefined if the field does not have it. */
function numberOf(value: string, { least, most, names = [] }: FieldRange): number | undefined {
  const index = names.indexOf(value.toLowerCase());
  const number = index === -1 ? Number(/^\d+$/.exec(value)?.[0]) : index + least;
  return number >= least && number <= most ? number : undefined;
}

/**
 * Returns what is wrong with the text of a field, and perhaps what to write; undefined if cron takes it. Because of one
 * such field, `crontab` refuses the whole table, and cron ignores a whole file in /etc/cron.d.
 */
function fieldFault(text: string, range: FieldRange): string | undefined {
  const faults = text.split(',').map((element) => elementFault(element, range));
  return faults.find((fault) => fault !== undefined);
}

function elementFault(element: string, range: FieldRange): string | undefined {
  const values = ELEMENT.exec(element)?.slice(1).filter(Boolean);
  if (values === undefined || values.some((value) => numberOf(value, range) === undefined)) return wrongField(range);
  const [, value, step] = VALUE_WITH_STEP.exec(element) ?? [];
  return value === undefined || step === undefined
    ? rangeFault(element, range)
    : `must have a range before the step: cron refuses ${element}\nWrite ${value}-${range.most}${step}.`;
}

function rangeFault(element: string, range: FieldRange): string | undefined {
  const { from = '', to = '' } = RANGE.exec(element)?.groups ?? {};
  const [low, high] = [numberOf(from, range), numberOf(to, range)];
  if (low === undefined || high === undefined || low <= high) return undefined;
  const remedy = PLAIN_RANGE.test(element) ? `Write ${inTwo(from, to, range)}.` : 'Write two ranges.';
  return `must have ranges that do not go beyond the end of the field: cron refuses ${element}, or never runs the command\n${remedy}`;
}

function wrongField({ least, most, names }: FieldRange): string {
  const words = names === undefined ? '' : `, ${names.slice(0, 2).join(', ')}, …`;
  return `must be what cron takes in this field: numbers from ${least} to ${most}${words}, *, */5, 1,2 or 1-5`;
}

/** Returns the two ranges for a range that goes beyond the end of the field: `22-23,0-2` for `22-2`. */
function inTwo(from: string, to: string, { least, most, names }: FieldRange): string {
  const isNamed = names?.includes(from.toLowerCase()) === true;
  const first = isNamed ? (names[0] ?? '') : String(least);
  const last = isNamed ? (names.at(-1) ?? '') : String(most);
  const range = (low: string, high: string): string => (low === high ? low : `${low}-${high}`);
  return `${range(from, last)},${range(first, to)}`;
}

/** A field of a crontab. `*` counts as not given, so it may be given together with special_time. */
function field(range: FieldRange): z.ZodType<string | undefined> {
  return z
    .custom<string | number | undefined>(
      (value) => value === undefined || typeof value === 'string' || typeof value === 'number',
      wrongField(range),
    )
    .superRefine((value, context) => {
      const message = value === undefined ? undefined : fieldFault(String(value), range);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .transform((value) => (value === undefined || value === '*' ? undefined : String(value)))
    .optional();
}

const line = alsoDigits(z.string().regex(/^[^\n]+$/, 'must be one line'));
const CRON_FILES = '/etc/cron.d/';
const READ_NAME = /^[A-Za-z0-9_-]+$/;
const fileName = alsoDigits(
  z
    .string()
    .regex(READ_NAME, 'must be a file name of letters, digits, hyphens and underscores: cron ignores other names'),
);

const schema = z
  .strictObject({
    name: line.describe(
      'The name of the entry, which is written as a comment above its line. With env, the name of the variable.',
    ),
    job: alsoDigits(z.string().regex(/^[^\n]*$/, 'must be one line'))
      .optional()
      .describe('The command. cron reads a % in it as a line end. With env, the value of the variable.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the entry exists.'),
    minute: field({ least: 0, most: 59 }).describe('The minute: 0 to 59, *, */5, or 1,2. Default: every minute.'),
    hour: field({ least: 0, most: 23 }).describe('The hour: 0 to 23. Default: every hour.'),
    day: field({ least: 1, most: 31 }).describe('The day of the month: 1 to 31.'),
    month: field({ least: 1, most: 12, names: MONTHS }).describe('The month: 1 to 12, or jan to dec.'),
    weekday: field({ least: 0, most: 7, names: WEEKDAYS }).describe(
      'The day of the week: 0 (Sunday) to 6, or sun to sat.',
    ),
    special_time: z
      .enum(['reboot', 'yearly', 'annually', 'monthly', 'weekly', 'daily', 'hourly'])
      .optional()
      .describe('A word such as daily, in place of the five fields.'),
    disabled: boolean()
      .default(false)
      .describe('Whether the line becomes a comment, so that the command does not run.'),
    env: boolean().default(false).describe('Whether the entry sets a variable for the commands, and is not a command.'),
    insertafter: line.optional().describe('With env: the variable after which a new variable is put.'),
    insertbefore: line
      .optional()
      .describe(
        'With env: the variable before which a new variable is put. Without insertafter and insertbefore, a new variable is put at the top.',
      ),
    user: alsoDigits(z.string().regex(ACCOUNT_NAME, 'must be the name of an account'))
      .optional()
      .describe(
        'The user of the crontab; with cron_file, the user who runs the command. Default: the user of the task.',
      ),
    cron_file: z
      .union([path(), fileName], {
        error:
          'must be an absolute path, or a file name of letters, digits, hyphens and underscores: cron ignores other names',
      })
      .optional()
      .describe(
        'A file of /etc/cron.d, by its name or path, in place of the crontab of a user. The file is removed with its last entry.',
      ),
    unsafe_path: unsafePath(),
  })
  .refine(
    ({ cron_file: at, state }) =>
      state === 'absent' || at?.startsWith(CRON_FILES) !== true || READ_NAME.test(at.slice(CRON_FILES.length)),
    {
      path: ['cron_file'],
      message:
        'must name a file of letters, digits, hyphens and underscores in /etc/cron.d: cron ignores other names\nWrite such a name. A file that is there with another name goes with a task of its own: file: { path: …, state: absent }.',
    },
  );

type Arguments = z.infer<typeof schema>;

const FIELDS = ['minute', 'hour', 'day', 'month', 'weekday'] as const;

export const module = defineModule<Arguments>({
  name: 'cron',
  summary: 'Manage commands that cron runs at given times.',
  // special_time excludes each of the fields.
  arguments: FIELDS.reduce(
    (ruled, name) => atMostOne(ruled, ['special_time', name]),
    atMostOne(schema, ['insertafter', 'insertbefore']),
  ),
  aliases: { value: 'job', dom: 'day', dow: 'weekday' },
  foreign: {
    backup:
      'Make a copy with a task before this one: shell: "crontab -l >/root/crontab.kept", or copy with remote_src for a file.',
  },
  examples: [
    'cron: { name: etcd snapshot, minute: 0, hour: "*/6", job: /usr/local/sbin/etcd-snapshot, cron_file: etcd, user: root }',
    'cron: { name: PATH, env: true, job: /usr/local/bin:/usr/bin:/bin, cron_file: etcd }',
  ],
  observes: (args, _loaded, context) => {
    const at = fileOf(args);
    return at === undefined
      ? [crontabRequest(args.user ?? context.user)]
      : [textRequest(at), ...fileNeeds([at], { owner: readerOf(args, at) }, context)];
  },
  plan(args, _loaded, seen, context) {
    const fault = faultOf(args);
    if (fault !== undefined) return fault;
    const at = fileOf(args);
    return at === undefined
      ? planCrontab(args, seen, context)
      : forWriters(planFile(args, at, seen, context), at, seen, context);
  },
});

function fileOf({ cron_file: file }: Arguments): string | undefined {
  return file === undefined || file.startsWith('/') ? file : `${CRON_FILES}${file}`;
}

/**
 * Returns the account as whom cron of this host runs the line of a file; undefined if there is no such line. Because of
 * one line of an account that does not exist, cron ignores the whole file.
 */
function readerOf({ state, env, disabled, user }: Arguments, at: string): Account | undefined {
  const isRead = at === '/etc/crontab' || at.startsWith(CRON_FILES);
  return isRead && state === 'present' && !env && !disabled && user !== undefined
    ? { name: user, id: undefined }
    : undefined;
}

function faultOf(args: Arguments): Impossible | undefined {
  if (args.state === 'present' && (args.job === undefined || (args.job === '' && !args.env)))
    return { kind: 'impossible', what: `${args.name} has no job`, remedy: 'Give job, or state: absent' };
  if (!args.env && (args.insertafter ?? args.insertbefore) !== undefined)
    return {
      kind: 'impossible',
      what: 'insertafter and insertbefore are for variables',
      remedy: 'Write env: true, or leave them out',
    };
  if (args.env && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(args.name))
    return {
      kind: 'impossible',
      what: `${args.name} is not a name of a variable`,
      remedy: 'Write letters, digits and underscores, or env: false',
    };
  return undefined;
}

function planFile(args: Arguments, at: string, seen: Seen, context: Context): Outcome {
  const nobody = missingAccount({ owner: readerOf(args, at) }, seen);
  if (nobody !== undefined) return { ...nobody, why: 'cron ignores the whole file because of such a line.' };
  let after = '';
  let misplaced: Impossible | undefined;
  const change = (text: string): string => {
    misplaced = missingBeside(args, text);
    return (after = edited(text, args, `${args.user ?? context.user} `));
  };
  const edit = editText(at, change, { seen, context }, { unsafe_path: args.unsafe_path });
  if (edit.kind !== 'edit') return edit;
  if (misplaced !== undefined && seen.certainty(textRequest(at)) === 'certain') return misplaced;
  const result = { name: args.name, state: args.state, cron_file: at, ...listed(after) };
  if (args.state === 'absent' && after.trim() === '' && seen.of(file(at, 'content')).type === 'file') {
    const gone = planAbsent({ path: at, unsafe_path: args.unsafe_path }, seen, context);
    return gone.kind === 'change' ? { ...gone, planned: result } : gone;
  }
  return editOutcome(at, edit, result, seen);
}

/**
 * Returns the problem that the table has no variable beside which the new variable could be put; undefined if there is
 * none.
 */
function missingBeside(args: Arguments, text: string): Impossible | undefined {
  const other = args.insertafter ?? args.insertbefore;
  const { envs } = namesIn(text);
  if (!args.env || args.state === 'absent' || other === undefined || envs.includes(args.name) || envs.includes(other))
    return undefined;
  return {
    kind: 'impossible',
    what: `The table has no variable ${other} to put ${args.name} beside`,
    remedy: `Set ${other} with a task before this one, or leave ${args.insertafter === undefined ? 'insertbefore' : 'insertafter'} out: a new variable is put at the top then`,
  };
}

function listed(text: string): ValueMap {
  const { jobs, envs } = namesIn(text);
  return { jobs: [...jobs], envs: [...envs] };
}

function planCrontab(args: Arguments, seen: Seen, context: Context): Outcome {
  const user = args.user ?? context.user;
  const asked = crontabRequest(user);
  const state = seen.of(asked);
  if (!state.available) {
    if (seen.certainty(asked) === 'after_change')
      return { kind: 'cannot_know', because: 'the host has no crontab yet; an earlier change may bring it' };
    if (args.state === 'absent') return { kind: 'in_sync', result: { name: args.name } };
    return {
      kind: 'impossible',
      what: 'This host has no command crontab',
      remedy: 'Install cron with a task before this one, or use a systemd timer',
    };
  }
  if (state.failure !== undefined) return withoutCrontab(user, state.failure, seen);
  const before = textOf(state.content);
  const misplaced = missingBeside(args, before);
  if (misplaced !== undefined && seen.certainty(asked) === 'certain') return misplaced;
  const after = edited(before, args, '');
  const result = { name: args.name, state: args.state, ...listed(after) };
  if (after === before) return { kind: 'in_sync', result };
  const content = bytesOf(after);
  return {
    kind: 'change',
    differences: [
      { kind: 'text', path: `crontab of ${user}`, before: readably(state.content), after: readably(content) },
    ],
    certainty: seen.certainty(asked),
    predictions: [predict(asked, { available: true, content })],
    touches: 'predicted',
    apply: () => ({
      script: `${printBytes(content)} | crontab ${user === context.user ? '' : `-u ${quote(user)} `}-\n`,
    }),
    planned: result,
  };
}

function withoutCrontab(user: string, why: NonNullable<CrontabState['failure']>, seen: Seen): Outcome {
  if (seen.certainty(crontabRequest(user)) === 'after_change')
    return { kind: 'cannot_know', because: `the crontab of ${user} cannot be shown yet; an earlier change may be why` };
  return {
    kind: 'impossible',
    what: `The crontab of ${user} cannot be shown`,
    why,
    remedy: `See that there is an account ${user}, and that /etc/cron.allow and /etc/cron.deny let it have a crontab. For another user than the task's, give become: true`,
  };
}

/** Returns the table with the wanted entry or variable. */
function edited(text: string, args: Arguments, account: string): string {
  const { name, job = '', insertafter: behind, insertbefore: ahead } = args;
  const isPresent = args.state === 'present';
  if (!args.env) return editEntry(text, { name, isPresent, line: entryLine(args, account) });
  const beside =
    behind !== undefined
      ? ({ name: behind, where: 'after' } as const)
      : ahead === undefined
        ? undefined
        : ({ name: ahead, where: 'before' } as const);
  return editVariable(text, { name, isPresent, value: job, beside });
}

function entryLine(args: Arguments, account: string): string {
  const when =
    args.special_time === undefined ? FIELDS.map((name) => args[name] ?? '*').join(' ') : `@${args.special_time}`;
  return `${args.disabled ? '#' : ''}${when} ${account}${args.job ?? ''}`;
}
