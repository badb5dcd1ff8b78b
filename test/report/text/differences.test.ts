import { describe, expect, it } from 'vitest';
import type { Difference } from '../../../engine/modules/base/module.ts';
import { differenceLines } from '../../../engine/report/text/differences.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { Unknown } from '../../../engine/values/base/value.ts';

const plain = (_: string, text: string): string => text;
const lines = (difference: Difference): readonly string[] => differenceLines(difference, plain);
Secret.of('new-password');
const digest = 'a'.repeat(64);

const table: readonly (readonly [string, Difference, readonly string[]])[] = [
  ['a field', { kind: 'field', of: '/x', field: 'mode', before: '0644', after: '0600' }, ['/x: mode: "0644" → "0600"']],
  [
    'a field that is new',
    { kind: 'field', of: '/x', field: 'owner', before: null, after: 'root' },
    ['/x: owner: (none) → "root"'],
  ],
  [
    'a field that is not known',
    { kind: 'field', of: 'u', field: 'uid', before: 1, after: new Unknown('x') },
    ['u: uid: 1 → (known after apply)'],
  ],
  [
    'a field that becomes secret',
    { kind: 'field', of: 'u', field: 'password', before: 'old', after: Secret.of('new-password') },
    ['u: password: ******** → ********'],
  ],
  ['a command', { kind: 'command', text: 'echo a\necho b' }, ['$ echo a', '  echo b']],
  ['a command with a secret', { kind: 'command', text: Secret.around('login new-password') }, ['$ login ********']],
  [
    'a new file',
    { kind: 'text', path: '/x', before: undefined, after: 'a\n' },
    ['--- (absent)', '+++ /x', '@@ -0,0 +1,1 @@', '+a'],
  ],
  [
    'a file that goes',
    { kind: 'text', path: '/x', before: 'a\n', after: undefined },
    ['--- /x', '+++ (absent)', '@@ -1,1 +0,0 @@', '-a'],
  ],
  [
    'content that is not known',
    { kind: 'text', path: '/x', before: 'a\nb\n', after: new Unknown('y') },
    ['/x: content 2 lines → (known after apply)'],
  ],
  [
    'large content',
    { kind: 'text', path: '/x', before: undefined, after: { size: 5, sha256: digest } },
    ['/x: content (absent) → 5 bytes, sha256 aaaaaaaaaaaa…'],
  ],
  [
    'a missing line end',
    { kind: 'text', path: '/x', before: 'a', after: 'a\n' },
    ['--- /x', '+++ /x', '@@ -1,1 +1,1 @@', '-a', '\\ No newline at end of file', '+a'],
  ],
  [
    'control characters',
    { kind: 'text', path: '/x', before: '', after: 'a\u001b]0;b\u0007\n' },
    ['--- /x', '+++ /x', '@@ -0,0 +1,1 @@', '+a\\x1b]0;b\\x07'],
  ],
];

const text = (word: string): string => Array.from({ length: 10_000 }, (_, index) => `${word} ${index}\n`).join('');

describe('a difference', () => {
  it.each(table)('shows %s', (_, difference, expected) => {
    expect(lines(difference)).toEqual(expected);
  });

  it('has three lines of context', () => {
    const before = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join('');
    const shown = lines({ kind: 'text', path: '/x', before, after: before.replace('line 10\n', 'ten\n') });
    expect(shown.slice(3)).toEqual([
      ' line 7',
      ' line 8',
      ' line 9',
      '-line 10',
      '+ten',
      ' line 11',
      ' line 12',
      ' line 13',
    ]);
  });

  it('does not show the secret that goes, of which nobody knows', () => {
    const shown = lines({
      kind: 'text',
      path: '/x',
      before: 'user: a\npassword: old-password\nport: 1\nGONE\n',
      after: Secret.around('user: a\npassword: new-password\nport: 2\n'),
    });
    expect(shown.slice(3)).toEqual([
      ' user: a',
      '-password: ********',
      '-port: ********',
      '-********',
      '+password: ********',
      '+port: 2',
    ]);
  });

  it('shows nothing of a secret in which no part is known to be the secret one', () => {
    expect(
      lines({ kind: 'text', path: '/x', before: undefined, after: Secret.around('what part of this is it') }),
    ).toEqual(['/x: content (absent) → (secret)']);
  });
});

describe('a difference that cannot be shown whole', () => {
  it('says so where only secrets differ', () => {
    Secret.of('first-secret');
    Secret.of('other-secret');
    expect(
      lines({
        kind: 'text',
        path: '/x',
        before: Secret.around('a: first-secret\n'),
        after: Secret.around('a: other-secret\n'),
      }).at(-1),
    ).toBe('(only secrets differ)');
  });

  it('gives up on texts that have nothing in common', () => {
    expect(lines({ kind: 'text', path: '/x', before: text('a'), after: text('b') }).at(-1)).toBe(
      '(too different to show: 10000 lines → 10000 lines)',
    );
  });

  it('is cut where it is long', () => {
    const long = Array.from({ length: 1000 }, (_, index) => `${index}\n`).join('');
    expect(lines({ kind: 'text', path: '/x', before: undefined, after: long }).at(-1)).toBe('… 601 more lines');
    expect(lines({ kind: 'text', path: '/x', before: undefined, after: 'x'.repeat(1000) })[3]).toMatch(
      /^\+x{299}… \(701 more characters\)$/,
    );
  });
});
