import { describe, expect, it } from 'vitest';
import { modules } from '../../../engine/modules/base/catalogue.ts';
import { applyMode, parseMode } from '../../../engine/modules/base/file-mode.ts';
import type { AnyModule } from '../../../engine/modules/base/module.ts';
import { checkArguments, parseArguments } from '../../../engine/modules/base/parse-arguments.ts';
import type { Argument } from '../../../engine/playbook/base/play.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { type Value, type ValueMap, Unknown } from '../../../engine/values/base/value.ts';
import { PLACE } from '../try-module.ts';

const copy = await modules.module('copy');
const file = await modules.module('file');

function problems(module: AnyModule, given: ValueMap): readonly (readonly [string, string, string | undefined])[] {
  const parsed = parseArguments(module, given, () => PLACE);
  return parsed.kind === 'problems'
    ? parsed.problems.map(({ code, what, remedy }) => [code, what, remedy] as const)
    : [];
}

/** A module, its arguments, and code, text and remedy of the problem. */
const WRONG: readonly [AnyModule, ValueMap, readonly [string, string, string | undefined]][] = [
  [copy, { content: 'x', dets: '/a' }, ['unknown-argument', 'copy has no argument "dets"', 'Did you mean "dest"?']],
  [copy, { content: 'x' }, ['missing-argument', 'copy needs "dest"', expect.stringContaining('dest: ')]],
  [copy, { dest: '/a' }, ['arguments-do-not-fit', 'copy: give one of src, content', 'Add src: or content:.']],
  [
    copy,
    { dest: '/a', src: 'x', content: 'y' },
    ['arguments-do-not-fit', 'copy: src and content cannot be given together', 'Remove all of them but one.'],
  ],
  [
    copy,
    { dest: '/a', content: 1.5 },
    [
      'wrong-type',
      '"content" of copy must be a text',
      'Write it in quotes: "1.5". For a variable write {{string NAME}}.',
    ],
  ],
  [
    copy,
    { dest: '/a', content: 'x', mode: 420 },
    ['wrong-type', '"mode" of copy must be a text, as YAML reads 420 as a number', 'Write it in quotes: "0644"'],
  ],
  [
    copy,
    { dest: '/a', content: 'x', backup: 'maybe' },
    ['wrong-type', '"backup" of copy must be true or false', expect.stringContaining('backup: ')],
  ],
  [
    copy,
    { dest: 'a/b', content: 'x' },
    ['wrong-type', '"dest" of copy must be an absolute path', 'Begin it with a slash.'],
  ],
  [
    copy,
    { dest: '/a/../b', content: 'x' },
    ['wrong-type', '"dest" of copy must not hold ".."', 'Write out the path that is meant.'],
  ],
  [
    copy,
    { dest: '/a', content: 'a\0b' },
    ['wrong-type', '"content" of copy must not hold a NUL byte', expect.anything()],
  ],
  [
    copy,
    { dest: Secret.of('/a'), content: 'x' },
    ['secret-in-argument', '"dest" of copy must not contain a secret', expect.anything()],
  ],
  [
    file,
    { path: '/a', state: 'dir' },
    ['wrong-type', '"state" of file must be one of file, directory, link, hard, touch, absent', expect.anything()],
  ],
  [
    file,
    { path: '/a', state: 'hard' },
    [
      'arguments-do-not-fit',
      'file: state: hard needs src',
      'See `runbook docs file` for the arguments that can be combined.',
    ],
  ],
];

describe('arguments that are wrong', () => {
  it.each(WRONG)('%#', (module, given, problem) => {
    expect(problems(module, given)).toContainEqual(problem);
  });

  it('are all told at once', () => {
    expect(problems(copy, { dest: 'a', mode: 5, backup: 2, x: 1 })).toHaveLength(4);
  });

  it('are unknown where only an earlier change can tell', () => {
    expect(parseArguments(copy, { dest: new Unknown('task "x"'), content: 'x' }, () => PLACE)).toEqual({
      kind: 'unknown',
      because: 'task "x"',
    });
    expect(parseArguments(copy, { dest: '/a', content: new Unknown('task "x"') }, () => PLACE).kind).toBe('args');
    expect(parseArguments(copy, { dest: new Unknown('x'), content: 1.5 }, () => PLACE).kind).toBe('problems');
  });
});

describe('arguments at load time', () => {
  const template: unique symbol = Symbol('template');
  function given(values: Readonly<Record<string, Value | typeof template>>): ReadonlyMap<string, Argument> {
    return new Map(
      Object.entries(values).map(([name, value], index): [string, Argument] => {
        const place = { file: 'p.yml', line: 10 + index, column: 9 };
        const resolve = (scope: { lookup(name: string): Value | undefined }): Value =>
          value === template ? (scope.lookup('x') ?? null) : value;
        return [
          name,
          {
            keyPlace: { ...place, column: 3 },
            value: { place, references: new Set(), literal: undefined, resolve, placeOf: () => place },
          },
        ];
      }),
    );
  }
  it('are checked as far as they are known, each at its place', () => {
    const found = checkArguments(copy, given({ dset: '/a', mode: template, backup: 'none', content: template }), PLACE);
    expect(found.map(({ what, place }) => [what, place?.line, place?.column])).toEqual([
      ['"backup" of copy must be true or false', 12, 9],
      ['copy has no argument "dset"', 10, 3],
    ]);
  });
  it('are right where templates may make them right', () => {
    expect(
      checkArguments(copy, given({ src: template, dest: template, mode: template, backup: template }), PLACE),
    ).toEqual([]);
    expect(checkArguments(file, given({ path: '/a', state: template }), PLACE)).toEqual([]);
  });
});

describe('permission bits', () => {
  it.each([
    ['0644', 0, 'file', 0o644],
    ['755', 0, 'file', 0o755],
    ['02750', 0, 'directory', 0o2750],
    ['u=rw,go=r', 0o777, 'file', 0o644],
    ['a+X', 0o644, 'file', 0o644],
    ['a+X', 0o744, 'file', 0o755],
    ['a+X', 0o644, 'directory', 0o755],
    ['go-w', 0o666, 'file', 0o644],
    ['u+s,g+s,+t', 0o755, 'file', 0o7755],
    ['g=u', 0o640, 'file', 0o660],
    ['o=', 0o777, 'file', 0o770],
    ['=r', 0o777, 'file', 0o444],
  ] as const)('%s over %o of a %s', (text, current, type, bits) => {
    const mode = parseMode(text);
    expect(mode).toBeDefined();
    if (mode !== undefined) expect(applyMode(mode, current, type)).toBe(bits);
  });
  it.each(['', '9', '99', '0999', 'u', 'rw', 'u~x', '777777', '-rwxr-xr-x', 'u=q'])('%j is none', (text) =>
    expect(parseMode(text)).toBeUndefined(),
  );
});
