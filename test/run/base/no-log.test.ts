import { expect, test } from 'vitest';
import { NO_SETTINGS } from '../../../engine/playbook/base/settings.ts';
import type { TaskOutcome } from '../../../engine/run/base/events.ts';
import { hushOf, hushedOutcome } from '../../../engine/run/base/no-log.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { Unknown, type Value } from '../../../engine/values/base/value.ts';
import { compileNode } from '../../../engine/values/compiled.ts';
import { readYaml } from '../../../engine/values/yaml/yaml.ts';

const PLACE = { file: 'a.yml', line: 1, column: 1 };
const CHANGED: TaskOutcome = {
  kind: 'changed',
  certainty: 'certain',
  notifies: [],
  differences: [
    { kind: 'text', path: '/a', before: undefined, after: 'hello\n' },
    { kind: 'field', of: '/a', field: 'mode', before: null, after: '0644' },
  ],
};
const HELLO = { size: 6, sha256: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03' };

function shown(diff: string, values: Readonly<Record<string, Value>> = {}): TaskOutcome {
  const [node] = readYaml(diff, 'a.yml');
  if (node === undefined) throw new Error('no node');
  const settings = { ...NO_SETTINGS, diff: compileNode(node) };
  const scope = { lookup: (name: string) => values[name], names: () => Object.keys(values) };
  return hushedOutcome(CHANGED, hushOf({ settings, place: PLACE }, scope));
}

test.each([
  ['false', {}],
  ['"no"', {}],
  ['"{{x}}"', { x: false }],
  ['"{{x}}"', { x: new Unknown('a task') }],
])('diff: %s shows no lines of a text', (diff, values) => {
  expect(shown(diff, values)).toEqual({
    ...CHANGED,
    differences: [
      { kind: 'text', path: '/a', before: undefined, after: HELLO },
      { kind: 'field', of: '/a', field: 'mode', before: null, after: '0644' },
    ],
  });
});

test.each(['true', '"{{x}}"'])('diff: %s shows them', (diff) => {
  expect(shown(diff, { x: true })).toEqual(CHANGED);
});

test('a secret stays a secret', () => {
  const secret = Secret.of('hidden word');
  const outcome: TaskOutcome = {
    ...CHANGED,
    differences: [{ kind: 'text', path: '/a', before: secret, after: secret }],
  };
  expect(hushedOutcome(outcome, { hides: false, hidesLines: true })).toEqual(outcome);
});
