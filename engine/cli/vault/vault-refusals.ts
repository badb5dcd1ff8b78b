import { Problem } from '../../errors/problem.ts';
import type { SealedForm } from '../../vault/base/sealed-form.ts';

/**
 * Returns the problem of a file that should be encrypted and already is. `form` is the way in which it is encrypted;
 * the remedy depends on it.
 */
export function alreadyEncrypted(name: string, form: SealedForm): Problem {
  const [by, remedy] = ((): readonly [string, string] => {
    switch (form) {
      case 'age-armor':
      case 'age-binary':
        return ['age', '`runbook vault rekey` encrypts it for others, `runbook vault edit` changes it.'];
      case 'ansible-vault':
        return [
          'ansible-vault',
          '`runbook vault rekey` makes an age file of it; give the password by --vault-password-file.',
        ];
      case 'sops':
        return [
          'SOPS',
          'Variables are read from it as it is. To make an age file of it, decrypt it first: `sops -d -i`.',
        ];
      default:
        return form satisfies never;
    }
  })();
  return new Problem({ code: 'already-encrypted', what: `${name} is encrypted already, by ${by}`, remedy });
}

/** Returns the problem of a file that should be decrypted, but is not encrypted as a whole. */
export function notEncrypted(name: string): Problem {
  return new Problem({
    code: 'not-encrypted',
    what: `${name} is not encrypted as a whole`,
    remedy: 'A single !vault value is replaced by what `runbook vault encrypt --value` prints.',
  });
}

/** Refuses files of SOPS: it encrypts each value separately, and only SOPS must write its files. */
export function ofSops(name: string): Problem {
  return new Problem({
    code: 'sops',
    what: `${name} is encrypted by SOPS, whose files runbook reads and does not write`,
    remedy: 'See `sops -d`, `sops edit` and `sops updatekeys`; `runbook vars HOST` shows what the variables are.',
  });
}
