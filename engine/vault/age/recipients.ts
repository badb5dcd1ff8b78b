import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import { readWhole } from '../../files/read-file.ts';
import { systemReason } from '../../files/system-reason.ts';
import { realPath } from '../../values/controller-access.ts';
import { isOwn, ownUsers } from '../../values/own-files.ts';
import { similarFile } from '../../values/similar-file.ts';
import { textIn, withoutMark } from '../../values/yaml/text-file.ts';
import type { Ask } from '../base/passphrase.ts';
import { readIdentities } from './identities.ts';
import { type Recipient, parseRecipient } from './recipient.ts';

/** The file that names the recipients for files near it, one per line: `age1…` or `ssh-ed25519 …`. */
const RECIPIENTS_FILE = 'recipients.txt';

export interface RecipientSources {
  /** Recipients that are given directly, such as `age1…`. */
  readonly named: readonly string[];
  /**
   * A file of recipients. Undefined: `recipients.txt` in the folder of the encrypted file, or the nearest folder above,
   * unless `named` has recipients.
   */
  readonly file: string | undefined;
  /** Files of identities. Used if the other sources name no recipient. */
  readonly identityFiles: readonly string[];
  readonly ask: Ask;
}

/**
 * Returns the recipients for a file, at least one. Throws Problem if no source names one, or if a source is invalid.
 */
export async function recipientsFor(path: string, sources: RecipientSources): Promise<readonly Recipient[]> {
  const given: Recipient[] = [];
  for (const text of sources.named) given.push(await parseRecipient(text));
  const file = sources.file ?? (given.length > 0 ? undefined : await nearestOwn(dirname(resolve(path))));
  if (file !== undefined) given.push(...(await readRecipients(file)));
  if (given.length > 0) return onceEach(given);
  for (const identityFile of sources.identityFiles) {
    for (const identity of await readIdentities(identityFile, sources.ask)) {
      for (const text of await identity.recipients()) given.push(await parseRecipient(text));
    }
  }
  if (given.length > 0) return onceEach(given);
  throw new Problem({
    code: 'vault-no-recipient',
    what: `no recipient is named for ${path}`,
    remedy: `Run \`runbook vault keygen\` once, or name recipients with --recipient or in a ${RECIPIENTS_FILE} beside the file.`,
  });
}

function onceEach(recipients: readonly Recipient[]): readonly Recipient[] {
  return [...new Map(recipients.map((recipient) => [recipient.text, recipient])).values()];
}

/**
 * Finds the nearest recipients file. Its author decides who can read the secrets, so the function throws Problem if the
 * file belongs to another user or everybody may write to it.
 */
async function nearestOwn(folder: string): Promise<string | undefined> {
  const file = await nearestRecipients(folder);
  const users = ownUsers();
  if (file === undefined || [file, realPath(file)].every((path) => isOwn(path, users))) return file;
  throw new Problem({
    code: 'recipients-of-others',
    what: `the nearest ${RECIPIENTS_FILE}, ${file}, is not your own`,
    why: 'It belongs to another user, or everybody may write to it: that user could read what is encrypted.',
    remedy: `To use that file, name it: --recipients-file ${file}. Otherwise name recipients with --recipient, or put a ${RECIPIENTS_FILE} beside the file.`,
  });
}

async function nearestRecipients(folder: string): Promise<string | undefined> {
  const candidate = join(folder, RECIPIENTS_FILE);
  const found = await readFile(candidate).then(
    () => true,
    () => false,
  );
  if (found) return candidate;
  const above = dirname(folder);
  return above === folder ? undefined : nearestRecipients(above);
}

async function readRecipients(file: string): Promise<readonly Recipient[]> {
  const bytes = await readWhole(file).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof Problem) throw error;
    throw new Problem({
      code: 'file-not-found',
      what: `the recipients file ${file} cannot be read`,
      why: systemReason(error),
      remedy: similarFile(file, [file]) ?? 'Correct the path, or allow the user who runs this to read the file.',
    });
  });
  const recipients: Recipient[] = [];
  for (const [index, raw] of withoutMark(textIn(bytes, file)).split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    recipients.push(await parseRecipient(line, { file, line: index + 1, column: 1, length: line.length }));
  }
  return recipients;
}
