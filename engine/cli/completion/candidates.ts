import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import { RawInventory } from '../../inventory/raw-inventory.ts';
import { type SourceVault, readSource } from '../../inventory/read-source.ts';
import { LEVELS } from '../../lint/base/rule.ts';
import { Secret } from '../../values/base/secret.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import { namesIn } from '../../values/look-at-once.ts';
import { textIn } from '../../values/yaml/text-file.ts';
import { sealedForm } from '../../vault/base/sealed-form.ts';
import { journalFolder } from '../base/journal-folder.ts';
import { REPORT_FORMATS } from '../options/closing-options.ts';
import { modulesHere } from '../options/project-modules.ts';
import type { CommandLine } from './command-line.ts';
import { SHELLS } from './shell-word.ts';

/** One completion: a whole word and its description. */
export interface Candidate {
  readonly value: string;
  readonly description?: string | undefined;
}

/** The answer to a shell: words to choose from. `files`: files of the disk are possible too. */
export interface Candidates {
  readonly files: boolean;
  readonly values: readonly Candidate[];
}

const NOTHING: Candidates = { files: false, values: [] };
const FILES: Candidates = { files: true, values: [] };
/** Maximal number of runs that are offered: the last ones. */
const MOST_RUNS = 30;

type Source = (line: CommandLine, value: string) => Candidates | Promise<Candidates>;

const nothing: Source = () => NOTHING;
const files: Source = () => FILES;

/**
 * The sources of values, by the placeholder in the help: `--limit <pattern>`, `<playbook>`. A placeholder that is not
 * here has no completion.
 */
export const SOURCES: ReadonlyMap<string, Source> = new Map([
  ['file', files],
  ['files', files],
  ['folder', files],
  ['path', files],
  ['paths', files],
  ['plan', files],
  ['playbook', files],
  ['playbooks', files],
  ['vars', (_, value) => (value.startsWith('@') ? { files: false, values: filesOf(value.slice(1), '@') } : NOTHING)],
  [
    'pattern',
    async (line, value) =>
      value.startsWith('@')
        ? { files: false, values: filesOf(value.slice(1), '@') }
        : listed(await hostsAndGroups(line), value, /[,:][&!]?/g),
  ],
  ['host', async (line) => ({ files: false, values: (await namesOf(line)).hosts })],
  ['group', async (line) => ({ files: false, values: (await namesOf(line)).groups })],
  ['tags', async (line, value) => listed(words((await outline(line)).tags), value, /,/g)],
  ['task', async (line) => ({ files: false, values: words((await outline(line)).tasks) })],
  ['role', () => ({ files: false, values: words(namesIn('roles')) })],
  ['run', () => ({ files: false, values: runs() })],
  [
    'module',
    (line) => ({
      files: false,
      values: words([...modulesHere().names(), ...(line.command.name() === 'docs' ? TOPICS : [])].toSorted()),
    }),
  ],
  [
    'format=file',
    () => ({ files: false, values: words(REPORT_FORMATS.map((one) => (one === 'github' ? one : `${one}=`))) }),
  ],
  ['name=level', async (_, value) => ({ files: false, values: await ruleLevels(value) })],
  [
    'code',
    async () => ({
      files: false,
      values: words((await import('../../report/reference/explanation.ts')).explainedNames()),
    }),
  ],
  ['shell', () => ({ files: false, values: words(SHELLS) })],
  ['command', nothing],
  ['count', nothing],
  ['number', nothing],
  ['seconds', nothing],
  ['arguments', nothing],
  ['name', nothing],
  ['I/N', nothing],
  ['variable', nothing],
  ['user', nothing],
  ['key', nothing],
  ['label@source', nothing],
  ['word', nothing],
]);

const TOPICS = ['ansible', 'helpers', 'schema'];

/** Returns the name in `<name>`, `[name]` or `<names...>`; undefined if there is none. */
export function placeholderOf(flags: string): string | undefined {
  return /[<[]([^<[>\].]+)/.exec(flags)?.[1];
}

function words(names: Iterable<string>): readonly Candidate[] {
  return [...names].map((value) => ({ value }));
}

/** Completes the last part of a list in one word. */
function listed(values: readonly Candidate[], value: string, separator: RegExp): Candidates {
  const last = [...value.matchAll(separator)].at(-1);
  const before = last === undefined ? (/^[&!]/.exec(value)?.[0] ?? '') : value.slice(0, last.index + last[0].length);
  return { files: false, values: values.map((one) => ({ ...one, value: `${before}${one.value}` })) };
}

async function hostsAndGroups(line: CommandLine): Promise<readonly Candidate[]> {
  const { hosts, groups } = await namesOf(line);
  return [...groups, ...hosts];
}

interface Names {
  readonly hosts: readonly Candidate[];
  readonly groups: readonly Candidate[];
}

async function namesOf({ options }: CommandLine): Promise<Names> {
  const raw = new RawInventory();
  for (const source of options.get('--inventory') ?? []) await readSource(source, raw, CLOSED, NO_PROGRAMS);
  return {
    hosts: [...new Set([...raw.hosts.keys(), 'localhost'])].map((value) => ({ value, description: 'host' })),
    groups: [...raw.groups.keys()].map((value) => ({ value, description: 'group' })),
  };
}

/** Refuses every program: a completion must not run what a command would run. */
const NO_PROGRAMS: ControllerAccess = {
  isFull: false,
  permit: ({ kind }) => {
    if (kind === 'run') throw new Problem({ code: 'controller-refused', what: 'a completion runs no program' });
  },
};

/** Stands for every secret: a completion has no keys and must not ask for one. Names of hosts need no secrets. */
const UNOPENED = Secret.around('');

const CLOSED: SourceVault = {
  noteFile: () => undefined,
  content: async (bytes, file) => ({
    text: sealedForm(bytes) === undefined ? textIn(bytes, file) : '',
    wasSealed: false,
  }),
  documents: async () => [],
  decrypt: () => UNOPENED,
};

async function outline(
  line: CommandLine,
): Promise<{ readonly tags: Iterable<string>; readonly tasks: Iterable<string> }> {
  const [playbook] = line.arguments;
  if (playbook === undefined) return { tags: [], tasks: [] };
  const { outlineOf } = await import('./playbook-outline.ts');
  const { tags, tasks } = outlineOf(playbook);
  return { tags: [...tags].toSorted(), tasks };
}

/** Completes the name of a rule, then, after `=`, its level. */
async function ruleLevels(value: string): Promise<readonly Candidate[]> {
  const equals = value.indexOf('=');
  if (equals >= 0) return words([...LEVELS, 'off'].map((level) => `${value.slice(0, equals)}=${level}`));
  const { RULES } = await import('../../lint/rules.ts');
  return words(RULES.map(({ name }) => `${name}=`));
}

function runs(): readonly Candidate[] {
  try {
    return words(readdirSync(journalFolder()).toSorted().toReversed().slice(0, MOST_RUNS));
  } catch {
    return [];
  }
}

/** Returns the files and folders that a path may be completed to. `before` is put before each. */
function filesOf(path: string, before: string): readonly Candidate[] {
  const folder = path.endsWith('/') ? path : path.includes('/') ? `${dirname(path)}/` : '';
  try {
    return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true }).map((entry) => ({
      value: `${before}${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`,
    }));
  } catch {
    return [];
  }
}
