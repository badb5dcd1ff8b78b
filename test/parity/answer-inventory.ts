import { spawn } from 'node:child_process';
import { basename, join } from 'node:path';
import { type Answer, type Case, type Json, isMap } from './case.ts';
import { type Ansible, environment } from './run-ansible.ts';
import { refusals, runbook } from './run-runbook.ts';
import { asYaml } from './spelled.ts';
import { type Setting, prepare, workplace, writeText } from './workplace.ts';

interface Request {
  readonly folder: string;
  readonly sources: readonly string[];
  readonly list?: boolean;
  readonly patterns?: readonly string[];
}

/** Asks about all inventories and patterns in one process. */
export async function inventoriesByAnsible(
  ansible: Ansible,
  setting: Setting,
  cases: readonly Case[],
): Promise<ReadonlyMap<string, Answer>> {
  prepare(setting, cases);
  const requests = cases.map(({ id, input }): Request => {
    const folder = workplace(setting, id).controller;
    switch (input.kind) {
      case 'inventory':
        return { folder, sources: input.sources, list: true };
      case 'pattern':
        return { folder, sources: ['hosts'], patterns: [input.pattern] };
      case 'tasks':
      case 'system':
      case 'play':
        throw new Error(`${id} is no inventory`);
    }
  });
  const answers = await asked(ansible, requests);
  return new Map(cases.map((one, index) => [one.id, theirs(one, answers[index] ?? null)]));
}

async function asked(ansible: Ansible, requests: readonly Request[]): Promise<readonly Json[]> {
  const env = { ...(await environment({ ...ansible, quick: false })), ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: '1' };
  return await new Promise((resolve, reject) => {
    const child = spawn(join(ansible.folder, 'bin/python3'), [join(import.meta.dirname, 'inventories.py')], { env });
    let out = '';
    let errors = '';
    child.stdout.on('data', (part: Buffer) => (out += part.toString()));
    child.stderr.on('data', (part: Buffer) => (errors += part.toString()));
    child.on('error', reject);
    child.on('close', (status) => (status === 0 ? resolve(JSON.parse(out)) : reject(new Error(errors))));
    child.stdin.end(JSON.stringify(requests));
  });
}

function theirs({ input }: Case, answer: Json): Answer {
  if (!isMap(answer)) return refused('no answer');
  if (answer['error'] !== undefined) return refused(JSON.stringify(answer['error']));
  if (input.kind === 'pattern') {
    const [hosts] = (answer['patterns'] ?? []) as readonly Json[];
    return isMap(hosts) ? refused(JSON.stringify(hosts['error'])) : told(new Map([['hosts', hosts ?? null]]));
  }
  const facts = new Map<string, Json>();
  for (const [group, hosts] of Object.entries(answer['groups'] ?? {}))
    if ((hosts as Json[]).length > 0) facts.set(`group ${group}`, inOrder(group, hosts as string[]));
  for (const [host, values] of Object.entries(answer['vars'] ?? {}))
    for (const [name, value] of Object.entries(values as object)) facts.set(`${host}: ${name}`, value as Json);
  return told(facts);
}

/** The order within a group counts; the patterns show the order of all groups together. */
function inOrder(group: string, hosts: readonly string[]): Json {
  return group === 'all' ? hosts.toSorted((one, other) => one.localeCompare(other)) : hosts;
}

function told(facts: ReadonlyMap<string, Json>): Answer {
  return { facts, broken: [], open: 0 };
}

function refused(why: string): Answer {
  return { ...told(new Map()), refused: why };
}

export async function inventoriesByRunbook(
  setting: Setting,
  cases: readonly Case[],
): Promise<ReadonlyMap<string, Answer>> {
  prepare(setting, cases);
  const answers = new Map<string, Answer>();
  for (const { id, input } of cases) {
    const { controller } = workplace(setting, id);
    if (input.kind === 'inventory') answers.set(id, await listed(setting, controller, input.sources));
  }
  const patterns = cases.filter(({ input }) => input.kind === 'pattern');
  for (const some of Map.groupBy(patterns, ({ files }) => JSON.stringify(files)).values()) {
    for (const [id, answer] of await matched(setting, some)) answers.set(id, answer);
  }
  return answers;
}

/** Returns the form of `inventory --list`: hosts in the order of the groups. */
async function listed(setting: Setting, folder: string, sources: readonly string[]): Promise<Answer> {
  const end = await runbook(setting.root, folder, [
    'inventory',
    '--list',
    '--playbook-dir',
    '.',
    ...sources.flatMap((source) => ['-i', source]),
  ]);
  if (end.status !== 0) return refused(end.stderr.trim());
  const list = JSON.parse(end.stdout) as Readonly<
    Record<string, { hosts?: string[]; children?: string[]; hostvars?: Record<string, Record<string, Json>> }>
  >;
  // Goes from level to level, like `groups` of both tools.
  const below = (name: string): string[] => {
    const groups = new Set([name]);
    for (const group of groups) for (const child of list[group]?.children ?? []) groups.add(child);
    return [...new Set([...groups].flatMap((group) => list[group]?.hosts ?? []))];
  };
  const facts = new Map<string, Json>();
  for (const name of Object.keys(list))
    if (name !== '_meta' && below(name).length > 0) facts.set(`group ${name}`, inOrder(name, below(name)));
  for (const [host, values] of Object.entries(list['_meta']?.hostvars ?? {}))
    for (const [name, value] of Object.entries(values)) facts.set(`${host}: ${name}`, value);
  return told(facts);
}

/** Writes one playbook per play and pattern, each in a file of its own, so that an error names its file. */
async function matched(setting: Setting, cases: readonly Case[]): Promise<ReadonlyMap<string, Answer>> {
  const [first] = cases;
  if (first === undefined) return new Map();
  const folder = workplace(setting, first.id).controller;
  const answers = new Map<string, Answer>();
  for (const { id, input } of cases)
    if (input.kind === 'pattern')
      writeText(join(folder, `${id}.yml`), asYaml([{ name: id, hosts: input.pattern, tasks: [] }]));
  let rest = cases;
  while (rest.length > 0) {
    writeText(join(folder, 'all.yml'), asYaml(rest.map(({ id }) => ({ import_playbook: `${id}.yml` }))));
    const end = await runbook(setting.root, folder, ['play', '--list-hosts', '-i', 'hosts', 'all.yml']);
    if (end.status === 0) {
      for (const [id, hosts] of hostsOf(end.stdout)) answers.set(id, told(new Map([['hosts', [...hosts]]])));
      return answers;
    }
    const wrong = new Map([...refusals(end, folder)].map(([file, why]) => [basename(file, '.yml'), why]));
    const remaining = rest.filter(({ id }) => !wrong.has(id));
    for (const { id } of rest) if (wrong.has(id)) answers.set(id, refused(wrong.get(id) ?? ''));
    if (remaining.length === rest.length) throw new Error(`runbook play --list-hosts in ${folder}:\n${end.stderr}`);
    rest = remaining;
  }
  return answers;
}

function hostsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let hosts: string[] = [];
  for (const line of text.split('\n')) {
    const play = /^ {2}play #\d+ \(.*\): (.*)$/.exec(line)?.[1];
    if (play !== undefined) found.set(play, (hosts = []));
    else if (/^ {6}\S/.test(line)) hosts.push(line.trim());
  }
  return found;
}
