import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { buffer as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { Problem } from '../errors/problem.ts';
import { type FoundFile, findFile, replaceFile } from '../files/replace-file.ts';
import { printClear, printNotes } from '../report/listing/vault.ts';
import { variableNameProblem } from '../values/base/variable-name.ts';
import { textIn } from '../values/yaml/text-file.ts';
import { readIdentities } from '../vault/age/identities.ts';
import type { Recipient } from '../vault/age/recipient.ts';
import { recipientsFor } from '../vault/age/recipients.ts';
import { sealedForm } from '../vault/base/sealed-form.ts';
import { encryptArmored, encryptValue, rekeyValues } from '../vault/encrypt.ts';
import { sealFor } from '../vault/seal.ts';
import type { Vault } from '../vault/vault.ts';
import { EXIT } from './base/exit-status.ts';
import { askOnTerminal } from './options/ask-secret.ts';
import { type KeyFlags, addKeyOptions, collect } from './options/common-options.ts';
import { identityFiles, vaultFor } from './options/flag-values.ts';
import { editFile } from './vault/vault-edit.ts';
import { alreadyEncrypted, notEncrypted, ofSops } from './vault/vault-refusals.ts';

export interface WritingFlags extends KeyFlags {
  readonly recipient: readonly string[];
  readonly recipientsFile?: string;
}

/** Adds `runbook vault`: encrypts secrets in files with age. */
export function addVaultCommand(command: Command, done: (status: number) => void): void {
  const add = (name: string, description: string): Command =>
    addKeyOptions(command.command(name).description(description));
  const addWriting = (name: string, description: string): Command => addRecipientOptions(add(name, description));
  addWriting('encrypt', 'encrypt whole files in place, or one value')
    .argument('[files...]')
    .option('--value [name]', 'encrypt the text on stdin, and print it as a !vault value')
    .action(async (files: readonly string[], flags: WritingFlags & { readonly value?: true | string }) => {
      if (flags.value !== undefined) await encryptStdin(entryName(flags.value, files), flags);
      else await each(files, 'encrypted', (file) => encryptFile(file, flags));
      done(EXIT.ok);
    });
  add('decrypt', 'decrypt whole files in place, those of ansible-vault too')
    .argument('<files...>')
    .option('--print', 'print the decrypted text, and leave the files unchanged')
    .action(async (files: readonly string[], flags: KeyFlags & { readonly print?: true }) => {
      const vault = vaultFor(flags);
      if (flags.print === true) await view(files, vault);
      else await each(files, 'decrypted', (file) => decryptFile(file, vault));
      done(EXIT.ok);
    });
  add('view', 'print the decrypted text of encrypted files')
    .argument('<files...>')
    .action(async (files: readonly string[], flags: KeyFlags) => {
      await view(files, vaultFor(flags));
      done(EXIT.ok);
    });
  addWriting('edit', 'edit an encrypted file in $EDITOR')
    .argument('<file>')
    .action(async (file: string, flags: WritingFlags) =>
      done(await editFile(file, vaultFor(flags), (path) => recipients(path, flags))),
    );
  addWriting(
    'rekey',
    'encrypt files and their !vault values again, for the present recipients; files of ansible-vault become age files',
  )
    .argument('<files...>')
    .action(async (files: readonly string[], flags: WritingFlags) => {
      const vault = vaultFor(flags);
      await each(files, 'rekeyed', async (file) => rekey(file, vault, (path) => recipients(path, flags)));
      done(EXIT.ok);
    });
  add('keygen', 'make an identity for yourself, and print the recipient that others encrypt for').action(
    async (flags: KeyFlags) => {
      await makeIdentity(flags);
      done(EXIT.ok);
    },
  );
}

function addRecipientOptions(command: Command): Command {
  return command
    .option(
      '--recipient <key>',
      'encrypt for this recipient, age1… or the line of an SSH key; may be given more than once',
      collect,
      [],
    )
    .option(
      '--recipients-file <file>',
      'encrypt for the recipients in this file; without it, the nearest recipients.txt counts, then your own identity',
    );
}

/** Returns the recipients of a file. For a link, the nearest `recipients.txt` is that of its target. */
function recipients(file: string, flags: WritingFlags): Promise<readonly Recipient[]> {
  const sources = {
    named: flags.recipient,
    file: flags.recipientsFile,
    identityFiles: identityFiles(flags.identity),
    ask: askOnTerminal,
  };
  return recipientsFor(file, sources);
}

/** Runs `act` for each file, and prints `what` and the notes of each file. */
async function each(
  files: readonly string[],
  what: string,
  act: (file: string) => Promise<readonly string[]>,
): Promise<void> {
  if (files.length === 0)
    throw new Problem({ code: 'wrong-options', what: 'no file is named', remedy: 'Name files, or use --value.' });
  for (const file of files) {
    const notes = await act(file);
    printNotes([`${file}: ${what}`], process.stdout);
    printNotes(notes, process.stderr);
  }
}

/** Returns the name for the entry of one value. Throws Problem if no variable can have it, or if files are named. */
function entryName(value: true | string, files: readonly string[]): string | undefined {
  if (files.length > 0)
    throw new Problem({
      code: 'wrong-options',
      what: `--value encrypts the text on stdin, and ${files.join(', ')} is named, too`,
      remedy: 'Leave --value out to encrypt files, or leave the files out.',
    });
  if (value === true) return undefined;
  const problem = variableNameProblem(value);
  if (problem === undefined) return value;
  throw new Problem({
    code: 'variable-name',
    what: problem.what,
    why: problem.why,
    remedy: 'Write --value without a name, and put the printed value after its key.',
  });
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

async function encryptFile(name: string, flags: WritingFlags): Promise<readonly string[]> {
  const file = await findFile(name);
  const form = sealedForm(file.bytes);
  if (form !== undefined) throw alreadyEncrypted(name, form);
  return replaceFile(file, Buffer.from(await encryptArmored(file.bytes, await recipients(file.path, flags))));
}

async function decryptFile(name: string, vault: Vault): Promise<readonly string[]> {
  const file = await findFile(name);
  return replaceFile(file, await clearBytes(file, vault));
}

async function view(names: readonly string[], vault: Vault): Promise<void> {
  for (const name of names) printClear(await clearBytes(await findFile(name), vault), process.stdout);
}

async function clearBytes(file: FoundFile, vault: Vault): Promise<Buffer> {
  if (sealedForm(file.bytes) === 'sops') throw ofSops(file.name);
  const opened = await vault.unseal(file.bytes, file.name);
  if (opened === undefined) throw notEncrypted(file.name);
  return opened.bytes;
}

async function rekey(
  name: string,
  vault: Vault,
  recipients: (path: string) => Promise<readonly Recipient[]>,
): Promise<readonly string[]> {
  const file = await findFile(name);
  if (sealedForm(file.bytes) === 'sops') throw ofSops(name);
  const forWhom = await recipients(file.path);
  const opened = await vault.unseal(file.bytes, name);
  const rekeyed =
    opened === undefined
      ? await rekeyValues(file.bytes, forWhom, ({ text, line, column }) =>
          vault.unsealValue(text, { file: name, line, column }),
        )
      : await sealFor(file.bytes, forWhom)(opened.bytes);
  if (rekeyed === undefined)
    throw new Problem({
      code: 'not-encrypted',
      what: `nothing in ${name} is encrypted`,
      remedy: 'See `runbook vault encrypt`.',
    });
  return replaceFile(file, rekeyed);
}

async function makeIdentity(flags: KeyFlags): Promise<void> {
  const [file = ''] = identityFiles(flags.identity);
  const known = await readIdentities(file, askOnTerminal);
  if (known.length > 0) {
    const recipients = (await Promise.all(known.map((identity) => identity.recipients()))).flat();
    return printNotes([`${file} is there already. Its recipient:`, ...recipients], process.stdout);
  }
  const { generateIdentity, identityToRecipient } = await import('age-encryption');
  const identity = await generateIdentity();
  const recipient = await identityToRecipient(identity);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `# recipient: ${recipient}\n${identity}\n`, { mode: 0o600, flag: 'wx' });
  printNotes(
    [`Made ${file}. Keep it, and keep a copy: without it nothing can be decrypted. Its recipient:`, recipient],
    process.stdout,
  );
}
