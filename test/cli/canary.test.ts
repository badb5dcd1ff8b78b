import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');
const CANARY = 'canary-Zq7!x"9 \\wing';
const OLD_CANARY = 'moulted-Ab3?feather';
const folder = mkdtempSync(join(tmpdir(), 'canary-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly status: number;
  readonly output: string;
}

function runbook(args: readonly string[], input = ''): Promise<Ended> {
  const env = {
    ...process.env,
    RUNBOOK_STATE: join(folder, '.runbook'),
    XDG_CACHE_HOME: join(folder, '.cache'),
    RUNBOOK_IDENTITY: join(folder, 'id.txt'),
  };
  return new Promise((resolve) => {
    const child = execFile(RUNBOOK, [...args], { cwd: folder, env, encoding: 'utf8' }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
    child.stdin?.end(input);
  });
}

/**
 * Texts that no output may contain: the secrets themselves, their form in JSON, and the part of their base64 that is
 * the same for every alignment.
 */
function traces(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const aligned = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift, 0x20), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return encoded.slice(shift === 0 ? 0 : shift + 1, -1);
  });
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), ...aligned];
}
const TRACES = [...traces(CANARY), ...traces(OLD_CANARY)];

function hits(where: string, text: string): readonly string[] {
  return TRACES.filter((trace) => text.includes(trace)).map((trace) => `${trace} in ${where}`);
}

/**
 * Reads the arguments of every process of this machine, which is also the host, again and again until it is stopped.
 */
function watchProcesses(): { stop(): { readonly seen: number; readonly hits: readonly string[] } } {
  const found = new Set<string>();
  let seen = 0;
  const look = (): void => {
    for (const id of readdirSync('/proc')) {
      if (!/^\d+$/.test(id)) continue;
      try {
        const line = readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
        seen += 1;
        for (const hit of hits('the process list', line)) found.add(hit);
      } catch {
        // The process has ended meanwhile.
      }
    }
  };
  const timer = setInterval(look, 5);
  return {
    stop: () => {
      clearInterval(timer);
      return { seen, hits: [...found] };
    },
  };
}

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

beforeAll(async () => {
  await runbook(['vault', 'keygen']);
  const { output } = await runbook(['vault', 'encrypt', '--value', 'password'], `${CANARY}\n`);
  const value = output.slice(output.indexOf('password:'));
  write('group_vars/all.yml', value);
  write('hosts.yml', 'all:\n  hosts:\n    one: { ansible_connection: local }\n');
  write('templates/app.conf.hbs', 'user: app\npassword: {{password}}\nencoded: {{b64encode password}}\nport: 1\n');
  write('host/app.conf', `user: app\npassword: ${OLD_CANARY}\nport: 0\n`);
  write('host/token', OLD_CANARY);
  write(
    'site.yml',
    `- name: Canary
  hosts: all
  vars: { target: "{{playbook_dir}}/host" }
  tasks:
    - { name: File, template: { src: app.conf.hbs, dest: "{{target}}/app.conf", mode: "0600" } }
    - { name: Token, copy: { content: "{{password}}", dest: "{{target}}/token", mode: "0600" } }
    - { name: Line, lineinfile: { path: "{{target}}/lines", line: "password={{password}}", create: true } }
    - name: Shell
      shell: 'echo "$PASSWORD"; sleep 0.3'
      environment: { PASSWORD: "{{password}}" }
      register: told
    - name: Input
      command: { argv: [sh, -c, "cat; sleep 0.3"], stdin: "{{password}}" }
      register: echoed
    - { name: Tell, debug: { msg: "it is {{password}} and {{echoed.stdout}}" } }
    - { name: Show, debug: { var: echoed } }
    - { name: Fact, set_fact: { dsn: "db://app:{{password}}@db" } }
    - { name: Use, copy: { content: "{{dsn}}\\n", dest: "{{target}}/dsn", mode: "0600" } }
    - name: Failing
      shell: { cmd: "cat; sleep 0.3; exit 3", stdin: "{{password}}" }
      ignore_errors: true
`,
  );
});

test('a secret is nowhere to be read', { timeout: 300_000 }, async () => {
  const found: string[] = [];
  const watch = watchProcesses();
  const note = (where: string, { output }: Ended): void => void found.push(...hits(where, output));
  note('a plan', await runbook(['plan', '-i', 'hosts.yml', '-vv', '-o', 'site.plan', 'site.yml']));
  note('a plan as JSON', await runbook(['plan', '-i', 'hosts.yml', '--output', 'json', 'site.yml']));
  for (const format of ['text', 'json', 'markdown'])
    note(`show as ${format}`, await runbook(['show', 'site.plan', '--format', format, '-v']));
  note('a play as JSON', await runbook(['play', '-i', 'hosts.yml', '--output', 'json', '--diff', 'site.yml']));
  write('host/app.conf', `user: app\npassword: ${OLD_CANARY}\nport: 0\n`);
  write('host/token', OLD_CANARY);
  note('a refused plan', await runbook(['apply', 'site.plan']));
  const saved = await runbook(['plan', '-i', 'hosts.yml', '-o', 'site.plan', 'site.yml']);
  note('a plan', saved);
  const applied = await runbook(['apply', '-vv', '--diff', 'site.plan']);
  note('an applied plan', applied);
  const processes = watch.stop();
  expect(saved.output).toContain('Saved');
  expect(applied.output).toContain('in the plan');
  expect(readFileSync(join(folder, 'host/app.conf'), 'utf8')).toContain(CANARY);
  found.push(...hits('the plan file', readFileSync(join(folder, 'site.plan'), 'utf8')));
  const journals = readdirSync(join(folder, '.runbook'), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, '.runbook', name))
    .filter((path) => statSync(path).isFile());
  expect(journals.length).toBeGreaterThan(0);
  for (const path of journals) found.push(...hits('the journal', readFileSync(path, 'utf8')));
  expect(processes.seen).toBeGreaterThan(100);
  expect([...found, ...processes.hits]).toEqual([]);
});
