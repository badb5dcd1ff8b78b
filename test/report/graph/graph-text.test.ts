import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../temporary-folder.ts';

const RUNBOOK = join(import.meta.dirname, '../../../bin/runbook.js');

const FILES: Readonly<Record<string, string>> = {
  'hosts.yml': 'web: { hosts: { a: , b: } }\n',
  'site.yml': `
- name: 'Web "servers" & [more]'
  hosts: web
  roles: [app]
  tasks:
    - { name: One, command: id, notify: [Restart, said] }
    - { name: Two, command: id, notify: "{{which}}" }
    - { include_tasks: more.yml }
  handlers:
    - { name: Restart, command: id }
    - { name: Other, listen: said, command: id }
    - { name: Unused, command: id }
- { hosts: localhost, tasks: [{ name: "back\\\\slash", command: id, tags: x }] }
`,
  'more.yml': '[]\n',
  'roles/app/tasks/main.yml': '- import_role: { name: inner }\n- { name: Configure, command: id, notify: Restart }\n',
  'roles/app/meta/main.yml': 'dependencies: [base]\n',
  'roles/base/tasks/main.yml': '- { name: Base, command: id }\n',
  'roles/inner/tasks/main.yml': '- { name: Inner, command: id }\n',
};

function graph(...args: readonly string[]): string {
  const folder = temporaryFolder('runbook-graph-');
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return execFileSync(process.execPath, [RUNBOOK, 'graph', 'site.yml', ...args], { cwd: folder, encoding: 'utf8' });
}

test('Mermaid: roles with what they need and use, tasks, handlers and who notifies them', () => {
  expect(graph('-i', 'hosts.yml')).toBe(`flowchart TD
  subgraph p1["1. Web #34;servers#34; #38; #91;more#93; (web: 2 hosts)"]
    direction TB
    p1n1[["app"]]
    p1n2[["base"]]
    p1n3[["inner"]]
    p1n4["2 tasks"]
    p1n5[/"include#95;tasks"/]
    p1n6{{"Restart"}}
    p1n7{{"Other"}}
    p1n8(["#123;#123;which#125;#125;"])
    p1n1 -- depends on --> p1n2
    p1n1 -. uses .-> p1n3
    p1n1 --> p1n4
    p1n4 --> p1n5
    p1n1 -. notifies .-> p1n6
    p1n4 -. notifies .-> p1n6
    p1n4 -. notifies .-> p1n7
    p1n4 -. notifies .-> p1n8
  end
  subgraph p2["2. localhost (localhost: 1 host)"]
    direction TB
    p2n1["back#92;slash"]
  end
  p1 ==> p2
`);
});

test('--tasks has a node for each task in the order in which they run, and tags leave some out', () => {
  const drawn = graph('--tasks', '--skip-tags', 'x');
  expect([...drawn.matchAll(/^ {4}p1n\d\[\/?"(.*?)"/gm)].map(([, label]) => label)).toEqual([
    'base : Base',
    'inner : Inner',
    'app : Configure',
    'One',
    'Two',
    'include#95;tasks',
  ]);
  expect(drawn).toContain('p2n0["no tasks"]');
  expect(drawn).toMatch(/subgraph p1\["1\..* \(web\)"\]/);
});

test('dot quotes what would end a label', () => {
  const drawn = graph('--format', 'dot', '-i', 'hosts.yml');
  expect(drawn).toContain(String.raw`label="1. Web \"servers\" & [more] (web: 2 hosts)";`);
  expect(drawn).toContain(String.raw`p2n1 [label="back\\slash", shape=box];`);
  expect(drawn).toContain('p1n5 -> p2n1 [ltail=cluster_p1, lhead=cluster_p2, penwidth=2];');
});

test('svg is drawn by Graphviz, and without it is refused with what to do', () => {
  expect(graph('--format', 'svg')).toMatch(/<svg[\s\S]*Web &quot;servers&quot; &amp; \[more\]/);
  const { status, stderr } = spawnSync(
    process.execPath,
    [RUNBOOK, 'graph', join(import.meta.dirname, '../../../examples/web/site.yml'), '--format', 'svg'],
    {
      encoding: 'utf8',
      env: { ...process.env, PATH: '/nowhere' },
    },
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(/drawn as SVG by Graphviz[\s\S]*apt install graphviz[\s\S]*leave out --format svg/);
});
