import type { Node, ScalarNode } from '../../values/base/node.ts';
import { oneDocument } from '../../values/yaml/one-document.ts';
import { readYaml } from '../../values/yaml/yaml.ts';

// Reads the metadata of SOPS in files that hold variables: YAML, JSON, dotenv.

/** The rules that select the encrypted values by the names on their path. At most one of the first four is set. */
export interface SopsRules {
  readonly unencryptedSuffix: string | undefined;
  readonly encryptedSuffix: string | undefined;
  readonly unencryptedRegex: string | undefined;
  readonly encryptedRegex: string | undefined;
  /** True if comments select the values. Then the form of each value shows whether it is encrypted. */
  readonly byComment: boolean;
}

export interface SopsFile {
  readonly form: 'yaml' | 'json' | 'dotenv';
  /** The values, still encrypted. */
  readonly content: Node;
  /** The key of the values, encrypted for each age recipient. */
  readonly ageKeys: readonly string[];
  /**
   * Other kinds of keys that open the file: `kms`, `pgp`, …, and `key_groups`, of which several are needed together.
   */
  readonly otherKeys: readonly string[];
  readonly mac: string;
  readonly lastModified: string;
  readonly macOnlyEncrypted: boolean;
  readonly rules: SopsRules;
}

const OTHER_KEYS = ['kms', 'gcp_kms', 'hckms', 'azure_kv', 'hc_vault', 'pgp', 'key_groups'];
const DOTENV = /^sops_mac=/m;
const DOTENV_PREFIX = 'sops_';

/**
 * Parses a file that SOPS encrypted. Returns undefined for any other file. If the text is not valid YAML, JSON or dotenv,
 * throws Problem for one mistake, Problems for several.
 */
export function readSopsFile(text: string, file: string): SopsFile | undefined {
  const isDotenv = DOTENV.test(text);
  const document = isDotenv ? readDotenv(text, file) : oneDocument(readYaml(text, file));
  if (document?.kind !== 'map') return undefined;
  const isOwn = (key: string): boolean => (isDotenv ? key.startsWith(DOTENV_PREFIX) : key === 'sops');
  const facts = new Map<string, string>();
  for (const { key, value } of document.entries)
    if (isOwn(key)) flatten(value, isDotenv ? key.slice(DOTENV_PREFIX.length) : '', facts);
  const mac = facts.get('mac');
  if (mac === undefined) return undefined;
  const names = [...facts.keys()];
  return {
    form: isDotenv ? 'dotenv' : /^\s*\{/.test(text) ? 'json' : 'yaml',
    content: { ...document, entries: document.entries.filter(({ key }) => !isOwn(key)) },
    ageKeys: names.filter((name) => /^age__list_\d+__map_enc$/.test(name)).map((name) => facts.get(name) ?? ''),
    otherKeys: OTHER_KEYS.filter((kind) => names.some((name) => name.startsWith(`${kind}__list_`))),
    mac,
    lastModified: facts.get('lastmodified') ?? '',
    macOnlyEncrypted: facts.get('mac_only_encrypted') === 'true',
    rules: {
      unencryptedSuffix: some(facts.get('unencrypted_suffix')),
      encryptedSuffix: some(facts.get('encrypted_suffix')),
      unencryptedRegex: some(facts.get('unencrypted_regex')),
      encryptedRegex: some(facts.get('encrypted_regex')),
      byComment: ['unencrypted_comment_regex', 'encrypted_comment_regex'].some(
        (name) => some(facts.get(name)) !== undefined,
      ),
    },
  };
}

function some(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** Flattens the metadata to the names that SOPS writes in dotenv files, such as `age__list_0__map_enc`. */
function flatten(node: Node, name: string, into: Map<string, string>): void {
  switch (node.kind) {
    case 'scalar':
      if (node.value !== null) into.set(name, String(node.value));
      return;
    case 'list':
      for (const [index, item] of node.items.entries()) flatten(item, `${name}__list_${index}`, into);
      return;
    case 'map':
      for (const { key, value } of node.entries) flatten(value, name === '' ? key : `${name}__map_${key}`, into);
      return;
    default:
      node satisfies never;
  }
}

/** Reads NAME=VALUE lines. In a value, \n means a line end. As in SOPS, quotes have no meaning. */
function readDotenv(text: string, file: string): Node {
  const entries = text.split('\n').flatMap((line, index) => {
    const equals = line.indexOf('=');
    if (equals <= 0 || line.startsWith('#')) return [];
    const place = { file, line: index + 1, column: equals + 2, length: Math.max(1, line.length - equals - 1) };
    const value = line.slice(equals + 1).replaceAll('\\n', '\n');
    const scalar: ScalarNode = { kind: 'scalar', value, style: 'plain', place, source: value };
    const key = line.slice(0, equals);
    return [{ key, keyPlace: { file, line: index + 1, column: 1, length: key.length }, value: scalar }];
  });
  return { kind: 'map', entries, place: { file, line: 1, column: 1 } };
}
