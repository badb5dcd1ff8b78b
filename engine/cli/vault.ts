import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { buffer as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { Problem } from '../errors/problem.ts';
import { isEncrypted } from '../vault/armor.ts';
import { editText, replaceFile } from '../vault/edit-file.ts';
import { encryptText, encryptValue, rekeyText } from '../vault/encrypt.ts';
import { recipientsFor } from '../vault/recipients.ts';
import { readIdentities } from '../vault/vault.ts';
import { printClear, printNotes } from '../report/vault.ts';
import { textIn } from '../values/text-file.ts';
import { addIdentityOption, collect } from './common-options.ts';
import { EXIT } from './exit-status.ts';
import { identityFiles, vaultFor } from './flag-values.ts';

interface Flags {
  readonly identity: readonly string[];
}

interface WritingFlags extends Flags {
  readonly recipient: readonly string[];
  readonly recipientsFile?: string;
}

/** `runbook vault`: secrets in files, encrypted with age. */
export function addVaultCommand(command: Command, done: (status: number) => void): void {
  const add = (name: string, description: string): Command => addIdentityOption(command.command(name).description(description));
  const addWriting = (name: string, description: string): Command => addRecipientOptions(add(name, description));
  addWriting('encrypt', 'encrypt whole files in place, or one value')
    .argument('[files...]')
    .option('--value [name]', 'encrypt what is on stdin and print it as a !vault value')
    .action(async (files: readonly string[], flags: WritingFlags & { readonly value?: true | string }) => {
      if (flags.value !== undefined) await encryptStdin(flags.value === true ? undefined : flags.value, flags);
      else await each(files, 'encrypted', (file) => encryptFile(file, flags));
      done(EXIT.ok);
    });
  add('decrypt', 'decrypt whole files in place')
    .argument('<files...>')
    .option('--print', 'print them instead')
    .action(async (files: readonly string[], flags: Flags & { readonly print?: true }) => {
      if (flags.print === true) for (const file of files) printClear(await clearText(file, flags), process.stdout);
      else await each(files, 'decrypted', async (file) => replaceFile(file, await clearText(file, flags)));
      done(EXIT.ok);
    });
  addWriting('edit', 'edit an encrypted file in $EDITOR')
    .argument('<file>')
    .action(async (file: string, flags: WritingFlags) => {
      await edit(file, flags);
      done(EXIT.ok);
    });
  addWriting('rekey', 'encrypt files and the !vault values in them anew, for the recipients of now')
    .argument('<files...>')
    .action(async (files: readonly string[], flags: WritingFlags) => {
      await each(files, 'rekeyed', (file) => rekey(file, flags));
      done(EXIT.ok);
    });
  add('keygen', 'make an identity for yourself, and print the recipient that others encrypt for').action(async (flags: Flags) => {
    await makeIdentity(flags);
    done(EXIT.ok);
  });
}

function addRecipientOptions(command: Command): Command {
  return command
    .option('--recipient <age1…>', 'encrypt for this recipient; may be given more than once', collect, [])
    .option(
      '--recipients-file <file>',
      'encrypt for the recipients in this file; without it, the nearest recipients.txt counts, then your own identity',
    );
}

function recipients(file: string, flags: WritingFlags): Promise<readonly string[]> {
  return recipientsFor(file, { named: flags.recipient, file: flags.recipientsFile, identityFiles: identityFiles(flags.identity) });
}

async function each(files: readonly string[], what: string, act: (file: string) => Promise<void>): Promise<void> {
  if (files.length === 0) throw new Problem({ code: 'wrong-options', what: 'no file is named', remedy: 'Name files, or use --value.' });
  for (const file of files) {
    await act(file);
    printNotes([`${file}: ${what}`], process.stdout);
  }
}

async function encryptStdin(name: string | undefined, flags: WritingFlags): Promise<void> {
  const value = textIn(await readAll(process.stdin), 'stdin').replace(/\n$/, '');
  if (value === '')
    throw new Problem({
      code: 'empty-value',
      what: 'there is no value on stdin',
      remedy: 'Pipe it in: printf %s "$secret" | runbook vault encrypt --value',
    });
  printClear(await encryptValue(value, await recipients('./stdin', flags), name), process.stdout);
}

async function encryptFile(file: string, flags: WritingFlags): Promise<void> {
  const text = await read(file);
  if (isEncrypted(text))
    throw new Problem({ code: 'already-encrypted', what: `${file} is encrypted already`, remedy: 'See `runbook vault rekey` and `edit`.' });
  await replaceFile(file, await encryptText(text, await recipients(file, flags)));
}

async function clearText(file: string, flags: Flags): Promise<string> {
  const text = await read(file);
  if (!isEncrypted(text)) {
    throw new Problem({
      code: 'not-encrypted',
      what: `${file} is not encrypted as a whole`,
      remedy: 'A single !vault value is replaced by what `runbook vault encrypt --value` prints.',
    });
  }
  return vaultFor(flags).decryptFile(text, file);
}

async function edit(file: string, flags: WritingFlags): Promise<void> {
  const before = await clearText(file, flags);
  const after = await editText(before, file, process.env);
  if (after === before) return printNotes([`${file}: not changed`], process.stdout);
  await replaceFile(file, await encryptText(after, await recipients(file, flags)));
  printNotes([`${file}: encrypted`], process.stdout);
}

async function rekey(file: string, flags: WritingFlags): Promise<void> {
  const text = await read(file);
  const rekeyed = await rekeyText(text, file, vaultFor(flags), await recipients(file, flags));
  if (rekeyed === undefined) throw new Problem({ code: 'not-encrypted', what: `nothing in ${file} is encrypted` });
  await replaceFile(file, rekeyed);
}

async function makeIdentity(flags: Flags): Promise<void> {
  const [file = ''] = identityFiles(flags.identity);
  const { generateIdentity, identityToRecipient } = await import('age-encryption');
  const [known] = await readIdentities(file);
  if (known !== undefined)
    return printNotes([`${file} is there already. Its recipient:`, await identityToRecipient(known)], process.stdout);
  const identity = await generateIdentity();
  const recipient = await identityToRecipient(identity);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `# recipient: ${recipient}\n${identity}\n`, { mode: 0o600, flag: 'wx' });
  printNotes([`Made ${file}. Keep it, and keep a copy: without it nothing can be decrypted. Its recipient:`, recipient], process.stdout);
}

async function read(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Problem({ code: 'file-not-found', what: `${file} cannot be read`, why: error.message });
  });
  return textIn(bytes, file);
}
