import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Place, Problem } from '../../errors/problem.ts';
import type { Node } from '../../values/base/node.ts';
import { hiddenNode } from '../../values/hidden-node.ts';
import { oneDocument } from '../../values/yaml/one-document.ts';
import { readYaml } from '../../values/yaml/yaml.ts';
import { AgeKeys } from '../age/age-keys.ts';
import { tidyArmor } from '../base/armor.ts';
import type { Ask } from '../base/passphrase.ts';
import type { SopsFile } from './sops-file.ts';
import { isSealedValue } from './sops-value.ts';
import { openSops } from './sops.ts';

const run = promisify(execFile);
const MAX_OUTPUT = 64 * 1024 * 1024;

/** The keys for SOPS files, in addition to the identities for all other files. */
export interface SopsSources {
  /** Age identity files that SOPS itself would use. */
  readonly identityFiles?: readonly string[];
  /** More identities, one per line. */
  readonly identities?: string | undefined;
  /**
   * The program `sops`, for files that no identity can decrypt. With the rights of the user, it contacts servers that
   * the file names. So it runs only if the user has named it.
   */
  readonly program?: string | undefined;
}

/** Opens SOPS files. */
export class SopsKeys {
  readonly #keys: AgeKeys;
  readonly #program: string | undefined;

  constructor(
    identityFiles: readonly string[],
    { identityFiles: own = [], identities, program }: SopsSources,
    ask: Ask,
  ) {
    this.#keys = new AgeKeys([...identityFiles, ...own], ask, identities);
    this.#program = program;
  }

  /** Returns the decrypted values. Throws Problem if no key opens the file, or if the file was changed. */
  async open(sops: SopsFile, file: string): Promise<Node> {
    const place: Place = { file, line: 1, column: 1 };
    // One part of a shared key opens nothing.
    const dataKey = sops.otherKeys.includes('key_groups') ? undefined : await this.#dataKey(sops, place);
    if (dataKey !== undefined) return openSops(sops, dataKey, place);
    if (this.#program !== undefined) return throughProgram(this.#program, sops, file, place);
    const kinds = [...(sops.ageKeys.length > 0 ? ['age'] : []), ...sops.otherKeys].join(', ');
    throw new Problem({
      code: 'sops-key',
      what: 'this is encrypted by SOPS, and no available identity can decrypt it',
      place,
      why: `It is encrypted for: ${kinds === '' ? 'nobody' : kinds}.`,
      remedy:
        'Give an age identity with --identity, RUNBOOK_IDENTITY or SOPS_AGE_KEY_FILE; or set RUNBOOK_SOPS=sops to have that program open it; or decrypt it yourself: `sops -d`.',
    });
  }

  async #dataKey(sops: SopsFile, place: Place): Promise<Buffer | undefined> {
    for (const sealed of sops.ageKeys) {
      const opened = await this.#keys.openArmor(tidyArmor(sealed), place.file, place).catch((error: unknown) => {
        if (error instanceof Problem && error.code === 'vault-no-key') return undefined;
        throw error;
      });
      if (opened?.kind === 'opened') return opened.bytes;
    }
    return undefined;
  }
}

/**
 * Puts the decrypted values of the program into the file's nodes, which know the places and which values were
 * encrypted.
 */
async function throughProgram(program: string, sops: SopsFile, file: string, place: Place): Promise<Node> {
  const args = ['decrypt', '--input-type', sops.form, '--output-type', 'json', file];
  const { stdout } = await run(program, args, { maxBuffer: MAX_OUTPUT }).catch(
    (error: Error & { readonly stderr?: string }) => {
      throw new Problem({
        code: 'sops-program',
        what: `${program} cannot decrypt this`,
        place,
        why: error.stderr?.trim() || error.message,
        remedy: `Run \`${program} decrypt ${file}\` in a shell. RUNBOOK_SOPS names the program.`,
      });
    },
  );
  const clear = oneDocument(readYaml(stdout, file));
  return clear === undefined ? sops.content : lay(sops.content, clear);
}

function lay(sealed: Node, clear: Node): Node {
  if (sealed.kind === 'map' && clear.kind === 'map') {
    const values = new Map(clear.entries.map((entry) => [entry.key, entry.value]));
    const entries = sealed.entries.map((entry) => ({
      ...entry,
      value: lay(entry.value, values.get(entry.key) ?? entry.value),
    }));
    return { ...sealed, entries };
  }
  if (sealed.kind === 'list' && clear.kind === 'list') {
    // The program drops comments in a list.
    const items = sealed.items.filter(
      (item) => !(item.kind === 'scalar' && isSealedValue(item.value) && item.value.endsWith('type:comment]')),
    );
    return { ...sealed, items: clear.items.map((item, index) => lay(items[index] ?? item, item)) };
  }
  if (sealed.kind !== 'scalar' || clear.kind !== 'scalar' || !isSealedValue(sealed.value)) return sealed;
  return hiddenNode({ ...sealed, value: clear.value, style: 'block', source: clear.source });
}
