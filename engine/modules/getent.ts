import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import type { Request } from '../resources/base/resource.ts';
import { type ProbeDetail, type ProbeState, probe } from '../resources/probe.ts';
import { Secret } from '../values/base/secret.ts';
import { type Value, type ValueMap, Unknown } from '../values/base/value.ts';
import { alsoDigits, boolean, filledText } from './base/arguments.ts';
import { type InSync, defineModule } from './base/module.ts';

const schema = z.strictObject({
  database: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/, 'must be the name of a database, such as passwd')
    .describe('The database: passwd, group, shadow, hosts, services, …'),
  key: alsoDigits(z.string().regex(/^(?!-)[^\n]*$/, 'must be one line, and must not begin with a hyphen'))
    .optional()
    .describe('The entry. Default: all entries that the database lists.'),
  split: filledText()
    .optional()
    .describe('The text between the fields. Default: a colon for accounts and groups, and blanks for other databases.'),
  service: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/, 'must be the name of a service, such as files')
    .optional()
    .describe('The service that is asked, in place of the services in nsswitch.conf.'),
  fail_key: boolean()
    .default(true)
    .describe('Whether the task fails if the entry does not exist. If false, the value of a missing entry is null.'),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'getent',
  summary: 'Read entries of a system database, and set the variable getent_DATABASE of the host.',
  arguments: schema,
  examples: ['getent: { database: passwd, key: app }', 'getent: { database: services }'],
  observes: (args) => [questionOf(args)],
  plan(args, _loaded, seen) {
    const question = questionOf(args);
    const { status, stdout, stderr } = seen.of(question);
    const name = `getent_${args.database}`;
    const isMissing = status === 2 && args.key !== undefined;
    if (stdout === undefined || (seen.certainty(question) === 'after_change' && status !== 0 && args.fail_key)) {
      const because = 'an earlier change that may bring the entry';
      return { kind: 'cannot_know', because, planned: { [name]: new Unknown(because) } };
    }
    if (isMissing && args.key !== undefined && !args.fail_key) return found(name, { [args.key]: null });
    if (status === 0) return found(name, entriesOf(args, stdout.toString('utf8')));
    return { kind: 'in_sync', failure: failureOf(args, status, stderr ?? ''), result: { [name]: {} } };
  },
});

function questionOf({ database, key, service }: Arguments): Request<ProbeDetail, ProbeState> {
  const words = ['getent', ...(service === undefined ? [] : ['-s', service]), database];
  return probe([...words, ...(key === undefined ? [] : [key])].map(quote).join(' '));
}

function found(name: string, entries: ValueMap): InSync {
  const facts = { [name]: entries };
  return { kind: 'in_sync', result: { ...facts, ansible_facts: facts }, effects: [{ kind: 'set_fact', facts }] };
}

/** The meaning of the exit status: getent(1). */
function failureOf({ database, key }: Arguments, status: number, stderr: string): string {
  switch (status) {
    case 1:
      return `the host has no database ${database}`;
    case 2:
      return `${database} has no entry ${key ?? ''}`;
    case 3:
      return `${database} does not list its entries: give key`;
    case 127:
      return 'the host has no program getent';
    default:
      return `getent ended with exit status ${status}: ${stderr.trim()}`;
  }
}

/** Databases with colons between their fields, each with the index of its password field. */
const WITH_COLONS: Readonly<Record<string, number>> = { passwd: 1, group: 1, shadow: 1, gshadow: 1 };

/**
 * Returns a map from the first field of each entry to its other fields. If several lines have the same first field, the
 * value is a list of lists.
 */
function entriesOf({ database, split }: Arguments, text: string): ValueMap {
  const entries = new Map<string, (readonly Value[])[]>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [name = '', ...fields] = fieldsOf(line, split ?? (database in WITH_COLONS ? ':' : undefined));
    const values = fields.map((field, index) => (index + 1 === WITH_COLONS[database] ? hidden(field) : field));
    entries.set(name, [...(entries.get(name) ?? []), values]);
  }
  return Object.fromEntries([...entries].map(([name, all]) => [name, all.length === 1 ? (all[0] ?? []) : all]));
}

function fieldsOf(line: string, split: string | undefined): readonly string[] {
  return split === undefined ? line.trim().split(/\s+/) : line.split(split);
}

/** A password hash is a secret. The signs for "no password" (`x`, `*`, `!`) are not. */
function hidden(field: string): Value {
  return /^!*\*?$|^x$|^!\*$|^\*LK\*$/.test(field) ? field : Secret.of(field);
}
