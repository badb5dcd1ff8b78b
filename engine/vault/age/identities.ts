import { basename } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import { readWhole } from '../../files/read-file.ts';
import { Secret } from '../../values/base/secret.ts';
import { textIn, withoutMark } from '../../values/yaml/text-file.ts';
import { asBinary } from '../base/armor.ts';
import { type Ask, openedByPassphrase } from '../base/passphrase.ts';
import { sealedForm } from '../base/sealed-form.ts';
import { passphraseIdentity } from './age-scrypt.ts';
import { type AgeKey, decryptAge } from './age.ts';
import { isPrivateKey, sshKeyIn } from './ssh-identity.ts';
import { sshPublicLine } from './ssh-public-key.ts';

/** A private key that opens files, and the recipients for which new files are encrypted. */
export interface VaultIdentity {
  /** True if no question is asked before it is known that the identity opens a file. The others are tried last. */
  readonly isAtHand: boolean;
  /** Returns the keys. Throws Problem. */
  keys(): Promise<readonly AgeKey[]>;
  /** Returns the recipient of each key: `age1…` or an SSH public key line. Throws Problem. */
  recipients(): Promise<readonly string[]>;
}

/**
 * Reads the identities in a file: `AGE-SECRET-KEY-…` lines, such lines encrypted with a passphrase, or an SSH private
 * key. Returns none if the file is missing. Throws Problem if the file is unreadable or holds something else.
 */
export async function readIdentities(file: string, ask: Ask): Promise<readonly VaultIdentity[]> {
  const bytes = await readWhole(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    if (error instanceof Problem) throw error;
    throw new Problem({
      code: 'file-unreadable',
      what: `the identity file ${file} cannot be read`,
      why: error.message,
    });
  });
  if (bytes === undefined) return [];
  const form = sealedForm(bytes);
  if (form === 'age-armor' || form === 'age-binary') return [protectedFile(bytes, file, ask)];
  const text = textIn(bytes, file);
  if (!isPrivateKey(text)) return identitiesIn(text, file);
  Secret.of(text);
  const { publicKey, identity } = await sshKeyIn(text, file, ask);
  return [{ isAtHand: true, keys: async () => [identity], recipients: async () => [sshPublicLine(publicKey)] }];
}

/**
 * Reads the identities in a text, one per line. `file` is named in errors. Throws Problem for a line that is no
 * identity.
 */
export function identitiesIn(text: string, file: string): readonly VaultIdentity[] {
  const identities: VaultIdentity[] = [];
  for (const [index, raw] of withoutMark(text).split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    Secret.of(line);
    if (!line.startsWith('AGE-SECRET-KEY-')) throw noIdentity(line, `line ${index + 1} of the identity file ${file}`);
    identities.push({
      isAtHand: true,
      keys: async () => [line],
      async recipients() {
        const { identityToRecipient } = await import('age-encryption');
        return [await identityToRecipient(line)];
      },
    });
  }
  return identities;
}

/**
 * Makes an identity from a file that a passphrase opens, as `age-keygen | age -p` writes it. The file is opened once,
 * at the first use.
 */
function protectedFile(bytes: Buffer, file: string, ask: Ask): VaultIdentity {
  let opened: Promise<readonly VaultIdentity[]> | undefined;
  const open = async (): Promise<readonly VaultIdentity[]> => {
    const byPassphrase = passphraseIdentity((attempt) =>
      openedByPassphrase(`Passphrase of the identity file ${basename(file)}`, ask, attempt),
    );
    const content = await decryptAge(asBinary(bytes), [byPassphrase]);
    if (content.kind === 'opened') return identitiesIn(textIn(content.bytes, file), file);
    throw new Problem({
      code: 'vault-identity',
      what: `the identity file ${file} cannot be opened`,
      why: content.why,
      remedy: 'An identity file may be encrypted with a passphrase (age -p), not for a recipient.',
    });
  };
  const identities = (): Promise<readonly VaultIdentity[]> => (opened ??= open());
  const all = async <Part>(part: (identity: VaultIdentity) => Promise<readonly Part[]>): Promise<readonly Part[]> =>
    (await Promise.all((await identities()).map(part))).flat();
  return {
    isAtHand: false,
    keys: () => all((identity) => identity.keys()),
    recipients: () => all((identity) => identity.recipients()),
  };
}

function noIdentity(line: string, where: string): Problem {
  const plugin = line.startsWith('AGE-PLUGIN-');
  return new Problem({
    code: 'vault-identity',
    what: `${where} is not an identity that runbook can use`,
    why: plugin ? 'The identity is for a plugin of age; runbook has no plugins.' : undefined,
    remedy: 'Make one with `runbook vault keygen` or `age-keygen` (AGE-SECRET-KEY-1…), or name a private key of SSH.',
  });
}
