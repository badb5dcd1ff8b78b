import { booleanOf } from '../values/base/boolean-word.ts';
import { scalarOf } from './base/write-yaml.ts';
import { type Entry, endOf, entriesOf, textOf } from './base/yaml-source.ts';
import { type Scalars, type Standing, assume } from './scalars.ts';

/** Rewrites one argument. Returns false and changes nothing if the value needs no other form here. */
type Rewrite = (entry: Entry, standing: Standing, use: Scalars) => boolean;

/** Arguments that are another argument here, or have another form, by module and name. */
const REWRITES: ReadonlyMap<string, Rewrite> = new Map<string, Rewrite>([
  ['unarchive.copy', remoteUnlessCopied],
  ['get_url.sha256sum', checksum],
  ['shell.executable', shellByPath],
  ['package.policy_rc_d', quietUnits],
]);

/** Converts an argument that Ansible's module has in another form. Returns true if nothing is left to do. */
export function rewriteArgument(module: string, entry: Entry, standing: Standing, use: Scalars): boolean {
  return REWRITES.get(`${module}.${entry.key}`)?.(entry, standing, use) ?? false;
}

function hasSibling({ of }: Entry, name: string): boolean {
  return entriesOf(of).some(({ key }) => key === name);
}

/** `copy: false` is `remote_src: true`, and `copy: true` is the default. */
function remoteUnlessCopied(entry: Entry, _standing: Standing, { draft }: Scalars): boolean {
  const { value } = entry;
  const isCopied = booleanOf(textOf(value) ?? '');
  if (value === null || isCopied === undefined) return false;
  if (isCopied) draft.remove(entry);
  else if (hasSibling(entry, 'remote_src')) return false;
  else {
    draft.rename(entry, 'remote_src');
    draft.replace(value.range[0], endOf(value), 'true');
  }
  return true;
}

/** 101 is what keeps services down while packages are installed. */
function quietUnits(entry: Entry, _standing: Standing, { draft }: Scalars): boolean {
  const { value } = entry;
  if (value === null || textOf(value) !== '101') return false;
  draft.rename(entry, 'start_units');
  draft.replace(value.range[0], endOf(value), 'false');
  return true;
}

function checksum(entry: Entry, standing: Standing, use: Scalars): boolean {
  const { value } = entry;
  const text = textOf(value);
  if (value === null || text === undefined || text.trim() === '') return false;
  // Nothing may be written before a value that can be left out.
  if (/\bomit\b/.test(text) || hasSibling(entry, 'checksum')) return false;
  const converted = use.translator.template(`sha256:${text.trim()}`, 'string');
  if (converted.kind === 'byHand') return false;
  use.draft.rename(entry, 'checksum');
  use.draft.replace(
    value.range[0],
    endOf(value),
    scalarOf(converted.text, { isFlow: standing.isFlow, style: 'double' }),
  );
  assume(converted.assumptions, standing.anchor, use.draft);
  return true;
}

/** Ansible looks up a shell without a folder on the PATH of the host. Here, the whole path must be written. */
function shellByPath(entry: Entry, standing: Standing, use: Scalars): boolean {
  const { value } = entry;
  const name = /^(?:ba|da|k|z)?sh$/.exec(textOf(value)?.trim() ?? '')?.[0];
  if (value === null || name === undefined) return false;
  use.draft.replace(value.range[0], endOf(value), `/bin/${name}`);
  assume(
    [{ topic: 'path of the shell', sentence: `that ${name} is /bin/${name} on the hosts` }],
    standing.anchor,
    use.draft,
  );
  return true;
}
