import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Debt, crossOut, owedBy, writeDown } from '../../../engine/run/base/owed.ts';

let home: string;
let list: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'owed-'));
  list = join(home, '.local/state/runbook/owed');
});
afterEach(() => rmSync(home, { recursive: true }));

function sh(script: string): Buffer {
  return execFileSync('sh', ['-c', script], {
    env: { ...process.env, HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function owed(): readonly Debt[] | undefined {
  const request = owedBy('operator');
  return request.kind.decode(sh(request.kind.observe([request])), [request]).get('operator');
}

const debt = (handler: string, play = 'Masters', playbook = 'site.yml'): Debt => ({ playbook, play, handler });
const ODD = debt(`it's "odd" $(name)\twith\nlines`, '[2,"a"]', '../ü\u2028.yml');

test('nothing is owed on a host that was never changed', () => {
  expect(owed()).toEqual([]);
});

test('what is written down is owed until it is crossed out', () => {
  sh(writeDown('operator', [debt('Restart etcd'), ODD]));
  sh(writeDown('operator', [debt('Restart etcd')]));
  expect(owed()).toEqual([debt('Restart etcd'), ODD]);
  sh(crossOut('operator', debt('Restart etcd')));
  expect(owed()).toEqual([ODD]);
  sh(crossOut('operator', ODD));
  expect(owed()).toEqual([]);
  expect(existsSync(list)).toBe(false);
});

test.each([debt('Restart etcd'), debt('Restart', 'Nodes'), debt('Restart', 'Masters', 'other.yml')])(
  'a debt is crossed out whole, and is not %j',
  (other) => {
    sh(writeDown('operator', [debt('Restart'), other]));
    sh(crossOut('operator', debt('Restart')));
    expect(owed()).toEqual([other]);
  },
);

test.each([
  ['is gone, and there again', 1, [debt('Restart')]],
  ['can never be read', 9, undefined],
])('a list that %s when it is read', (_, failures, expected) => {
  sh(writeDown('operator', [debt('Restart')]));
  const request = owedBy('operator');
  // As if another run had renamed the list and begun a new one between the look at it and the reading.
  const cat = `cat() { t=$((t + 1)); [ "$t" -gt ${failures} ] && command cat "$@"; }; t=0`;
  const read = (): readonly Debt[] | undefined =>
    request.kind.decode(sh(`${cat}\n${request.kind.observe([request])}`), [request]).get('operator');
  if (expected === undefined) expect(read).toThrow(/Command failed/);
  else expect(read()).toEqual(expected);
});

test('names that an earlier version has written down are owed by anybody', () => {
  sh(writeDown('operator', [debt('Restart')]));
  appendFileSync(list, 'Restart\n[odd] name\n');
  const unknown = { playbook: undefined, play: undefined };
  expect(owed()).toEqual([debt('Restart'), { ...unknown, handler: 'Restart' }, { ...unknown, handler: '[odd] name' }]);
  sh(crossOut('operator', { ...unknown, handler: 'Restart' }));
  expect(owed()).toEqual([debt('Restart'), { ...unknown, handler: '[odd] name' }]);
});

test('what a later version has written down is let be', () => {
  sh(writeDown('operator', [debt('Restart')]));
  appendFileSync(list, '[3,"a","b","c","d"]\n');
  expect(owed()).toEqual([debt('Restart')]);
  sh(crossOut('operator', debt('Restart')));
  expect(readFileSync(list, 'utf8')).toBe('[3,"a","b","c","d"]\n');
});

test('it fails where it cannot be written down', () => {
  expect(() => sh(`: >"$HOME/.local"; ${writeDown('operator', [debt('Restart')])}`)).toThrow(/Command failed/);
});

test('what a run that died while it crossed out has left under another name is owed, and is crossed out', () => {
  sh(writeDown('operator', [debt('Restart'), debt('Reload')]));
  renameSync(list, `${list}.123`);
  const earlier = new Date(Date.now() - 120_000);
  utimesSync(`${list}.123`, earlier, earlier);
  sh(writeDown('operator', [debt('Reboot')]));
  expect(owed()).toEqual([debt('Reboot'), debt('Restart'), debt('Reload')]);
  sh(crossOut('operator', debt('Restart')));
  expect(owed()?.toSorted((one, other) => one.handler.localeCompare(other.handler))).toEqual([
    debt('Reboot'),
    debt('Reload'),
  ]);
  expect(existsSync(`${list}.123`)).toBe(false);
  renameSync(list, `${list}.123`);
  sh(crossOut('operator', debt('Reload')));
  expect(existsSync(`${list}.123`)).toBe(true);
});

test('what another run writes down while one crosses out is not lost', () => {
  sh(writeDown('operator', [debt('Restart'), debt('Reload')]));
  const tools = join(home, 'bin');
  mkdirSync(tools);
  for (const tool of ['grep', 'mv', 'rm']) {
    const meanwhile = writeDown('operator', [debt(`While ${tool}`)]);
    writeFileSync(join(tools, tool), `#!/bin/sh\n( ${meanwhile} )\nPATH=\${PATH#*:} exec ${tool} "$@"\n`, {
      mode: 0o755,
    });
  }
  sh(`PATH=${tools}:$PATH; ${crossOut('operator', debt('Restart'))}`);
  expect(owed()).toEqual(expect.arrayContaining(['grep', 'mv', 'rm'].map((tool) => debt(`While ${tool}`))));
  expect(owed()).not.toContainEqual(debt('Restart'));
});

test.each([
  ['cannot be put back', 'mv', 'mkdir "$4"'],
  ['cannot be read', 'grep', 'exit 2'],
])('what %s while one crosses out stays owed', (_what, tool, breaks) => {
  sh(writeDown('operator', [debt('Restart'), debt('Reload')]));
  const tools = join(home, 'bin');
  mkdirSync(tools);
  const real = tool === 'mv' ? `${tool} "$@"; set -- "" "" "" "$2"; ${breaks}` : breaks;
  writeFileSync(join(tools, tool), `#!/bin/sh\nPATH=\${PATH#*:}\n${real}\n`, { mode: 0o755 });
  sh(`(PATH=${tools}:$PATH; ${crossOut('operator', debt('Restart'))}); :`);
  rmSync(list, { recursive: true, force: true });
  expect(owed()).toContainEqual(debt('Reload'));
});
