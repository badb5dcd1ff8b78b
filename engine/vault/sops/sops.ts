import { createHash, timingSafeEqual, type Hash } from 'node:crypto';
import { type Place, Problem } from '../../errors/problem.ts';
import type { Node, ScalarNode } from '../../values/base/node.ts';
import { hiddenNode } from '../../values/hidden-node.ts';
import { ArgumentFault } from '../../values/language/fault.ts';
import { matches } from '../../values/language/pattern.ts';
import type { SopsFile, SopsRules } from './sops-file.ts';
import { digestBytes, isSealedValue, openValue } from './sops-value.ts';

// The format of SOPS: https://getsops.io/docs/#important-information-on-types and "Encryption Protocol" on that page.
// Each value is encrypted by itself with AES-256-GCM and bound to the names on its path. An encrypted digest protects
// all values together.

const DATA_KEY_LENGTH = 32;
/** The beginning of the digest if it covers only encrypted values, from the source of SOPS. */
const MAC_ONLY_ENCRYPTED = Buffer.from('8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69', 'hex');

/**
 * Returns the decrypted values. Values that were encrypted are marked as secrets. Throws Problem if a value or the file
 * was changed, or if a rule cannot be used.
 */
export function openSops(file: SopsFile, dataKey: Buffer, place: Place): Node {
  if (dataKey.length !== DATA_KEY_LENGTH) throw changed(place, 'Its key is damaged.');
  const digest = createHash('sha512');
  if (file.macOnlyEncrypted) digest.update(MAC_ONLY_ENCRYPTED);
  const content = walk(file.content, [], { file, dataKey, digest });
  const wanted = macOf(file, dataKey, place);
  const found = Buffer.from(digest.digest('hex').toUpperCase());
  if (wanted.length === found.length && timingSafeEqual(wanted, found)) return content ?? file.content;
  throw changed(place, 'Its digest (mac) is another one: values were added, removed, moved or changed without SOPS.');
}

function macOf({ mac, lastModified }: SopsFile, dataKey: Buffer, place: Place): Buffer {
  try {
    const opened = openValue(mac, dataKey, lastModified);
    if (opened.kind === 'value') return opened.bytes;
  } catch {
    // Reported below.
  }
  throw changed(place, 'Its digest (mac) or its time (lastmodified) was changed.');
}

interface Walk {
  readonly file: SopsFile;
  readonly dataKey: Buffer;
  readonly digest: Hash;
}

/** Returns the node with its values decrypted. Returns undefined for a comment in a list, because a comment is no value. */
function walk(node: Node, path: readonly string[], the: Walk): Node | undefined {
  switch (node.kind) {
    case 'list':
      return { ...node, items: node.items.flatMap((item) => walk(item, path, the) ?? []) };
    case 'map':
      return {
        ...node,
        entries: node.entries.flatMap((entry) => {
          const value = walk(entry.value, [...path, entry.key], the);
          return value === undefined ? [] : [{ ...entry, value }];
        }),
      };
    case 'scalar':
      return scalar(node, path, the);
    default:
      return node satisfies never;
  }
}

function scalar(node: ScalarNode, path: readonly string[], { file, dataKey, digest }: Walk): Node | undefined {
  const { value, place } = node;
  if (value === null) return node;
  if (!isEncrypted(value, path, file.rules, place)) {
    if (!file.macOnlyEncrypted) digest.update(digestBytes(node) ?? '');
    return node;
  }
  if (typeof value !== 'string')
    throw changed(place, 'It is not encrypted, and by the rules of the file it should be.');
  try {
    const opened = openValue(value, dataKey, `${path.join(':')}:`);
    if (opened.kind === 'comment') return undefined;
    digest.update(opened.bytes);
    // The style `block` keeps text as text, even if it looks like a number. It also means that the file has no such
    // text at this place.
    return hiddenNode({ ...node, value: opened.value, style: 'block', source: opened.bytes.toString('utf8') });
  } catch (error) {
    if (error instanceof Problem || !(error instanceof Error)) throw error;
    throw changed(place, error.message);
  }
}

/** Decides as SOPS does: applies the rules in order, and a later rule overrides an earlier one. */
function isEncrypted(value: unknown, path: readonly string[], rules: SopsRules, place: Place): boolean {
  if (rules.byComment) return isSealedValue(value) || value === '';
  const { unencryptedSuffix, encryptedSuffix, unencryptedRegex, encryptedRegex } = rules;
  const some = (test: (name: string) => boolean): boolean => path.some(test);
  let encrypted = true;
  if (unencryptedSuffix !== undefined) encrypted = !some((name) => name.endsWith(unencryptedSuffix));
  if (encryptedSuffix !== undefined) encrypted = some((name) => name.endsWith(encryptedSuffix));
  if (unencryptedRegex !== undefined && some((name) => fits(unencryptedRegex, name, place))) encrypted = false;
  if (encryptedRegex !== undefined) encrypted = some((name) => fits(encryptedRegex, name, place));
  return encrypted;
}

/** Matches a Go expression. JavaScript does not accept `(?i)` at the start, so it becomes a group. */
function fits(expression: string, name: string, place: Place): boolean {
  const insensitive = expression.startsWith('(?i)');
  try {
    return matches(insensitive ? `(?i:${expression.slice('(?i)'.length)})` : expression, name);
  } catch (error) {
    if (!(error instanceof ArgumentFault)) throw error;
    throw new Problem({
      code: 'sops-rule',
      what: `the expression ${expression} of this SOPS file cannot be used`,
      place,
      why: error.message,
      remedy: 'Decrypt the file with `sops -d`, and encrypt it with `runbook vault encrypt`.',
    });
  }
}

function changed(place: Place, why: string): Problem {
  return new Problem({
    code: 'sops-changed',
    what: 'this was changed after SOPS had encrypted it',
    place,
    why,
    remedy:
      'Restore an undamaged version, such as from git; edit it with `sops edit` only. A change of your own: `sops -d --ignore-mac`.',
  });
}
