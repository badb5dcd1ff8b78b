import { booleanOf } from '../values/base/boolean-word.ts';
import type { Told } from './base/marks.ts';
import { scalarOf } from './base/write-yaml.ts';
import { type Entry, endOf, entriesOf, textOf } from './base/yaml-source.ts';
import { type Scalars, type Standing, assume } from './scalars.ts';

/** An argument of Ansible's module as it is written here. */
type Rewritten =
  | { readonly kind: 'needless' }
  /** `value`: YAML on one line. */
  | { readonly kind: 'fixed'; readonly name: string; readonly value: string; readonly assumed?: Told }
  /** `value`: a template of Jinja. */
  | { readonly kind: 'template'; readonly name: string; readonly value: string; readonly assumed?: Told };

/**
 * Rewrites the text of one argument; undefined if it needs no other form, or has none. `has` returns whether another
 * argument is given.
 */
type Rewrite = (text: string, has: (name: string) => boolean) => Rewritten | undefined;

/** Arguments that are another argument here, or have another form, by module and name. */
const REWRITES: ReadonlyMap<string, Rewrite> = new Map<string, Rewrite>([
  ['unarchive.copy', remoteUnlessCopied],
  ['get_url.sha256sum', checksum],
  ['shell.executable', shellByPath],
  ['package.policy_rc_d', quietUnits],
  ['dpkg_divert.package', (value, has) => (has('holder') ? undefined : { kind: 'template', name: 'holder', value })],
  ['dpkg_divert.delete', replaced],
]);

/** Converts an argument that Ansible's module has in another form. Returns true if nothing is left to do. */
export function rewriteArgument(module: string, entry: Entry, standing: Standing, use: Scalars): boolean {
  const { draft } = use;
  const { value } = entry;
  const text = textOf(value);
  if (value === null || text === undefined) return false;
  const has = (name: string): boolean => entriesOf(entry.of).some(({ key }) => key === name);
  const rewritten = REWRITES.get(`${module}.${entry.key}`)?.(text, has);
  if (rewritten === undefined) return false;
  if (rewritten.kind === 'needless') {
    draft.remove(entry);
    return true;
  }
  const written = valueOf(rewritten, standing, use);
  if (written === undefined) return false;
  if (rewritten.name !== entry.key) draft.rename(entry, rewritten.name);
  draft.replace(value.range[0], endOf(value), written.value);
  assume(written.assumed, standing.anchor, draft);
  return true;
}

/** A pair `name=value` as it is written here. */
export interface RewrittenPair {
  /** The line that is written for the argument. Undefined if none is needed. */
  readonly line: string | undefined;
  readonly assumed: readonly Told[];
}

/** Converts the pair of an argument that Ansible's module has in another form; undefined if it needs no other form. */
export function rewrittenPair(
  module: string,
  [name, value]: readonly [name: string, value: string],
  {
    has,
    standing,
    use,
  }: { readonly has: (name: string) => boolean; readonly standing: Standing; readonly use: Scalars },
): RewrittenPair | undefined {
  const rewritten = REWRITES.get(`${module}.${name}`)?.(value, has);
  if (rewritten === undefined) return undefined;
  if (rewritten.kind === 'needless') return { line: undefined, assumed: [] };
  const written = valueOf(rewritten, standing, use);
  return written === undefined ? undefined : { line: `${rewritten.name}: ${written.value}`, assumed: written.assumed };
}

function valueOf(
  rewritten: Exclude<Rewritten, { readonly kind: 'needless' }>,
  { isFlow }: Standing,
  { translator }: Scalars,
): { readonly value: string; readonly assumed: readonly Told[] } | undefined {
  const own = rewritten.assumed === undefined ? [] : [rewritten.assumed];
  if (rewritten.kind === 'fixed') return { value: rewritten.value, assumed: own };
  const converted = translator.template(rewritten.value, 'string');
  if (converted.kind === 'byHand') return undefined;
  return {
    value: scalarOf(converted.text, { isFlow, ...(rewritten.value.includes('{{') ? { style: 'double' } : {}) }),
    assumed: [...own, ...converted.assumptions],
  };
}

/** `copy: false` is `remote_src: true`, and `copy: true` is the default. */
function remoteUnlessCopied(text: string, has: (name: string) => boolean): Rewritten | undefined {
  const isCopied = booleanOf(text);
  if (isCopied === undefined) return undefined;
  if (isCopied) return { kind: 'needless' };
  return has('remote_src') ? undefined : { kind: 'fixed', name: 'remote_src', value: 'true' };
}

/** The status 101 keeps services stopped while packages are installed. */
function quietUnits(text: string): Rewritten | undefined {
  return text === '101' ? { kind: 'fixed', name: 'start_units', value: 'false' } : undefined;
}

function checksum(text: string, has: (name: string) => boolean): Rewritten | undefined {
  // Nothing may be written before a value that can be left out.
  if (text.trim() === '' || /\bomit\b/.test(text) || has('checksum')) return undefined;
  return { kind: 'template', name: 'checksum', value: `sha256:${text.trim()}` };
}

/** Ansible looks up a shell without a folder on the PATH of the host. Here, the whole path must be written. */
function shellByPath(text: string): Rewritten | undefined {
  const name = /^(?:ba|da|k|z)?sh$/.exec(text.trim())?.[0];
  if (name === undefined) return undefined;
  const sentence = `that ${name} is /bin/${name} on the hosts`;
  return {
    kind: 'fixed',
    name: 'executable',
    value: `/bin/${name}`,
    assumed: { topic: 'path of the shell', sentence },
  };
}

/** `delete` counts only where a diversion is removed: the file at its path goes, and the diverted file comes back. */
function replaced(text: string, has: (name: string) => boolean): Rewritten | undefined {
  if (has('force')) return undefined;
  const assumed = { topic: 'file in the way', sentence: 'that no file is where a new diversion leads to' };
  const fixed = booleanOf(text);
  if (fixed === false) return { kind: 'needless' };
  return fixed === true
    ? { kind: 'fixed', name: 'force', value: 'true', assumed }
    : { kind: 'template', name: 'force', value: text, assumed };
}
