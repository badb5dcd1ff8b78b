import { Problem, Problems } from '../errors/problem.ts';
import type { Node } from '../values/node.ts';
import { Secret } from '../values/secret.ts';
import { readYaml } from '../values/yaml.ts';

// The one place that says what of an encrypted file is a secret.

/** A value of an encrypted file, all texts in it secrets. */
export function asSecret(node: Node): Node {
  if (node.kind === 'list') return { ...node, items: node.items.map(asSecret) };
  if (node.kind === 'map') return { ...node, entries: node.entries.map((entry) => ({ ...entry, value: asSecret(entry.value) })) };
  return isOwnText(node.value) ? { ...node, value: Secret.of(node.value) } : node;
}

/** Makes known what is secret in the text of an encrypted file. Where it is no YAML, whoever reads it tells. */
export function hideValues(text: string, file: string): void {
  for (const node of readQuietly(text, file)) hideTexts(node);
}

function readQuietly(text: string, file: string): readonly Node[] {
  try {
    return readYaml(text, file, { decrypt: (armored) => Secret.of(armored) });
  } catch (error) {
    if (error instanceof Problem || error instanceof Problems) return [];
    throw error;
  }
}

function hideTexts(node: Node): void {
  if (node.kind === 'list') node.items.forEach(hideTexts);
  else if (node.kind === 'map') node.entries.forEach((entry) => hideTexts(entry.value));
  else if (isOwnText(node.value)) Secret.of(node.value);
}

/** Templates are no secrets themselves; what they render to is one where it is made of one. */
function isOwnText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('{{');
}
