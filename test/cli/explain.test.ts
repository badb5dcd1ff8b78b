import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

function explain(...args: readonly string[]) {
  return spawnSync(join(import.meta.dirname, '../../bin/runbook.js'), ['explain', ...args], { encoding: 'utf8' });
}

test('a code and a rule are explained, and a mistyped name is told the right one', () => {
  expect(explain('unquoted-mode')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^unquoted-mode \(error\)\n/),
  });
  expect(explain('latest-version')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^latest-version \(warning/),
  });
  expect(explain('unquoted-mod')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'error: there is no error or rule "unquoted-mod"\n  help: Did you mean "unquoted-mode"?\n',
  });
});

test('without a name it lists all of them', () => {
  const { status, stdout } = explain();
  expect(status).toBe(0);
  expect(stdout.split('\n')).toEqual(expect.arrayContaining(['unquoted-mode', 'latest-version']));
});
