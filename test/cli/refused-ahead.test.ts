import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');
const ROWS: readonly { readonly tasks: string; readonly says: string }[] = parse(
  readFileSync(join(import.meta.dirname, 'refused-ahead.yml'), 'utf8'),
);

const folder = mkdtempSync(join(tmpdir(), 'refused-ahead-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'open.hbs'), '{{#each x}}');
writeFileSync(join(folder, 'jinja.j2'), '{% for x in y %}');
// No server listens there, so every message was printed before the connection.
writeFileSync(join(folder, 'hosts.yml'), 'all: { hosts: { w1: { ansible_host: 127.0.0.1, ansible_port: 1 } } }\n');

function stderrOf(command: string, playbook: string): Promise<string> {
  const args = [command, playbook, '-i', 'hosts.yml', ...(command === 'lint' ? ['--rule', 'unnamed-task=off'] : [])];
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(RUNBOOK, args, { cwd: folder, env, encoding: 'utf8' }, (_error, _stdout, stderr) => resolve(stderr));
  });
}

function errorsIn(text: string): readonly string[] {
  return [...text.matchAll(/^error: .*$/gm)].map(([line]) => line);
}

test.each(ROWS.map((row, index) => ({ ...row, index })))('$tasks', async ({ tasks, says, index }) => {
  const name = `${index}.yml`;
  const play = `- name: P\n  hosts: w1\n  tasks:\n${tasks.replaceAll(/^(?=.)/gm, '    ')}\n`;
  writeFileSync(join(folder, name), tasks.includes('hosts:') ? `${tasks}\n` : play);
  const [linted, planned] = await Promise.all([stderrOf('lint', name), stderrOf('plan', name)]);
  if (says === '') expect(errorsIn(linted)).toEqual([]);
  else {
    expect(errorsIn(linted).join('\n')).toContain(says);
    expect(errorsIn(planned)).toEqual(errorsIn(linted));
  }
});
