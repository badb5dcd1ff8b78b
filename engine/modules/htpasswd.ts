import { z } from 'zod';
import { revealedOrEmpty } from '../values/base/revealed.ts';
import { boolean, plainText, text } from './base/arguments.ts';
import { type Impossible, defineModule } from './base/module.ts';
import { editArguments, editRequests, pathAliases, planEdit } from './edit/edit-file.ts';
import { STORED_FORMS, matchPassword, storedPassword } from './edit/stored-password.ts';
import { Lines } from './edit/text-lines.ts';
import { foreignFileArguments } from './write/file-write-arguments.ts';

const READY_HASH =
  'Give the ready hash as password, with hash_scheme: plaintext. openssl passwd -6 makes one for nginx, htpasswd -nB one for Apache.';

const schema = z
  .strictObject({
    ...editArguments,
    create: boolean().default(true).describe('Whether a missing file is made, with its directory.'),
    name: plainText()
      .refine(
        (name) => /^[^:#\r\n][^:\r\n]{0,254}$/.test(name),
        'must be the name of a user: one line, without a colon',
      )
      .describe('The name of the user.'),
    password: text()
      .refine((password) => !/[\r\n]/.test(revealedOrEmpty(password)), 'must be one line\nRemove the line end.')
      .optional()
      .describe('The password. It is stored as a hash; the password itself never reaches the host.'),
    hash_scheme: z
      .enum(STORED_FORMS, { error: `must be one of ${STORED_FORMS.join(', ')}\n${READY_HASH}` })
      .default('apr_md5_crypt')
      .describe(
        'The form of a new or changed password. With plaintext, password is stored as it is: it may be a ready hash of any form.',
      ),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the file has the user.'),
  })
  .refine(({ state, password }) => state === 'absent' || password !== undefined, {
    path: ['password'],
    message: 'must be given for a user\nGive password, or set state: absent.',
  });
type Arguments = z.infer<typeof schema>;

const { name: _name, ...withoutName } = pathAliases;

export const module = defineModule<Arguments>({
  name: 'htpasswd',
  summary: 'Keep a user with a password in the password file of a web server.',
  arguments: schema,
  aliases: { ...withoutName, username: 'name', crypt_scheme: 'hash_scheme' },
  foreign: foreignFileArguments,
  examples: [
    'htpasswd: { path: /etc/nginx/passwords, name: ann, password: "{{ann_password}}", owner: root, group: www-data, mode: "0640" }',
    'htpasswd: { path: /etc/nginx/passwords, name: bob, state: absent }',
  ],
  isQuiet: true,
  observes: (args, _loaded, context) => editRequests(args, context),
  plan(args, _loaded, seen, context) {
    const { password = '' } = args;
    const edit = (before: string | undefined): string | Impossible | undefined =>
      args.state === 'absent'
        ? before === undefined
          ? undefined
          : withoutUser(args.name, before)
        : withUser(args, revealedOrEmpty(password), before ?? '');
    return planEdit(args, args.state === 'absent' ? '' : password, edit, { seen, context });
  },
});

function withUser(args: Arguments, password: string, before: string): string | Impossible {
  const { path, name, hash_scheme: form } = args;
  const file = new Lines(before);
  const at = file.lines.findIndex(({ text: line }) => isOf(line, name));
  const there = file.lines[at];
  const stored = there?.text.slice(name.length + 1);
  const match = stored === undefined ? 'other' : matchPassword(password, stored, form);
  if (match === 'same') return before;
  if (stored !== undefined && match === 'unknown') return incomparable(args, stored);
  const written = `${name}:${storedPassword(password, form, `${path} ${name}`)}`;
  if (there === undefined) file.insert(file.lines.length, file.line(written));
  else file.lines[at] = { ...there, text: written };
  return file.toString();
}

function withoutUser(name: string, before: string): string {
  const file = new Lines(before);
  return file.lines
    .filter(({ text: line }) => !isOf(line, name))
    .map(({ text: line, end }) => line + end)
    .join('');
}

function isOf(line: string, name: string): boolean {
  return line.startsWith(`${name}:`);
}

function incomparable({ path, name }: Arguments, stored: string): Impossible {
  const [, form] = /^\$(\w+)\$/.exec(stored) ?? [];
  return {
    kind: 'impossible',
    what: `the password of ${name} in ${path} cannot be compared`,
    why: form === undefined ? 'The file has it in an old form.' : `The file has it in the form $${form}$.`,
    remedy: `${READY_HASH} To replace it by another form, remove the user by a task before this one: htpasswd: { path: ${path}, name: ${name}, state: absent }.`,
  };
}
