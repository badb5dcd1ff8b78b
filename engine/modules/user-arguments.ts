import { z } from 'zod';
import type { UserState } from '../resources/user.ts';
import { boolean, path, text, textList, wholeNumber } from './arguments.ts';

/** What useradd takes, and neither a number nor an option. */
export const ACCOUNT_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/;

export const userArguments = z.strictObject({
  name: z.string().regex(ACCOUNT_NAME, 'must be the name of an account').describe('Name of the account.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the account shall exist.'),
  uid: wholeNumber({ max: 4294967294 }).optional().describe('Its number.'),
  group: z
    .string()
    .regex(/^([A-Za-z_][A-Za-z0-9_.-]{0,31}\$?|[0-9]+)$/, 'must be the name or the number of a group')
    .optional()
    .describe('Primary group, which exists. Where it is not given, a new account gets the group of its own name.'),
  groups: textList().optional().describe('Other groups that it is a member of.'),
  append: boolean().default(false).describe('Whether it stays in groups that are not named in groups.'),
  comment: z
    .string()
    .regex(/^[^:\n]*$/, 'must not hold a colon or a line end')
    .optional()
    .describe('Full name or purpose.'),
  home: path().optional().describe('Home directory.'),
  create_home: boolean().default(true).describe('Whether its home directory is made where it does not exist.'),
  shell: path().optional().describe('Login shell.'),
  system: boolean().default(false).describe('Whether a new account gets a number of the range for system accounts.'),
  password: text().optional().describe('The password as a crypt hash ($6$…, $y$…), or ! or * for none.'),
  update_password: z.enum(['always', 'on_create']).default('always').describe('Whether the password of an existing account is set.'),
  remove: boolean().default(false).describe('With state absent: remove its home directory and mail as well.'),
});

export type UserArguments = z.infer<typeof userArguments>;

/** Where useradd is told to make the home directory, so that it is known before. */
export function homeOf(args: UserArguments): string {
  return args.home ?? `/home/${args.name}`;
}

/** Whether the account's primary group is one of its own name, which is made with it. */
export function hasOwnGroup({ name, group }: UserArguments): boolean {
  return group === undefined || group === name;
}

/** Whether a password is to be set. */
export function isPasswordNew(args: UserArguments, state: UserState, after: UserState): boolean {
  if (args.password === undefined || (state.exists && args.update_password === 'on_create')) return false;
  return after.password === undefined || after.password !== state.password;
}
