import { z } from 'zod';
import { type ForeignArgument, idle } from '../../values/habits/foreign-argument.ts';
import { alsoDigits, boolean, commaList, path, text, wholeNumber } from '../base/arguments.ts';
import { unsafePath } from '../path/file-attributes.ts';

/** A name that useradd accepts, and that is neither a number nor an option. */
export const ACCOUNT_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/;

/** A field of a line of /etc/passwd. */
const FIELD = /^[^:\n]*$/;
const NO_FIELD = 'must not hold a colon or a line end';
const pathInLine = (): z.ZodType<string> => path().refine((value) => FIELD.test(value), NO_FIELD);

const SECONDS = 'must be a time in seconds since 1970';
const LARGEST_ID = 4294967294;
const days = (what: string): z.ZodType<number | undefined> =>
  wholeNumber({ min: -1 }).optional().describe(`${what} -1: no limit.`);

export const userArguments = z.strictObject({
  name: z.string().regex(ACCOUNT_NAME, 'must be the name of an account').describe('Name of the account.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the account exists.'),
  uid: wholeNumber({ max: LARGEST_ID }).optional().describe('The number.'),
  non_unique: boolean().default(false).describe('Whether uid may be a number that another account has.'),
  group: z
    .custom<string | number>(
      (value) =>
        typeof value === 'number'
          ? Number.isSafeInteger(value) && value >= 0
          : typeof value === 'string' && /^([A-Za-z_][A-Za-z0-9_.-]{0,31}\$?|[0-9]+)$/.test(value),
      { error: 'must be the name or the number of a group' },
    )
    .transform(String)
    .optional()
    .describe('The primary group, which must exist. Default for a new account: a group with the name of the account.'),
  groups: commaList({ mayBeEmpty: true })
    .refine(
      (names) => !names.some((name) => /^[0-9]+$/.test(name)),
      'must be names of groups\nWrite the name of the group, not its number.',
    )
    .optional()
    .describe('Other groups of the account: a list, or a text with commas. Empty: none.'),
  append: boolean()
    .default(false)
    .describe('Whether the account stays a member of groups that are not named in groups.'),
  comment: alsoDigits(z.string().regex(FIELD, NO_FIELD)).optional().describe('Full name or purpose.'),
  home: pathInLine().optional().describe('Home directory.'),
  create_home: boolean().default(true).describe('Whether a missing home directory is made.'),
  move_home: boolean().default(false).describe('Whether an existing home directory is moved to home.'),
  skeleton: path().optional().describe('The directory that is copied for a new home directory. Default: /etc/skel.'),
  umask: z
    .string()
    .regex(/^[0-7]{3,4}$/, 'must be octal digits\nWrite them in quotes: "0077".')
    .optional()
    .describe("What a new home directory's permission bits leave out, instead of what /etc/login.defs says."),
  shell: pathInLine().optional().describe('Login shell.'),
  system: boolean().default(false).describe('Whether a new account gets a number from the range for system accounts.'),
  password: text()
    .optional()
    .describe(
      'The password as a crypt hash ($6$…, $y$…), or ! or * for no password. A ! before the hash locks the account.',
    ),
  update_password: z
    .enum(['always', 'on_create'])
    .default('always')
    .describe('Whether the password of an existing account is changed too.'),
  password_lock: boolean()
    .optional()
    .describe(
      'Whether the password is locked. Without password_lock a locked account stays locked, also with a new password.',
    ),
  password_expire_min: days('Days that must pass before a password may be changed.'),
  password_expire_max: days('Days after which a password must be changed.'),
  password_expire_warn: days('Days of warning before that.'),
  password_expire_account_disable: days('Days after which an account whose password has expired is closed.'),
  expires: z
    .union([z.number(), z.string().regex(/^-?[0-9]+(\.[0-9]+)?$/, SECONDS)], { error: SECONDS })
    .transform(Number)
    .optional()
    .describe('The end of the account in seconds since 1970, rounded to the day. Negative: never.'),
  remove: boolean()
    .default(false)
    .describe('With state absent: also remove the home directory and the mail of the account.'),
  force: boolean().default(false).describe('With state absent: remove the account even while it is logged in.'),
  unsafe_path: unsafePath(),
});

export type UserArguments = z.infer<typeof userArguments>;

const BY_KEYGEN =
  'Write a task of its own: openssh_keypair: { path: /home/NAME/.ssh/id_ed25519, type: ed25519 } with become_user: NAME, after a task file: { path: /home/NAME/.ssh, state: directory, owner: NAME, mode: "0700" }.';

/** Arguments that only the module of Ansible has. */
export const foreignUserArguments: Readonly<Record<string, ForeignArgument>> = {
  generate_ssh_key: BY_KEYGEN,
  ssh_key_bits: BY_KEYGEN,
  ssh_key_comment: BY_KEYGEN,
  ssh_key_file: BY_KEYGEN,
  ssh_key_passphrase: BY_KEYGEN,
  ssh_key_type: BY_KEYGEN,
  local: idle('accounts are always made in /etc/passwd of the host.'),
  seuser:
    'Map the account by a command: check: "semanage login -l | grep -q ^NAME", apply: "semanage login -a -s SEUSER NAME".',
  hidden: idle('it is for macOS.'),
  login_class: idle('it only applies to FreeBSD and OpenBSD.'),
  authorization: idle('it is for illumos.'),
  profile: idle('it is for illumos.'),
  role: idle('it is for illumos.'),
  uid_max: 'Set UID_MAX in /etc/login.defs by lineinfile, or give uid.',
  uid_min: 'Set UID_MIN in /etc/login.defs by lineinfile, or give uid.',
};

/** Returns whether the primary group of the account has the same name. Such a group is made with the account. */
export function hasOwnGroup({ name, group }: UserArguments): boolean {
  return group === undefined || group === name;
}

/** Returns whether the task needs data of /etc/shadow. */
export function asksForShadow(args: UserArguments): boolean {
  return (
    args.password !== undefined || args.password_lock !== undefined || args.expires !== undefined || asksForDays(args)
  );
}

function asksForDays(args: UserArguments): boolean {
  const {
    password_expire_min: min,
    password_expire_max: max,
    password_expire_warn: warn,
    password_expire_account_disable: inactive,
  } = args;
  return [min, max, warn, inactive].some((one) => one !== undefined);
}
