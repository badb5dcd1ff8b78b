import { expect, test } from 'vitest';
import { excerpt } from '../../../engine/values/yaml/excerpt.ts';

const text = 'tasks:\n\t- name: x\n  - when: a and b\n';

test('the line is underlined, with the line before it', () => {
  expect(excerpt(text, { file: 'f', line: 3, column: 13, length: 3 })).toBe(
    ['2 | \t- name: x', '3 |   - when: a and b', '  |             ^^^'].join('\n'),
  );
});

test('a tab is kept, so that the caret stands where the text does', () => {
  expect(excerpt(text, { file: 'f', line: 2, column: 4 })).toBe(
    ['1 | tasks:', '2 | \t- name: x', '  | \t  ^'].join('\n'),
  );
});

test('a place outside of the text is no reason to fail', () => {
  expect(excerpt(text, { file: 'f', line: 99, column: 1 })).toBe('');
  expect(excerpt('ab', { file: 'f', line: 1, column: 50, length: 9 })).toBe('1 | ab\n  |   ^');
});

test('a long line is cut around the place', () => {
  const long = `${'x'.repeat(500)}HERE${'y'.repeat(500)}`;
  const [shown = '', carets = ''] = excerpt(long, { file: 'f', line: 1, column: 501, length: 4 }).split('\n');
  expect(shown.length).toBeLessThan(140);
  expect(shown.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('HERE');
});

test.each([
  '-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\nLWVu\n',
  '\n$ANSIBLE_VAULT;1.1;AES256\n6162\n6364\n',
  'age-encryption.org/v1\n-> X25519 x\n',
])('nothing is shown of an encrypted file, whose lines are others than those of what it holds', (sealed) => {
  expect(excerpt(sealed, { file: 'f', line: 2, column: 1 })).toBe('');
});
