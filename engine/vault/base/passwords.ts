import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Problem } from '../../errors/problem.ts';
import { readWhole } from '../../files/read-file.ts';
import { Secret } from '../../values/base/secret.ts';
import { textIn } from '../../values/yaml/text-file.ts';
import { type VaultPassword, DEFAULT_LABEL } from './ansible-vault.ts';
import type { Ask } from './passphrase.ts';

/** Maximal output of a password program, in bytes. */
const MOST_PRINTED = 64 * 1024;

/** The source of an ansible-vault password. */
export interface PasswordSource {
  readonly label: string;
  readonly from: { readonly kind: 'prompt' } | { readonly kind: 'file'; readonly path: string };
}

/**
 * Parses `LABEL@SOURCE` or `SOURCE`, as Ansible's `--vault-id`. SOURCE is a file, an executable, or the word `prompt`.
 */
export function passwordSource(text: string): PasswordSource {
  const at = text.indexOf('@');
  const label = at <= 0 ? DEFAULT_LABEL : text.slice(0, at);
  const source = text.slice(at + 1);
  if (source === 'prompt' || source === 'prompt_ask_vault_pass') return { label, from: { kind: 'prompt' } };
  return { label, from: { kind: 'file', path: source.startsWith('~/') ? join(homedir(), source.slice(2)) : source } };
}

/** Reads the passwords in the order of the sources. Throws Problem if one is empty or cannot be read. */
export async function readPasswords(sources: readonly PasswordSource[], ask: Ask): Promise<readonly VaultPassword[]> {
  const passwords: VaultPassword[] = [];
  for (const { label, from } of sources) {
    const password =
      from.kind === 'prompt' ? await ask(`Vault password (${label})`) : await passwordOf(from.path, label);
    if (password.reveal() === '')
      throw new Problem({
        code: 'vault-password',
        what: `the vault password of the id ${label} is empty`,
        remedy: 'Give a password that is not empty.',
      });
    passwords.push({ label, password });
  }
  return passwords;
}

/** Returns the content of a file, or the output of an executable. */
async function passwordOf(path: string, label: string): Promise<Secret> {
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, error.message, 'Correct the path; it is looked for in the working folder.');
  });
  if (!status.isFile() && !status.isFIFO() && !status.isCharacterDevice())
    throw unreadable(path, 'It is no file.', 'Name a file.');
  const isProgram = status.isFile() && (status.mode & 0o111) !== 0 && (await canRun(path));
  const text = isProgram
    ? await printedBy(path, label)
    : textIn(await readWhole(path).catch(refused(path)), path).trim();
  return Secret.of(text);
}

/** As Ansible: a program gets `--vault-id` if its name without extension ends with `-client`. */
async function printedBy(path: string, label: string): Promise<string> {
  const isClient = basename(path, extname(path)).endsWith('-client');
  const args = isClient && label !== DEFAULT_LABEL ? ['--vault-id', label] : [];
  const child = spawn(resolve(path), args, { stdio: ['inherit', 'pipe', 'inherit'] });
  const failure = new Promise<string | undefined>((fulfil) => {
    child.on('error', (error) => fulfil(`It cannot be run: ${error.message}.`));
    child.on('close', (status, signal) =>
      fulfil(status === 0 ? undefined : `It ended with ${signal ?? `exit status ${status}`}.`),
    );
  });
  const [bytes, why] = await Promise.all([read(child), failure]);
  if (bytes.length > MOST_PRINTED)
    throw unreadable(path, `It prints more than ${MOST_PRINTED} bytes.`, 'Let it print the password alone.');
  if (why === undefined) return textIn(bytes, path).replaceAll(/^[\r\n]+|(?<![\r\n])[\r\n]+$/g, '');
  throw unreadable(
    path,
    why,
    'The file was run because it is executable. If it contains the password itself, write `chmod -x`.',
  );
}

/** Reads the output. Ends a program that prints more than MOST_PRINTED bytes; then returns MOST_PRINTED + 1 bytes. */
async function read(child: ChildProcessByStdio<null, Readable, null>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  child.stdout.on('data', (piece: Buffer) => {
    if (bytes <= MOST_PRINTED) pieces.push(piece);
    bytes += piece.length;
    if (bytes > MOST_PRINTED) child.kill('SIGKILL');
  });
  await finished(child.stdout).catch(() => {});
  return Buffer.concat(pieces).subarray(0, MOST_PRINTED + 1);
}

function canRun(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function refused(path: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    if (error instanceof Problem) throw error;
    throw unreadable(path, error.message, 'Allow the user who runs this to read it.');
  };
}

function unreadable(path: string, why: string, remedy: string): Problem {
  return new Problem({
    code: 'vault-password',
    what: `the vault password file ${path} gives no password`,
    why,
    remedy,
  });
}
