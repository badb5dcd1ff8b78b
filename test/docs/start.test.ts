import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changesIn } from '../examples/projects.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'runbook-start-'));
const target = join(folder, 'hello');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The playbook of docs/start.md, changed to write into a folder of this test. */
const [, playbook = ''] =
  /```yaml\n(# hello\.yml\n[^]*?)```/.exec(readFileSync(join(ROOT, 'docs/start.md'), 'utf8')) ?? [];

function runbook(...args: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(process.execPath, [join(ROOT, 'bin/runbook.js'), ...args], { cwd: folder, encoding: 'utf8' });
}

function write(text: string): void {
  writeFileSync(join(folder, 'hello.yml'), text.replaceAll('/tmp/hello', target));
}

describe('the page for a start, step by step', () => {
  beforeAll(() => {
    expect(playbook).toContain('Greeting for');
    write(playbook);
  });

  test('3. lint finds the mode without quotes, with its place and what to write', () => {
    write(playbook.replace('mode: "0644"', 'mode: 0644'));
    const found = runbook('lint', 'hello.yml');
    expect(found.status).toBe(1);
    expect(found.stdout + found.stderr).toMatch(/hello\.yml:12:\d+[^]*"0644"/);
    write(playbook);
    expect(runbook('lint', 'hello.yml').status).toBe(0);
  });

  test('4. the plan is complete, and changes nothing', () => {
    const plan = runbook('plan', 'hello.yml');
    expect(plan.status).toBe(0);
    expect(plan.stdout).toContain('+Hello grace');
    expect(existsSync(target)).toBe(false);
  });

  test('5. the first play makes four changes, the second one none', () => {
    expect(changesIn(runbook('play', 'hello.yml', '--output', 'json').stdout)).toBe(4);
    expect(changesIn(runbook('play', 'hello.yml', '--output', 'json').stdout)).toBe(0);
  });

  test('6. a play repairs the file that was changed', () => {
    writeFileSync(join(target, 'ada.txt'), 'tampered\n');
    const repaired = runbook('play', 'hello.yml', '--diff');
    expect(repaired.stdout).toContain('-tampered');
    expect(readFileSync(join(target, 'ada.txt'), 'utf8')).toBe('Hello ada\n');
    expect(runbook('runs').stdout).toContain('hello.yml');
  });

  test('7. a saved plan is applied, and refused after an edit', () => {
    write(playbook.replace('[ada, grace]', '[ada, grace, linus]'));
    expect(runbook('plan', 'hello.yml', '-o', 'hello.plan').status).toBe(0);
    expect(runbook('show', 'hello.plan', '--format', 'markdown').stdout).toContain('linus.txt');
    expect(runbook('apply', 'hello.plan').status).toBe(0);
    expect(existsSync(join(target, 'linus.txt'))).toBe(true);
    write(playbook);
    expect(runbook('plan', 'hello.yml', '-o', 'hello.plan').status).toBe(0);
    write(playbook.replace('Hello {{item}}', 'Good day {{item}}'));
    const refused = runbook('apply', 'hello.plan');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('hello.yml');
  });
});
