import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { ansibleInventory } from './ansible.ts';

const run = promisify(execFile);
const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');
const ansible = await ansibleInventory();
const root = mkdtempSync(join(tmpdir(), 'conformance-'));
afterAll(() => rmSync(root, { recursive: true }));

interface Fixture {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly sources: readonly string[];
  readonly more?: readonly string[];
  readonly programs?: readonly string[];
}

const FIXTURES: readonly Fixture[] = [
  {
    name: 'YAML: children, ranges, ports, variables at each level',
    files: {
      'hosts.yml': `all:
  hosts:
    lone: { a: 1 }
    "mail.example.org:2222":
  vars: { level: all, only_all: [1, two, { three: 3 }] }
  children:
    site:
      vars: { level: site }
      children:
        web:
          hosts:
            "web[01:03].example.org": { http_port: 8080 }
            web01.example.org: { extra: "{{ later }}" }
          vars: { level: web }
        db:
          hosts: { "db-[a:c:2]": {} }
    spare:
`,
    },
    sources: ['hosts.yml'],
  },
  {
    name: 'YAML: no group all, a group in two parents, a name alone',
    files: {
      'hosts.yml': `prod:
  children:
    cluster:
      children:
        masters: { hosts: { m1: {}, m2: {} }, vars: { who: masters } }
        etcd: { children: { masters: {} }, vars: { who: etcd } }
        lb: { children: masters, vars: { who: lb, also: lb } }
edge:
  hosts: e1
`,
    },
    sources: ['hosts.yml'],
  },
  {
    name: 'group_vars and host_vars beside the inventory and the playbook, files and folders',
    files: {
      'inventory/hosts':
        '[web]\nw1 x=inline\nw2\n[site:children]\nweb\n[web:vars]\nwho=inline-web\nfrom_inline=1\n[all:vars]\nwho=inline-all\nlow=inline\n',
      'inventory/group_vars/all/10-first.yml': 'who: all-file\nlow: file\nshared: { a: 1 }\n',
      'inventory/group_vars/all/20-second.json': '{"second": true, "who": "all-second"}',
      'inventory/group_vars/all/deep/x.yml': 'deep: yes-it-is\n',
      'inventory/group_vars/all/.hidden.yml': 'hidden: 1\n',
      'inventory/group_vars/all/backup.yml~': 'backup: 1\n',
      'inventory/group_vars/all/notes.txt': 'not read\n',
      'inventory/group_vars/web.yaml': 'who: web-file\nshared: { b: 2 }\n',
      'inventory/group_vars/site': 'who: site-file\nonly_site: 1\n',
      'inventory/host_vars/w1.yml': 'x: host-file\n',
      'play/group_vars/all.yml': 'who: play-all\nplay: 1\n',
      'play/group_vars/site.yml': 'who: play-site\n',
      'play/host_vars/w2.yml': 'y: play-host\n',
    },
    sources: ['inventory/hosts'],
    more: ['--playbook-dir', 'play'],
  },
  {
    name: 'INI: literals, comments, quotes',
    files: {
      hosts: `; a comment
lonely ansible_port=22 # behind
[web]
web[1:2] ansible_host=10.0.0.1 empty= zero=0 octal=0o17 eleven=0x0b float=1.5 yes=True no=False none=None text=plain
web3:2200 spaced="two words" items="[1, 'two', (3, 4)]" mapping="{'a': 1, 'b': [True]}" quoted='"7"' url=http://x/?a=b
under_1 leading=007 sum=1_000 sci=1e3 minus=-5 template="{{ ansible_host }}/x"
mixed part"ly quoted"=x hash=a#b
[web:vars]
plain = some text with = signs  # stays
number = 5 # goes
text = 'it\\'s'
pair = 1, 2
broken = [1, 2
dashes = a-b
neg = - 3
raw = r'a\\n'
esc = "a\\tb\\x41"
concat = 'a' 'b'
set = {1}
empty_map = {}
empty_list = []
tuple = ()
dots = ...
date = 2024-01-01
version = 1.10.2
boolean = true
[db:children]
web
[db:vars]
ansible_group_priority=5
`.replace('mixed part"ly quoted"=x', 'mixed partly="quo"ted'),
    },
    sources: ['hosts'],
  },
  {
    name: 'INI: children before their groups, priorities among groups of one depth',
    files: {
      'hosts.ini': `[top:children]
mid
other
[mid:children]
leaf
[leaf]
h1
h2
[other]
h2
h1
[beta]
h1
[alpha]
h1
h3
[alpha:vars]
who=alpha
ansible_group_priority=10
[beta:vars]
who=beta
[leaf:vars]
who2=leaf
[other:vars]
who2=other
`,
    },
    sources: ['hosts.ini'],
  },
  {
    name: 'several sources, a folder of them, and a list of hosts',
    files: {
      'one.yml': 'web: { hosts: { w1: { v: one } }, vars: { g: one } }\n',
      'many/10-web.ini': '[web]\nw2\nw1 v=two\n[web:vars]\ng=two\n',
      'many/20-more.yaml': 'db: { hosts: { d1: {}, w1: {} } }\n',
      'many/README.md': 'not read',
      'many/old.bak': 'not read',
      'many/.hidden': 'not read',
      'many/group_vars/web.yml': 'file: many\n',
      'many/nested/deeper': '[deep]\nx[1:2]\n',
    },
    sources: ['one.yml', 'many', 'solo1,solo2,'],
  },
  {
    name: 'an executable with _meta',
    files: {
      'dynamic.sh': `#!/bin/sh
cat <<'JSON'
{"web": {"hosts": ["a", "b"], "vars": {"n": 1, "t": null}, "children": ["inner"]}, "inner": {"hosts": ["c"]}, "_meta": {"hostvars": {"a": {"x": [1, 2.5]}, "c": {}}}}
JSON
`,
    },
    programs: ['dynamic.sh'],
    sources: ['dynamic.sh'],
  },
  {
    name: 'an executable that is asked for each host',
    files: {
      'dynamic.sh': `#!/bin/sh
if [ "$1" = --host ]; then echo "{\\"me\\": \\"$2\\"}"; else echo '{"web": {"hosts": ["a", "b"]}, "bare": ["c"], "old": {"x": 1}}'; fi
`,
    },
    programs: ['dynamic.sh'],
    sources: ['dynamic.sh'],
  },
  {
    name: 'hosts that are in ungrouped by mistake, extra variables',
    files: {
      'hosts.yml':
        'ungrouped: { hosts: { a: {}, b: {} } }\nweb: { hosts: { a: {} } }\nall: { hosts: { c: { x: 1 } } }\n',
      'extra.yml': 'x: "2"\n',
    },
    sources: ['hosts.yml'],
    more: ['-e', '@extra.yml'],
  },
  {
    name: '--limit',
    files: { 'hosts.yml': 'web: { hosts: { "w[1:4]": {} } }\ndb: { hosts: { d1: {}, w2: {} } }\nempty: {}\n' },
    sources: ['hosts.yml'],
    more: ['--limit', 'web:!w2'],
  },
];

test.for(FIXTURES)('$name', async (fixture, { skip }) => {
  if ('missing' in ansible) {
    skip(`ansible-core cannot be installed here: ${ansible.missing}`);
    return;
  }
  const both = write(fixture);
  const [ourList, theirList] = await both(['--list']);
  const theirs = JSON.parse(theirList);
  delete theirs._meta.profile;
  expect(JSON.parse(ourList)).toEqual(theirs);
  const [ourGraph, theirGraph] = await both(['--graph']);
  expect(ourGraph).toBe(theirGraph);
});

test('the variables of one host', async ({ skip }) => {
  if ('missing' in ansible) {
    skip(`ansible-core cannot be installed here: ${ansible.missing}`);
    return;
  }
  const [fixture] = FIXTURES;
  if (fixture === undefined) throw new Error('there are fixtures');
  const [ours, theirs] = await write(fixture)(['--host', 'web01.example.org']);
  expect(JSON.parse(ours)).toEqual(JSON.parse(theirs));
});

/** Writes a fixture into a folder of its own. Returns a function that asks both programs about it. */
function write(fixture: Fixture): (args: readonly string[]) => Promise<readonly [string, string]> {
  if ('missing' in ansible) throw new Error(ansible.missing);
  const folder = mkdtempSync(join(root, 'inventory-'));
  for (const [path, text] of Object.entries(fixture.files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const program of fixture.programs ?? []) chmodSync(join(folder, program), 0o755);
  const options = [...fixture.sources.flatMap((source) => ['-i', source]), ...(fixture.more ?? [])];
  const environment = { ...process.env, ANSIBLE_LOCALHOST_WARNING: 'False', ANSIBLE_NOCOLOR: '1', LC_ALL: 'C.UTF-8' };
  const ask = async (program: string, args: readonly string[]): Promise<string> =>
    (await run(program, [...args], { cwd: folder, env: environment, encoding: 'utf8' })).stdout;
  return (args) =>
    Promise.all([ask(RUNBOOK, ['inventory', ...options, ...args]), ask(ansible.program, [...options, ...args])]);
}
