import { type Place, Problem } from '../../errors/problem.ts';

function wrongKey(place: Place, why: string): Problem {
  return new Problem({
    code: 'vault-wrong-key',
    what: 'this cannot be decrypted',
    place,
    why,
    remedy: 'Name an identity for which this was encrypted, with --identity or RUNBOOK_IDENTITY.',
  });
}

/** Returns the problem of an age file or value that could not be opened: no key fits, or it is not whole. */
export function unopenedAge(kind: 'failed' | 'damaged', place: Place, why: string): Problem {
  return kind === 'failed' ? wrongKey(place, why) : damaged('age', place, why);
}

function wrongPassword(place: Place, why: string): Problem {
  return new Problem({
    code: 'vault-wrong-password',
    what: 'this is encrypted by ansible-vault, and cannot be decrypted',
    place,
    why,
    remedy:
      'Give the password with --vault-id LABEL@FILE, --vault-password-file FILE or -J. `runbook vault rekey FILE` with it makes it an age file, which needs none.',
  });
}

function damaged(by: 'age' | 'ansible-vault', place: Place, why: string): Problem {
  return new Problem({
    code: 'vault-damaged',
    what: `this is encrypted by ${by}, and damaged`,
    place,
    why,
    remedy: 'Restore an undamaged version, such as from git.',
  });
}

function unsupported(place: Place, why: string): Problem {
  return new Problem({
    code: 'vault-unsupported',
    what: 'this is encrypted by ansible-vault in a form that runbook cannot read',
    place,
    why,
    remedy: 'Correct its first line; or decrypt it with the ansible-vault that wrote it, and encrypt it again.',
  });
}

/** Returns the problem of an ansible-vault text that could not be opened. */
export function unopened(kind: 'failed' | 'damaged' | 'unsupported', place: Place, why: string): Problem {
  switch (kind) {
    case 'failed':
      return wrongPassword(place, why);
    case 'damaged':
      return damaged('ansible-vault', place, why);
    case 'unsupported':
      return unsupported(place, why);
  }
}

/** Returns the problem of a `!vault` value in a form that neither age nor ansible-vault writes. */
export function noVaultValue(place: Place): Problem {
  return new Problem({
    code: 'vault-syntax',
    what: 'this !vault value is neither an armored age file nor what ansible-vault writes',
    place,
    remedy: 'Make it with `runbook vault encrypt --value`.',
  });
}

/** Returns the problem of a decrypted value that is not UTF-8 text. `why` is the reason, as a sentence. */
export function noText(place: Place, why: string): Problem {
  return new Problem({
    code: 'not-utf8',
    what: 'the decrypted value is not UTF-8 text, and a variable contains text',
    place,
    why,
    remedy: 'Save the text as UTF-8, and encrypt it again.',
  });
}

/**
 * Returns the problem of an encrypted file without any identity. `files` are the files in which identities were
 * searched for.
 */
export function noIdentity(files: readonly string[], place: Place | undefined): Problem {
  return new Problem({
    code: 'vault-no-key',
    what: 'this is encrypted, and there is no identity to decrypt it',
    place,
    why: `Looked for identities in ${files.join(', ') || 'no file'}.`,
    remedy: 'Name the file of your age identity with --identity or RUNBOOK_IDENTITY.',
  });
}
