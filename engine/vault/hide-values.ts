import { Problem, Problems } from '../errors/problem.ts';
import type { Node } from '../values/base/node.ts';
import { Secret } from '../values/base/secret.ts';
import { hiddenNode } from '../values/hidden-node.ts';
import { readYaml } from '../values/yaml/yaml.ts';

/**
 * Registers each value in the text of an encrypted file as a secret. Ignores a text that is not YAML: its reader
 * reports it.
 */
export function hideValues(text: string, file: string): void {
  readQuietly(text, file).forEach(hiddenNode);
}

function readQuietly(text: string, file: string): readonly Node[] {
  try {
    return readYaml(text, file, { decrypt: (armored) => Secret.of(armored) });
  } catch (error) {
    if (error instanceof Problem || error instanceof Problems) return [];
    throw error;
  }
}
