import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { crossOut, owedBy, writeDown } from '../../engine/run/owed.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'owed-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function sh(script: string): Buffer {
  return execFileSync('sh', ['-c', script], { env: { ...process.env, HOME: home } });
}

function owed(): readonly string[] | undefined {
  const request = owedBy('operator');
  return request.kind.decode(sh(request.kind.observe([request])), [request]).get('operator');
}

test('nothing is owed on a host that was never changed', () => {
  expect(owed()).toEqual([]);
});

test('what is written down is owed until it is crossed out', () => {
  sh(writeDown('operator', ['Restart etcd', `it's "odd" $(name)`]));
  sh(writeDown('operator', ['Restart etcd']));
  expect(owed()).toEqual(['Restart etcd', `it's "odd" $(name)`]);
  sh(crossOut('operator', 'Restart etcd'));
  expect(owed()).toEqual([`it's "odd" $(name)`]);
  sh(crossOut('operator', `it's "odd" $(name)`));
  expect(owed()).toEqual([]);
  expect(existsSync(join(home, '.local/state/runbook/owed'))).toBe(false);
});

test('a name is crossed out whole and not as a part of another', () => {
  sh(writeDown('operator', ['Restart', 'Restart etcd']));
  sh(crossOut('operator', 'Restart'));
  expect(readFileSync(join(home, '.local/state/runbook/owed'), 'utf8')).toBe('Restart etcd\n');
});

test('a change is refused where it cannot be written down', () => {
  expect(() => sh(`HOME=/proc/nowhere; ${writeDown('operator', ['Restart etcd'])}`)).toThrow(/Command failed/);
});
