import { access, readFile } from 'node:fs/promises';
import ssh2 from 'ssh2';
import type { AnyAuthMethod, AuthenticationType, NextAuthHandler, ParsedKey } from 'ssh2';
import type { SshTarget } from './target.ts';

/** What is tried to log in, in order, and why something else is not. */
export interface Authentication {
  readonly methods: readonly AnyAuthMethod[];
  readonly notes: readonly string[];
}

type LoadedKey = { readonly kind: 'key'; readonly key: ParsedKey } | { readonly kind: 'unusable'; readonly why: string };

/** Loaded once in a process: an encrypted key takes a tenth of a second to open. */
const keys = new Map<string, Promise<LoadedKey>>();

/** Identity files first, then the agent (one with many keys would use up the server's patience), then the password. */
export async function prepareAuthentication(target: SshTarget): Promise<Authentication> {
  const methods: AnyAuthMethod[] = [];
  const notes: string[] = [];
  const username = target.user;
  for (const file of target.identityFiles) {
    const loaded = await loadKey(file, target.passphrase);
    if (loaded.kind === 'unusable') notes.push(loaded.why);
    else methods.push({ type: 'publickey', username, key: loaded.key });
  }
  if (target.agent !== undefined) {
    const found = await access(target.agent).then(
      () => true,
      () => false,
    );
    if (found) methods.push({ type: 'agent', username, agent: target.agent });
    else notes.push(`There is no SSH agent at ${target.agent}.`);
  }
  const { password } = target;
  if (password !== undefined) {
    methods.push({ type: 'password', username, password });
    methods.push({
      type: 'keyboard-interactive',
      username,
      prompt: (_name, _instructions, _language, prompts, answer) => answer(prompts.map(() => password)),
    });
  }
  return { methods, notes };
}

/**
 * Hands the methods to ssh2 one after the other, without those that the server says it does not take.
 * Returning false tells ssh2 that nothing is left.
 */
export function inTurn(
  methods: readonly AnyAuthMethod[],
  onTry: (what: string) => void,
): (accepted: readonly AuthenticationType[] | null, partial: boolean | null, next: NextAuthHandler) => false | undefined {
  const left = [...methods];
  return (accepted, _partial, next) => {
    for (let method = left.shift(); method !== undefined; method = left.shift()) {
      const name = method.type === 'agent' ? 'publickey' : method.type;
      if (accepted !== null && !accepted.includes(name)) continue;
      onTry(describe(method));
      next(method);
      return undefined;
    }
    return false;
  };
}

function describe(method: AnyAuthMethod): string {
  if (method.type === 'agent') return 'the keys of the agent';
  if (method.type !== 'publickey') return method.type;
  return 'comment' in method ? `key ${String(method.comment)}` : 'a key';
}

function loadKey(file: string, passphrase: string | undefined): Promise<LoadedKey> {
  const id = JSON.stringify([file, passphrase]);
  let loaded = keys.get(id);
  if (loaded === undefined) {
    loaded = readKey(file, passphrase);
    keys.set(id, loaded);
  }
  return loaded;
}

async function readKey(file: string, passphrase: string | undefined): Promise<LoadedKey> {
  let text: Buffer;
  try {
    text = await readFile(file);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { kind: 'unusable', why: missing ? `${file} does not exist.` : `${file} cannot be read: ${String(error)}.` };
  }
  const parsed = ssh2.utils.parseKey(text, passphrase);
  if (parsed instanceof Error) return { kind: 'unusable', why: whyUnusable(file, text.toString('latin1'), parsed, passphrase) };
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || !key.isPrivateKey()) return { kind: 'unusable', why: `${file} holds no private key.` };
  return { kind: 'key', key };
}

function whyUnusable(file: string, text: string, error: Error, passphrase: string | undefined): string {
  if (/no passphrase given/i.test(error.message)) {
    return `${file} is encrypted and no passphrase is given: give one (ansible_ssh_passphrase), or load the key into an agent.`;
  }
  if (passphrase !== undefined && /bad passphrase|integrity check|bad decrypt|wrong/i.test(error.message)) {
    return `${file} is encrypted with another passphrase.`;
  }
  if (text.includes('BEGIN PRIVATE KEY') || text.includes('BEGIN ENCRYPTED PRIVATE KEY')) {
    return `${file} is in PKCS#8 form, which is not supported for this type of key: convert a copy of it with \`ssh-keygen -p -f\`.`;
  }
  return `${file} is not a private key that can be used: ${error.message}.`;
}
