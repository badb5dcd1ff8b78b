import { type PostgresPassword, type PostgresRole, passwordOf } from '../../resources/postgresql-role.ts';
import { revealed } from '../../values/base/revealed.ts';
import { Secret } from '../../values/base/secret.ts';
import { isVerifier, md5Verifier, newScramParameters, scramVerifier } from './scram.ts';

export type WantedPassword =
  | { readonly kind: 'keep' }
  | {
      readonly kind: 'set';
      /** False if the stored password may already be the wanted one. */
      readonly isSure: boolean;
      /** Words for the plan, without any part of a password. */
      readonly before: string | null;
      readonly after: string;
      /** The value that the server is to store; null: the role gets no password. */
      readonly verifier: Secret | null;
    };

interface Given {
  readonly name: string;
  readonly password?: string | Secret | undefined;
  readonly no_password_changes: boolean;
}

/**
 * Compares the wanted password with the value that the server stores. The password itself stays on the controller. The
 * salt of a new password is made from `runId`.
 */
export function wantedPassword(args: Given, state: PostgresRole, runId: string): WantedPassword {
  if (args.password === undefined || (state.exists && args.no_password_changes)) return { kind: 'keep' };
  const password = revealed(args.password);
  const stored: PostgresPassword = state.exists ? (state.password ?? { kind: 'hidden' }) : { kind: 'none' };
  if (password === '') {
    if (stored.kind === 'none') return { kind: 'keep' };
    return { ...set(stored), after: 'none', verifier: null };
  }
  if (isStored({ password, user: args.name, encryption: state.encryption }, stored)) return { kind: 'keep' };
  const verifier = isVerifier(password)
    ? password
    : state.encryption === 'md5'
      ? md5Verifier(password, args.name)
      : scramVerifier(password, newScramParameters(`${runId} ${args.name}`));
  return { ...set(stored), after: 'the password of the task', verifier: Secret.of(verifier) };
}

function set(stored: PostgresPassword): {
  readonly kind: 'set';
  readonly isSure: boolean;
  readonly before: string | null;
} {
  return {
    kind: 'set',
    isSure: stored.kind !== 'hidden',
    before: stored.kind === 'none' ? null : stored.kind === 'hidden' ? 'cannot be read' : 'another one',
  };
}

interface Question {
  readonly password: string;
  readonly user: string;
  readonly encryption: PostgresRole['encryption'];
}

/**
 * Returns whether the server stores this password already. False for an md5 password if the server now uses SCRAM: the
 * password is then set again.
 */
function isStored({ password, user, encryption }: Question, stored: PostgresPassword): boolean {
  const is = (verifier: string): boolean => 'digest' in stored && stored.digest === digestOf(verifier);
  if (isVerifier(password)) return is(password);
  switch (stored.kind) {
    case 'scram':
      return is(scramVerifier(password, stored));
    case 'md5':
      return encryption === 'md5' && is(md5Verifier(password, user));
    case 'none':
    case 'hidden':
    case 'other':
      return false;
  }
}

function digestOf(verifier: string): string | undefined {
  const password = passwordOf(verifier);
  return 'digest' in password ? password.digest : undefined;
}
