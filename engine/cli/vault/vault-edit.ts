import { constants } from 'node:os';
import { findFile } from '../../files/replace-file.ts';
import { printNotes } from '../../report/listing/vault.ts';
import { printProblems } from '../../report/text/problems.ts';
import type { Recipient } from '../../vault/age/recipient.ts';
import { sealedForm } from '../../vault/base/sealed-form.ts';
import { editSealed } from '../../vault/edit/edit.ts';
import { sealAgain } from '../../vault/seal.ts';
import type { Vault } from '../../vault/vault.ts';
import { EXIT } from '../base/exit-status.ts';
import { notEncrypted, ofSops } from './vault-refusals.ts';

/** Runs `runbook vault edit`. Returns the exit status. Throws Problem before the editor is started. */
export async function editFile(
  name: string,
  vault: Vault,
  recipients: (path: string) => Promise<readonly Recipient[]>,
): Promise<number> {
  const file = await findFile(name);
  if (sealedForm(file.bytes) === 'sops') throw ofSops(name);
  const opened = await vault.unseal(file.bytes, name);
  if (opened === undefined) throw notEncrypted(name);
  const seal = sealAgain(file.bytes, opened.by, opened.by.kind === 'identity' ? await recipients(file.path) : []);
  const end = await editSealed({ file, clear: opened.bytes, seal, environment: process.env });
  switch (end.kind) {
    case 'unchanged':
      printNotes([`${name}: not changed`], process.stdout);
      return EXIT.ok;
    case 'written':
      printNotes([`${name}: encrypted`], process.stdout);
      printNotes(end.notes, process.stderr);
      return EXIT.ok;
    case 'failed':
      printProblems([end.problem], process.stderr);
      // Like a shell for a program that a signal has ended.
      return end.signal === undefined ? EXIT.problem : 128 + constants.signals[end.signal];
    default:
      return end satisfies never;
  }
}
