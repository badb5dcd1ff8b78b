import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { targetSettings } from '../../engine/cli/options/flag-values.ts';
import { prepareRun } from '../../engine/cli/run/prepare-run.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';
import type { Mode, RunEvent } from '../../engine/run/base/events.ts';
import { run } from '../../engine/run/run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'two-runs-'));
  return () => rmSync(folder, { recursive: true });
});

/** Two projects in which the same names have different meanings. */
const SITE = `
- name: Site
  hosts: web
  vars: { greeting: "{{word}} from {{inventory_hostname}}" }
  tasks:
    - { name: Number, command: "printf '%s' {{number}}", register: answer }
    - { name: Fact, set_fact: { doubled: "{{number}}{{number}}" } }
    - { name: File, template: { src: file.hbs, dest: "{{mine}}/{{inventory_hostname}}" }, notify: Tell }
    - { name: Once, command: "printf once >> {{mine}}/once", run_once: true, register: once }
    - { name: Loop, shell: "printf {{item}} >> {{mine}}/{{inventory_hostname}}.loop", loop: "items" }
    - { name: Wrong, fail: { msg: "{{word}} is wrong" }, when: "word == 'b'", ignore_errors: true }
  handlers:
    - { name: Tell, shell: "echo {{word}} {{answer.stdout}} {{doubled}} >> {{mine}}/told" }
`;

function project(word: string, number: number): string {
  const root = join(folder, word);
  const hosts = Object.fromEntries(['h1', 'h2', 'h3'].map((name) => [name, { ansible_connection: 'local' }]));
  const vars = { word, number, mine: join(root, 'out'), items: [`${word}1`, `${word}2`] };
  const files = {
    'site.yml': SITE,
    'hosts.yml': JSON.stringify({ web: { hosts, vars } }),
    'templates/file.hbs': `{{greeting}} {{number}} of ${word}\n`,
    'out/.keep': '',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

async function runIn(root: string, mode: Mode): Promise<readonly RunEvent[]> {
  const keys = { identity: [], vaultId: [], vaultPasswordFile: [] };
  const flags = { ...keys, inventory: [join(root, 'hosts.yml')], extraVars: [], allowController: [root] };
  const connection = { forks: 10, verbose: 0, output: 'json', timeout: 10, lookTimeout: 120 } as const;
  const { playbook, inventory, extra, vault, access } = await prepareRun(join(root, 'site.yml'), {
    ...flags,
    trust: true,
  });
  const events: RunEvent[] = [];
  await run({
    mode,
    playbook,
    inventory,
    limit: undefined,
    selection: { tags: [], skipTags: [] },
    extra,
    vault,
    lock: undefined,
    forks: connection.forks,
    silenceMs: undefined,
    lookTimeoutMs: 120_000,
    settings: targetSettings(connection, access),
    module: (name) => modules.module(name),
    emit: (event) => events.push(event),
    interrupt: new AbortController().signal,
    kill: new AbortController().signal,
    digestCache: undefined,
  });
  return events;
}

/** Returns the events without parts that differ between runs: times, ids, the order of hosts. */
function story(events: readonly RunEvent[]): readonly string[] {
  return events
    .flatMap((event) => {
      if (event.type !== 'task_finished') return [];
      const { host, task, item, outcome } = event;
      const what = outcome.kind === 'failed' ? `failed: ${outcome.problem.what}` : outcome.kind;
      return [`${host} ${task.name} ${item ?? ''} ${what}`];
    })
    .toSorted();
}

function filesOf(root: string): Readonly<Record<string, readonly string[]>> {
  const out = join(root, 'out');
  return Object.fromEntries(
    readdirSync(out)
      .toSorted()
      .map((name) => [name, readFileSync(join(out, name), 'utf8').split('\n').toSorted()]),
  );
}

describe('two runs in one process share nothing', () => {
  test.each<Mode>(['plan', 'play'])('%s: side by side they do what each does alone', async (mode) => {
    const alone = [await runIn(project('a', 7), mode), await runIn(project('b', 9), mode)].map(story);
    const written = ['a', 'b'].map((word) => filesOf(join(folder, word)));
    rmSync(folder, { recursive: true });
    const roots = [project('a', 7), project('b', 9)];
    const together = await Promise.all(roots.map((root) => runIn(root, mode)));
    expect(together.map(story)).toEqual(alone);
    expect(roots.map(filesOf)).toEqual(written);
    expect(alone[0]?.length).toBeGreaterThan(15);
  });

  test('one after the other, the second knows nothing of the first', async () => {
    const first = story(await runIn(project('a', 7), 'play'));
    const again = story(await runIn(project('a', 7), 'play'));
    const other = story(await runIn(project('b', 9), 'play'));
    expect(again).not.toEqual(first);
    expect(other.some((line) => line.includes('b is wrong'))).toBe(true);
    expect(other.filter((line) => line.includes('File'))).toEqual(['h1', 'h2', 'h3'].map((h) => `${h} File  changed`));
  });
});
