import type { Node, ScalarNode } from './base/node.ts';
import { Secret, hideNumber } from './base/secret.ts';
import { splitAtMustaches } from './language/mustaches.ts';
import { nearestName } from './language/suggest.ts';
import { hasTemplate } from './template/template.ts';

/** Minimal length of a text between templates that is masked alone. In characters. */
const MIN_TEXT_LENGTH = 8;
/** Minimal length of a key that is masked; shorter keys may be words or names. In characters. */
const MIN_KEY_LENGTH = 8;
const MIN_TOKEN_LENGTH = 20;

/**
 * Marks the nodes of a file that is encrypted as a whole. Its texts, its numbers and keys that look like secrets are
 * masked in every output from now on, and its scalars are marked so that `variableNode` makes secrets of them. Booleans
 * are left out: otherwise `true` would be masked everywhere.
 */
export function hiddenNode(node: Node): Node {
  if (node.kind === 'list') return { ...node, items: node.items.map(hiddenNode) };
  if (node.kind === 'map')
    return { ...node, entries: node.entries.map((entry) => ({ ...entry, value: hiddenNode(entry.value) })) };
  return hiddenScalar(node);
}

function hiddenScalar(node: ScalarNode): ScalarNode {
  const { value, source } = node;
  if (typeof value === 'number') hideNumber(source, value);
  else if (typeof value === 'string' && !hasTemplate(value)) Secret.of(value);
  else if (typeof value === 'string')
    for (const [index, text] of splitAtMustaches(value).entries())
      if (index % 2 === 0 && text.length >= MIN_TEXT_LENGTH) Secret.of(text);
  return { ...node, isHidden: true };
}

/**
 * Prepares the value of a variable: text of an encrypted file becomes a secret, and so does a password for the
 * connection.
 */
export function variableNode(name: string, node: Node): Node {
  if (isCredential(name)) return credentialNode(node);
  // Settings of the connection are compared with other values, so they stay plain values. `mask` hides their text all
  // the same.
  if (name.startsWith('ansible_')) return node;
  hideKeys(node);
  return secretNode(node);
}

function secretNode(node: Node): Node {
  if (node.kind === 'list') return { ...node, items: node.items.map(secretNode) };
  if (node.kind === 'map')
    return { ...node, entries: node.entries.map((entry) => ({ ...entry, value: secretNode(entry.value) })) };
  if (node.isHidden !== true || typeof node.value !== 'string') return node;
  if (!hasTemplate(node.value)) return { ...node, value: Secret.of(node.value) };
  return isReference(node.value) ? node : { ...node, renders: 'secret' };
}

/**
 * Returns whether the variable is always a secret: `ansible_password`, `ansible_become_pass`,
 * `ansible_ssh_private_key_passphrase` and similar names. A misspelt one of these names counts too, because its value
 * is a password as well.
 */
export function isCredential(name: string): boolean {
  if (CREDENTIAL.test(name)) return true;
  const [first = '', ...others] = name.split(/_+/).filter((word) => word !== '');
  const last = others.at(-1);
  if (last === undefined) return nearestName(first, ['ansiblepassword', 'ansiblepass'], { most: 2 }) !== undefined;
  return nearestName(first, ['ansible'], { most: 2 }) !== undefined && isNearlyPassword(last);
}

const CREDENTIAL = /^ansible_(?:\w+_)?(?:pass|passwd|password|passphrase)$/;

/** A short word must be more similar than a long one, because paths and ports are not secrets. */
function isNearlyPassword(word: string): boolean {
  const isNearLong = nearestName(word, ['password', 'passwd', 'passphrase', 'becomepass'], { most: 2 }) !== undefined;
  return isNearLong || nearestName(word, ['pass', 'sshpass'], { most: 1 }) !== undefined;
}

function credentialNode(node: Node): Node {
  if (node.kind !== 'scalar') return node;
  const { value, source } = node;
  if (typeof value === 'number') return { ...node, value: Secret.of(source) };
  if (typeof value !== 'string') return node;
  return hasTemplate(value) ? { ...node, renders: 'secret' } : { ...node, value: Secret.of(value) };
}

/** Returns whether the template is only a reference to another variable. It contains no text of its own. */
function isReference(template: string): boolean {
  return /^\s*\{\{\s*[A-Za-z_][\w.]*\s*\}\}\s*$/.test(template);
}

/** Masks keys that look like secrets in the value of a variable. The names of variables are not masked. */
function hideKeys(node: Node): void {
  if (node.kind === 'list') node.items.forEach(hideKeys);
  if (node.kind !== 'map') return;
  for (const { key, value } of node.entries) {
    if (isHiddenWithin(value) && isTellingKey(key)) Secret.of(key);
    hideKeys(value);
  }
}

function isHiddenWithin(node: Node): boolean {
  if (node.kind === 'list') return node.items.some(isHiddenWithin);
  return node.kind === 'map' ? node.entries.some(({ value }) => isHiddenWithin(value)) : node.isHidden === true;
}

/**
 * Returns whether a key looks like a secret, and not like a word, a name or an address: digits with letters of both
 * cases, or a long row of letters and digits.
 */
function isTellingKey(key: string): boolean {
  if (key.length < MIN_KEY_LENGTH || !/\d/.test(key)) return false;
  return (
    (/[a-z]/.test(key) && /[A-Z]/.test(key)) ||
    (key.length >= MIN_TOKEN_LENGTH && /^[A-Za-z0-9]+$/.test(key) && /[A-Za-z]/.test(key))
  );
}
