import { isMap } from 'yaml';
import type { Told } from './base/marks.ts';
import { scalarOf } from './base/write-yaml.ts';
import { type Entry, entriesOf, textOf } from './base/yaml-source.ts';
import { readModuleText } from './pairs.ts';
import { type Scalars, type Standing, assume } from './scalars.ts';
import { writeLines } from './write-lines.ts';

/** The call of a module that does not exist here, written as the call of another module. */
interface OtherCall {
  readonly module: string;
  /** Arguments in their order: fixed YAML, or a template of Jinja. */
  readonly fixed: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, string>>;
  readonly assumed: Told;
}

/** The arguments of a task, and whether it runs for several items. */
interface Given {
  readonly args: ReadonlyMap<string, string>;
  readonly isRepeated: boolean;
}

/** Returns what to call instead; undefined if the call has no counterpart. */
type Rewrite = (given: Given) => OtherCall | undefined;

/** By the name of the module in Ansible, without its collection. */
const REWRITES: ReadonlyMap<string, Rewrite> = new Map<string, Rewrite>([['apt_key', keyOfApt]]);

/**
 * Rewrites a task whose module has a counterpart only for some arguments. Returns false and changes nothing if there is
 * no counterpart. `entries`: those of the task.
 */
export function rewriteCall(
  module: string,
  action: Entry,
  { entries, standing }: { readonly entries: readonly Entry[]; readonly standing: Standing },
  use: Scalars,
): boolean {
  const system = otherSystem(module);
  if (system !== undefined) return failThere({ module, system }, action, { entries, standing }, use);
  const args = argumentsOf(module, action, entries);
  const rewrite = REWRITES.get(module);
  if (args === undefined || rewrite === undefined || use.draft.isMarked(standing.anchor)) return false;
  const other = rewrite({ args, isRepeated: isRepeated(entries) });
  if (other === undefined) return false;
  const options = { isFlow: standing.isFlow, style: 'double' } as const;
  const lines = Object.entries(other.fixed).map(([name, value]) => `${name}: ${value}`);
  for (const [name, template] of Object.entries(other.templates)) {
    const converted = use.translator.template(template, 'string');
    if (converted.kind === 'byHand') return false;
    assume(converted.assumptions, standing.anchor, use.draft);
    lines.push(`${name}: ${scalarOf(converted.text, template.includes('{{') ? options : { isFlow: standing.isFlow })}`);
  }
  assume([other.assumed], standing.anchor, use.draft);
  use.draft.rename(action, other.module);
  writeLines(action, lines, standing, use.draft);
  return true;
}

/** Modules for hosts of systems that this program does not support. */
const OF_SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['homebrew', 'macOS'],
  ['homebrew_cask', 'macOS'],
  ['homebrew_tap', 'macOS'],
  ['macports', 'macOS'],
  ['mas', 'macOS'],
  ['openbsd_pkg', 'OpenBSD'],
  ['osx_defaults', 'macOS'],
  ['pacman', 'Arch Linux'],
  ['pacman_key', 'Arch Linux'],
  ['pkgin', 'NetBSD'],
  ['pkgng', 'FreeBSD'],
  ['portage', 'Gentoo'],
  ['portinstall', 'FreeBSD'],
  ['slackpkg', 'Slackware'],
  ['sysrc', 'FreeBSD'],
  ['xbps', 'Void Linux'],
]);

/** Returns the system for which the module is, if no host here can have it. */
function otherSystem(module: string): string | undefined {
  return /(?:^|\.)win_\w+$/.test(module) ? 'Windows' : OF_SYSTEMS.get(module);
}

/** Rewrites a task for another system as one that fails there. It stands behind a condition that is never true here. */
function failThere(
  { module, system }: { readonly module: string; readonly system: string },
  action: Entry,
  { entries, standing }: { readonly entries: readonly Entry[]; readonly standing: Standing },
  { draft }: Scalars,
): boolean {
  if (draft.isMarked(standing.anchor) || entries.some(({ key }) => key === 'args')) return false;
  const sentence = `that no host runs ${system}, which has no support here`;
  assume([{ topic: 'other system', sentence }], standing.anchor, draft);
  draft.rename(action, 'fail');
  writeLines(action, [`msg: ${module} is for hosts with ${system}`], standing, draft);
  return true;
}

/** Returns the arguments as texts; undefined if they are in several places, or have another form. */
function argumentsOf(
  module: string,
  { value }: Entry,
  entries: readonly Entry[],
): ReadonlyMap<string, string> | undefined {
  if (value === null || entries.some(({ key }) => key === 'args')) return undefined;
  if (!isMap(value)) {
    const read = readModuleText(textOf(value) ?? '', module, undefined);
    return read === undefined || read.free !== undefined ? undefined : new Map(read.pairs);
  }
  const pairs = entriesOf(value).map((entry) => [entry.key, textOf(entry.value)] as const);
  if (pairs.some(([, text]) => text === undefined)) return undefined;
  return new Map(pairs.map(([name, text = '']) => [name, text]));
}

/** Returns whether the task may run for several items. One fixed text is one item. */
function isRepeated(entries: readonly Entry[]): boolean {
  const loop = entries.find(({ key }) => key === 'loop' || key.startsWith('with_'));
  if (loop === undefined) return false;
  const text = textOf(loop.value);
  return text === undefined || loop.key === 'loop' || /\{\{|[*?[]/.test(text);
}

/**
 * A key of apt becomes a file that apt reads: with apt_key, too, each repository trusts it. Keys of a server of keys,
 * removed keys and other keyrings are left.
 */
function keyOfApt({ args, isRepeated: isOfSeveral }: Given): OtherCall | undefined {
  const [url, data, id] = [args.get('url'), args.get('data'), args.get('id')];
  const state = args.get('state') ?? 'present';
  const known = ['url', 'data', 'id', 'state', 'validate_certs'];
  if (state !== 'present' || [...args.keys()].some((name) => !known.includes(name))) return undefined;
  const name = slugOf(id !== undefined && !id.includes('{{') ? id : (url ?? ''));
  if (name === '' || isOfSeveral || (url === undefined) === (data === undefined)) return undefined;
  const dest = `/etc/apt/trusted.gpg.d/${name}.asc`;
  const assumed = {
    topic: 'key of apt',
    sentence:
      'that the key is text (ASCII armor). Each repository trusts it: signed_by of deb822_repository is narrower',
  };
  const fixed = { dest, mode: '"0644"' };
  const checked = args.get('validate_certs');
  return url === undefined
    ? { module: 'copy', fixed, templates: { content: data ?? '' }, assumed }
    : {
        module: 'get_url',
        fixed,
        templates: { url, ...(checked === undefined ? {} : { validate_certs: checked }) },
        assumed,
      };
}

/** Returns a name of a file for the text: `https://a.org/b.gpg` becomes `a-org-b`. */
function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/\.(?:asc|gpg|key|pub)$/, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-|-$/g, '');
}
