import type { Node, ScalarNode } from './base/node.ts';
import { Secret, hideNumber } from './base/secret.ts';
import { hasTemplate } from './template/template.ts';

/** A piece of text between templates is hidden by itself from this length on. In characters. */
const MIN_TEXT_LENGTH = 8;
/** A key is only hidden where it cannot be a word or a name. In characters. */
const MIN_KEY_LENGTH = 8;
const MIN_TOKEN_LENGTH = 20;

/**
 * The nodes of a file that is encrypted as a whole: from here on its texts, numbers and telling keys are hidden in
 * every output, and its scalars are marked, so that `variableNode` makes secrets of those that become variables.
 * Booleans are none: `true` would be hidden everywhere.
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
    for (const text of value.split(/\{\{.*?\}\}/s)) if (text.length >= MIN_TEXT_LENGTH) Secret.of(text);
  return { ...node, isHidden: true };
}

/**
 * A value as the variable of this name: a text of an encrypted file becomes a secret, and so does a password of the
 * connection.
 */
export function variableNode(name: string, node: Node): Node {
  if (isCredential(name)) return credentialNode(node);
  // How a host is reached is compared and told apart; it is hidden as text all the same.
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
 * `ansible_password`, `ansible_become_pass`, `ansible_ssh_private_key_passphrase` and the like: secret wherever they
 * come from.
 */
export function isCredential(name: string): boolean {
  return /^ansible_(?:\w+_)?(?:pass|passwd|password|passphrase)$/.test(name);
}

function credentialNode(node: Node): Node {
  if (node.kind !== 'scalar') return node;
  const { value, source } = node;
  if (typeof value === 'number') return { ...node, value: Secret.of(source) };
  if (typeof value !== 'string') return node;
  return hasTemplate(value) ? { ...node, renders: 'secret' } : { ...node, value: Secret.of(value) };
}

/** A template that is nothing but another variable's value says nothing of its own. */
function isReference(template: string): boolean {
  return /^\s*\{\{\s*[A-Za-z_][\w.]*\s*\}\}\s*$/.test(template);
}

/** The names of variables themselves are no secrets. */
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

/** Of mixed letters and digits, or a long row of them: no word, name or address. */
function isTellingKey(key: string): boolean {
  if (key.length < MIN_KEY_LENGTH || !/\d/.test(key)) return false;
  return (
    (/[a-z]/.test(key) && /[A-Z]/.test(key)) ||
    (key.length >= MIN_TOKEN_LENGTH && /^[A-Za-z0-9]+$/.test(key) && /[A-Za-z]/.test(key))
  );
}
