import { createPrivateKey, sign } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { AnyAuthMethod, AuthenticationType, NextAuthHandler, ParsedKey } from 'ssh2';
import { readAtOnce } from '../../files/read-file.ts';
import type { SshTarget } from '../base/target.ts';
import { library } from '../ssh2/ssh2-library.ts';
import { needless, TOOK, type Took } from '../ssh2/ssh2-patches.ts';
import type { ConnectionContext } from './connection-context.ts';
import type { LoadedKey } from './loaded-key.ts';
import { NamedFirstAgent } from './named-first-agent.ts';

/** A login method; the label is for messages. */
export interface AuthMethod {
  readonly label: string;
  readonly method: AnyAuthMethod;
}

/** The login methods in their order, and reasons why others are not tried. */
export interface Authentication {
  readonly methods: readonly AuthMethod[];
  readonly notes: readonly string[];
  /** The result of the patch that opens keys once. */
  readonly openedKeys: Took;
}

/**
 * Prepares the login methods: identity files first, then the agent (which may have more keys than the server accepts
 * attempts), then the password.
 */
export function prepareAuthentication(target: SshTarget, context: ConnectionContext): Authentication {
  const methods: AuthMethod[] = [];
  const missing: string[] = [];
  const notes: string[] = [];
  let openedKeys: Took = NO_ED25519;
  const username = target.user;
  for (const file of target.identityFiles) {
    const loaded = loadKey(file, target.passphrase, context);
    if (loaded.kind === 'missing') missing.push(file);
    else if (loaded.kind === 'unusable') notes.push(loaded.why);
    else {
      methods.push({ label: `the key ${file}`, method: { type: 'publickey', username, key: loaded.key } });
      if (!openedKeys.took) openedKeys = loaded.opened;
    }
  }
  if (missing.length > 0) notes.push(`No such key file: ${missing.join(', ')}.`);
  if (target.agent !== undefined) {
    if (existsSync(target.agent))
      methods.push({
        label: 'the keys of the agent',
        method: {
          type: 'agent',
          username,
          agent: new NamedFirstAgent(target.agent, target.identityFiles, target.identitiesOnly === true),
        },
      });
    else notes.push(`There is no SSH agent at ${target.agent}.`);
  }
  const { password } = target;
  if (password !== undefined) {
    methods.push({ label: 'the password', method: { type: 'password', username, password } });
    methods.push({
      label: 'the password, asked for interactively',
      method: {
        type: 'keyboard-interactive',
        username,
        prompt: (...[, , , prompts, answer]) => answer(prompts.map(() => password)),
      },
    });
  }
  return { methods: allowedMethods(methods, target.loginMethods), notes, openedKeys };
}

/** Sorts by the configured order of methods, and keeps the order within one method. */
function allowedMethods(methods: readonly AuthMethod[], allowed: SshTarget['loginMethods']): readonly AuthMethod[] {
  return allowed === undefined ? methods : allowed.flatMap((name) => methods.filter((one) => nameOf(one) === name));
}

/** RFC 4252 has no method for agents. */
function nameOf({ method }: AuthMethod): AuthenticationType {
  return method.type === 'agent' ? 'publickey' : method.type;
}

/** Returns the methods that send no secret to the server. */
export function withoutPasswords(methods: readonly AuthMethod[]): readonly AuthMethod[] {
  return methods.filter((one) => nameOf(one) === 'publickey');
}

/**
 * Passes the methods to ssh2 one after the other, without those that the server does not accept. The result false tells
 * ssh2 that no method is left.
 */
export function authHandler(
  methods: readonly AuthMethod[],
  onTry: (what: string) => void,
): (
  accepted: readonly AuthenticationType[] | null,
  partial: boolean | null,
  next: NextAuthHandler,
) => false | undefined {
  const left = [...methods];
  return (accepted, _partial, next) => {
    for (const one of takeFrom(left)) {
      if (accepted !== null && !accepted.includes(nameOf(one))) continue;
      onTry(one.label);
      next(one.method);
      return undefined;
    }
    return false;
  };
}

function* takeFrom(methods: AuthMethod[]): Generator<AuthMethod> {
  for (let one = methods.shift(); one !== undefined; one = methods.shift()) yield one;
}

/** Loads each key once per run: opening an encrypted key takes a tenth of a second. */
function loadKey(file: string, passphrase: string | undefined, { keys, plainSsh }: ConnectionContext): LoadedKey {
  const id = JSON.stringify([file, passphrase]);
  let loaded = keys.get(id);
  if (loaded === undefined) {
    loaded = readKey(file, passphrase, plainSsh);
    keys.set(id, loaded);
  }
  return loaded;
}

function readKey(file: string, passphrase: string | undefined, plainSsh: string | undefined): LoadedKey {
  let text: Buffer;
  try {
    text = readAtOnce(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing' };
    return { kind: 'unusable', why: `${file} cannot be read: ${String(error)}.` };
  }
  const parsed = library.ssh2.utils.parseKey(text, passphrase);
  if (parsed instanceof Error)
    return { kind: 'unusable', why: whyUnusable(file, text.toString('latin1'), parsed, passphrase) };
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || !key.isPrivateKey()) return { kind: 'unusable', why: `${file} holds no private key.` };
  return { kind: 'key', key, opened: plainSsh === undefined ? openOnce(key) : needless(plainSsh) };
}

const NO_ED25519: Took = needless('no key of a file is of the type Ed25519');

/**
 * ssh2 parses the PEM of a key for every signature. Here it is parsed once, for those types whose signature depends on
 * nothing but the key.
 */
function openOnce(key: ParsedKey): Took {
  if (key.type !== 'ssh-ed25519') return NO_ED25519;
  const opened = createPrivateKey(key.getPrivatePEM());
  key.sign = (data) => sign(null, Buffer.from(data), opened);
  return TOOK;
}

function whyUnusable(file: string, text: string, error: Error, passphrase: string | undefined): string {
  if (/no passphrase given/i.test(error.message)) {
    return `${file} is encrypted and no passphrase is given: give one (ansible_ssh_private_key_passphrase), or load the key into an agent.`;
  }
  if (passphrase !== undefined && /bad passphrase|integrity check|bad decrypt|wrong/i.test(error.message)) {
    return `${file} is encrypted with another passphrase.`;
  }
  if (text.includes('BEGIN PRIVATE KEY') || text.includes('BEGIN ENCRYPTED PRIVATE KEY')) {
    return `${file} is in PKCS#8 form, which is not supported for this type of key: convert a copy of it with \`ssh-keygen -p -f\`.`;
  }
  return `${file} is not a private key that can be used: ${error.message}.`;
}
