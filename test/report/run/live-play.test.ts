import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { TerminalScreen } from '../screen.ts';

// The program itself on a pseudo-terminal, and the content of the screen while it runs.

const RUNBOOK = join(import.meta.dirname, '../../../bin/runbook.js');
const COLUMNS = 80;
const LINES = 24;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-play-'));
  return () => rmSync(folder, { recursive: true });
});

interface Watched {
  readonly status: number;
  /** All screens that were drawn, one after the other. */
  readonly screens: readonly string[];
  readonly last: TerminalScreen;
}

/** Runs it with these files, and checks the screen after each group of writes. */
async function watch(files: Readonly<Record<string, string>>, args: readonly string[]): Promise<Watched> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const { CI: _, ...env } = process.env;
  const command = [process.execPath, RUNBOOK, ...args].map((word) => `'${word}'`).join(' ');
  const onTerminal = ['-qec', `stty cols ${COLUMNS} rows ${LINES}; ${command}`, '/dev/null'];
  const done = await new Promise<{ readonly status: number; readonly stdout: string }>((resolve) => {
    const options = { cwd: folder, env: { ...env, TERM: 'xterm', NO_COLOR: '1', TMPDIR: folder }, maxBuffer: 1 << 26 };
    execFile('script', onTerminal, options, (error, stdout) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout });
    });
  });
  const screen = new TerminalScreen(COLUMNS, LINES);
  const screens: string[] = [];
  for (const frame of done.stdout.split('\u001B[?2026l')) {
    screen.write(frame);
    screens.push(screen.lines.join('\n'));
  }
  return { status: done.status, screens, last: screen };
}

const HOSTS = JSON.stringify({
  all: { hosts: { 'web-1': {}, 'web-2': {} }, vars: { ansible_connection: 'local' } },
});

it('tells what each host does, how long, and what it waits for', async () => {
  const site = `
- name: Site
  hosts: all
  tasks:
    - name: Talk
      shell: for word in one two three; do echo "word $word of many"; sleep 0.5; done
    - name: Settle, in words that are more than a window of eighty columns has room for in one line
      pause: { seconds: 1, prompt: the load }
    - name: Ask again
      shell: 'false'
      register: asked
      until: asked.rc == 0
      retries: 1
      delay: 1
      ignore_errors: true
    - name: Port
      wait_for: { port: 1, host: 127.0.0.1, timeout: 1 }
      ignore_errors: true
    - include_tasks: more.yml
    - name: Hidden
      shell: for word in one two three; do echo "hidden $word of many"; sleep 0.5; done
      no_log: true
`;
  const more = '- { name: Included, command: sleep 1 }\n';
  const { status, screens, last } = await watch({ 'site.yml': site, 'more.yml': more, 'hosts.yml': HOSTS }, [
    'play',
    'site.yml',
    '-i',
    'hosts.yml',
    '-f',
    '1',
  ]);
  const all = screens.join('\n');
  const rows = [
    /^. \d+ s {2}Site: task 1 of 5, 2 hosts$/mu,
    /^ {2}web-[12] {8}Talk: word (?:one|two|three) of many$/mu,
    /^ {2}web-[12] {3}1 s {2}Talk: word three of many$/mu,
    /^ {2}web-[12] {8}Talk: waits for its turn$/mu,
    /^ {2}web-[12] {8}Settle, in words .*…: pauses for 1 s \(the load\)$/mu,
    /^ {2}web-[12] {8}Ask again: waits 1 s before attempt 2 of 2$/mu,
    /^ {2}web-[12] {8}Port: waits, at most 1 s$/mu,
    /^. \d+ s {2}Site: task 5 of 6, 2 hosts, 2 changed$/mu,
    /^ {2}web-[12] {8}Hidden$/mu,
  ];
  for (const row of rows) expect(all).toMatch(row);
  expect(all).not.toContain('hidden two');
  expect(status).toBe(0);
  expect(last.isCursorShown).toBe(true);
  expect(last.lines.join('\n')).not.toMatch(/^. \d+ s {2}Site/mu);
  expect(new Set(all.match(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏](?= \d+ s {2}Site)/gmu)).size).toBe(10);
});

it('shows how much of a file has been sent', async () => {
  writeFileSync(join(folder, 'big'), Buffer.alloc(200_000_000));
  const site = '- { name: Site, hosts: web-1, tasks: [{ name: Big, copy: { src: big, dest: "{{dir}}/there" } }] }\n';
  const args = ['play', 'site.yml', '-i', 'hosts.yml', '-e', `dir=${folder}`];
  const { status, screens } = await watch({ 'site.yml': site, 'hosts.yml': HOSTS }, args);
  expect(screens.join('\n')).toMatch(/^ {2}web-1 .* Big: \d+ % of 200 MB sent$/mu);
  expect(status).toBe(0);
});

it('shows how much of a download is there, and keeps what curl draws out of its errors', async () => {
  const server = createServer((request, response) => {
    if (request.url !== '/slow') return response.writeHead(404).end();
    response.writeHead(200, { 'content-length': '30' });
    void (async () => {
      for (let piece = 0; piece < 3; piece += 1) {
        response.write('0123456789');
        // curl draws once a second.
        await sleep(1200);
      }
      response.end();
    })();
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const site = `
- name: Site
  hosts: web-1
  tasks:
    - { name: Get, get_url: { url: "${url}/slow", dest: "{{dir}}/there" } }
    - { name: Miss, get_url: { url: "${url}/missing", dest: "{{dir}}/missing" }, ignore_errors: true }
`;
  const args = ['play', 'site.yml', '-i', 'hosts.yml', '-e', `dir=${folder}`];
  const { status, screens, last } = await watch({ 'site.yml': site, 'hosts.yml': HOSTS }, args);
  server.close();
  expect(screens.join('\n')).toMatch(/^ {2}web-1 .* Get: \d+ % of 30 downloaded$/mu);
  expect(last.lines.join('\n')).toContain('curl: (22) The requested URL returned error: 404');
  expect(last.lines.join('\n')).not.toMatch(/% Total|Dload|--:--/u);
  expect(status).toBe(0);
});
