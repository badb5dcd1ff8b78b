import { z } from 'zod';
import { quote } from '../connection/quote.ts';
import type { CrontabState } from '../resources/crontab.ts';
import { crontabRequest } from '../resources/crontab.ts';
import type { Seen } from '../resources/resource.ts';
import { predict } from '../resources/resource.ts';
import { boolean } from './arguments.ts';
import type { Context, Outcome } from './module.ts';
import { bytesOf, readably, textOf } from './file-text.ts';
import { defineModule } from './module.ts';
import { printBytes } from './print-bytes.ts';
import { editText, textRequest } from './text-edit.ts';
import { ACCOUNT_NAME } from './user-arguments.ts';

const field = z
  .union([z.string().regex(/^[0-9A-Za-z*,/-]+$/), z.number().int().min(0)])
  .transform(String)
  .default('*');
const line = z.string().regex(/^[^\n]+$/, 'must be one line');

const schema = z.strictObject({
  name: line.describe('Tells this entry from others: it stands as a comment above the line.'),
  job: line.optional().describe('The command. A % in it stands for a line end, as cron has it.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the entry shall exist.'),
  minute: field.describe('0 to 59, *, */5, 1,2.'),
  hour: field.describe('0 to 23.'),
  day: field.describe('Day of the month, 1 to 31.'),
  month: field.describe('1 to 12.'),
  weekday: field.describe('0 to 6, Sunday is 0.'),
  special_time: z
    .enum(['reboot', 'yearly', 'annually', 'monthly', 'weekly', 'daily', 'hourly'])
    .optional()
    .describe('Instead of the five fields.'),
  disabled: boolean().default(false).describe('Whether the line is a comment.'),
  user: z
    .string()
    .regex(ACCOUNT_NAME, 'must be the name of an account')
    .optional()
    .describe('Whose crontab; with cron_file: as whom the command runs. The user of the task where it is not given.'),
  cron_file: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, 'must be a file name of letters, digits, hyphens and underscores: cron passes others over')
    .optional()
    .describe('A file of /etc/cron.d instead of the crontab of a user.'),
});

type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'cron',
  summary: 'Have a command run at certain times.',
  arguments: schema,
  examples: ['cron: { name: etcd snapshot, minute: 0, hour: "*/6", job: /usr/local/sbin/etcd-snapshot, cron_file: etcd, user: root }'],
  observes: (args, _loaded, context) => [
    args.cron_file === undefined ? crontabRequest(args.user ?? context.user) : textRequest(`/etc/cron.d/${args.cron_file}`),
  ],
  plan(args, _loaded, seen, context) {
    if (args.state === 'present' && args.job === undefined)
      return { kind: 'impossible', what: `${args.name} has no job`, remedy: 'Give job, or state: absent' };
    return args.cron_file === undefined ? planCrontab(args, seen, context) : planFile(args, `/etc/cron.d/${args.cron_file}`, seen, context);
  },
});

function planFile(args: Arguments, path: string, seen: Seen, context: Context): Outcome {
  const edit = editText(path, (text) => editTable(text, args, `${args.user ?? context.user} `), seen, context);
  if (edit.kind !== 'edit') return edit;
  if (edit.differences.length === 0) return { kind: 'in_sync', result: { name: args.name } };
  return {
    kind: 'change',
    differences: edit.differences,
    certainty: seen.certainty(textRequest(path)),
    predictions: edit.predictions,
    touches: 'predicted',
    apply: () => edit.apply(),
    planned: { name: args.name },
  };
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
  const after = editTable(before, args, '');
  if (after === before) return { kind: 'in_sync', result: { name: args.name } };
  const content = bytesOf(after);
  return {
    kind: 'change',
    differences: [{ kind: 'text', path: `crontab of ${user}`, before: readably(state.content), after: readably(content) }],
    certainty: seen.certainty(asked),
    predictions: [predict(asked, { available: true, content })],
    touches: 'predicted',
    apply: () => ({ script: `${printBytes(content)} | crontab ${user === context.user ? '' : `-u ${quote(user)} `}-\n` }),
    planned: { name: args.name },
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

function editTable(text: string, args: Arguments, account: string): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const marks = [`# runbook: ${args.name}`, `#Ansible: ${args.name}`];
  const at = lines.findIndex((one) => marks.includes(one.trim()));
  const entry = args.state === 'absent' ? [] : [at < 0 ? (marks[0] ?? '') : (lines[at] ?? ''), entryLine(args, account)];
  const after = at < 0 ? [...lines, ...entry] : [...lines.slice(0, at), ...entry, ...lines.slice(at + 2)];
  return after.join('\n') === lines.join('\n') ? text : after.map((one) => `${one}\n`).join('');
}

function entryLine(args: Arguments, account: string): string {
  const when =
    args.special_time === undefined ? [args.minute, args.hour, args.day, args.month, args.weekday].join(' ') : `@${args.special_time}`;
  return `${args.disabled ? '#' : ''}${when} ${account}${args.job ?? ''}`;
}
