import { expect, test } from 'vitest';
import { operationOf } from '../../../engine/report/plan/operation.ts';
import type { PlannedDifference } from '../../../engine/run/saved-plan/plan-document.ts';

const field = (name: string, before: string, after: string): PlannedDifference => ({
  kind: 'field',
  of: 'x',
  field: name,
  before,
  after,
});
const text = (absent: 'before' | 'after' | 'never'): PlannedDifference => ({
  kind: 'text',
  path: '/x',
  absent,
  lines: [],
  sha256: null,
});
const COMMAND: PlannedDifference = { kind: 'command', text: 'x' };
const MODE = field('mode', '"0644"', '"0600"');

test.each<readonly [string, readonly PlannedDifference[], string]>([
  ['a new file with its mode', [text('before'), field('mode', '(none)', '"0644"')], 'create'],
  ['a new directory', [field('state', '"absent"', '"a directory"')], 'create'],
  ['a new account', [field('account', '"absent"', '"present"'), field('shell', '(none)', '"/bin/sh"')], 'create'],
  ['a package that is installed', [field('version', '(none)', '"1.2"')], 'create'],
  ['text in a file', [text('never'), MODE], 'change'],
  ['a mode', [MODE], 'change'],
  ['a field that is set for the first time', [field('comment', '(none)', '"x"')], 'change'],
  ['a file that goes', [text('after')], 'remove'],
  ['a path that goes', [field('state', '"a directory"', '"absent"')], 'remove'],
  ['a package that goes', [field('version', '"1.2"', '(none)')], 'remove'],
  ['one that goes where another comes', [text('before'), field('state', '"a file"', '"absent"')], 'remove'],
  [
    'content that cannot be shown and goes',
    [{ kind: 'content', path: '/x', before: '3 lines', after: '(absent)' }],
    'remove',
  ],
  ['a command', [COMMAND], 'run'],
  ['a command that also changes a field', [MODE, COMMAND], 'run'],
  ['a unit that is restarted', [field('state', '"active"', '"restarted"')], 'restart'],
  ['a unit that is stopped', [field('state', '"active"', '"stopped"'), field('enabled', 'true', 'false')], 'restart'],
  ['a unit that is started', [field('state', '"inactive"', '"started"')], 'change'],
  ['a reboot', [field('state', '"running"', '"started anew"')], 'restart'],
  ['nothing that is shown', [], 'change'],
])('%s', (_, differences, operation) => {
  expect(operationOf({ kind: 'change', certainty: 'certain', differences, notifies: [] })).toBe(operation);
});

test('what nobody can know whether it is needed runs', () => {
  expect(operationOf({ kind: 'change', certainty: 'opaque', differences: [], notifies: [] })).toBe('run');
});
