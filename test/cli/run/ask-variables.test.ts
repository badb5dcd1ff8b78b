import { expect, test } from 'vitest';
import { type AskPerson, askVariables } from '../../../engine/cli/run/ask-variables.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import type { Value } from '../../../engine/values/base/value.ts';
import type { Layer } from '../../../engine/values/scope.ts';
import { faultsOf, loadWritten } from '../../playbook/written.ts';

const PLAYBOOK = (prompts: string) => ({ 'site.yml': `- hosts: all\n  vars_prompt: ${prompts}\n  tasks: []\n` });

function extraOf(values: Readonly<Record<string, Value>>): Layer {
  return { level: 'extra vars', origin: '-e', variables: new Map(Object.entries(values)) };
}

/** Asks with these answers, and returns the variables and the questions. */
async function asked(prompts: string, answers: readonly string[], given: Readonly<Record<string, Value>> = {}) {
  const questions: string[] = [];
  const left = [...answers];
  const ask: AskPerson = (question, { isShown }) => {
    questions.push(`${question}${isShown ? '' : ' (hidden)'}`);
    return Promise.resolve(left.shift() ?? '');
  };
  const playbook = await askVariables(await loadWritten(PLAYBOOK(prompts)), extraOf(given), ask);
  const layer = playbook.plays[0]?.layers.find(({ origin }) => origin === 'vars_prompt');
  const variables = Object.fromEntries(layer?.variables ?? []);
  const plain = Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      value instanceof Secret ? `secret ${value.reveal()}` : value,
    ]),
  );
  return { plain, questions };
}

test.each([
  ['[{name: a}]', ['x'], {}, { a: 'secret x' }, ['a (hidden)']],
  ['[{name: a, prompt: "Which one: ", private: no}]', ['x'], {}, { a: 'x' }, ['Which one']],
  ['[{name: a, private: false, default: 7}]', [''], {}, { a: 7 }, ['a [7]']],
  ['[{name: a}, {name: b}]', ['x'], { a: 1 }, { b: 'secret x' }, ['b (hidden)']],
  [
    '[{name: a, confirm: true}]',
    ['x', 'y', 'x', 'x'],
    {},
    { a: 'secret x' },
    ['a (hidden)', 'a, again (hidden)', 'a (hidden)', 'a, again (hidden)'],
  ],
  ['[]', [], {}, {}, []],
] as const)('vars_prompt: %s', async (prompts, answers, given, ...[plain, questions]) => {
  expect(await asked(prompts, answers, given)).toEqual({ plain, questions });
});

test('without a terminal, the default counts, and else -e is named', async () => {
  const none: AskPerson = () => undefined;
  const withDefault = await loadWritten(PLAYBOOK('[{name: a, default: x, private: false}]'));
  const answered = await askVariables(withDefault, extraOf({}), none);
  expect(answered.plays[0]?.layers.at(-1)?.variables).toEqual(new Map([['a', 'x']]));
  const without = await loadWritten(PLAYBOOK('[{name: a}]'));
  await expect(askVariables(without, extraOf({}), none)).rejects.toMatchObject({
    code: 'no-terminal',
    remedy: 'Give it on the command line: -e a=…',
  });
});

test.each([
  ['[{prompt: x}]', 'wrong-type', /vars_prompt: \[/],
  ['[a]', 'wrong-type', /vars_prompt: \[/],
  ['[{name: a, encrypt: sha512_crypt}]', 'not-supported', /mkpasswd/],
  ['[{name: a, secret: false}]', 'unknown-keyword', /private/],
])('vars_prompt: %s is refused', async (prompts, code, remedy) => {
  const [fault, ...others] = await faultsOf(PLAYBOOK(prompts));
  expect([fault?.code, others]).toEqual([code, []]);
  expect(fault?.remedy).toMatch(remedy);
});
