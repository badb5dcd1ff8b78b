import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem, Problems } from '../../../engine/errors/problem.ts';
import type { Node } from '../../../engine/values/base/node.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { readYaml, readYamlInTurns } from '../../../engine/values/yaml/yaml.ts';
import { problemOf } from '../variables.ts';

function plain(node: Node | undefined): unknown {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar') return node.value;
  return node.kind === 'list'
    ? node.items.map(plain)
    : Object.fromEntries(node.entries.map((entry) => [entry.key, plain(entry.value)]));
}

const read = (text: string) => plain(readYaml(text, 'site.yml')[0]);

describe('values', () => {
  test.each([
    ['a: yes', { a: 'yes' }],
    ['a: on', { a: 'on' }],
    ['a: true', { a: true }],
    ['a: ~', { a: null }],
    ['a:', { a: null }],
    ['a: 1.30', { a: 1.3 }],
    ['a: 0644', { a: 644 }],
    ['a: "0644"', { a: '0644' }],
    ['a: 0x1F', { a: 31 }],
    ['a: 12:30:45', { a: '12:30:45' }],
    ['a: 2024-01-01', { a: '2024-01-01' }],
    ['a: 1_000', { a: '1_000' }],
    ['a: |\n  x\n  y\n', { a: 'x\ny\n' }],
    ['a: >-\n  x\n  y\n', { a: 'x y' }],
    ['- 1\n- [b, {c: d}]', [1, ['b', { c: 'd' }]]],
    ['x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}', { x: { a: 1, b: 2 }, y: { b: 3, a: 1 } }],
    ['x: &x {a: 1}\nz: &z {c: 1}\ny:\n  <<: [*x, *z]', { x: { a: 1 }, z: { c: 1 }, y: { a: 1, c: 1 } }],
    ['a: &a [1]\nb: *a', { a: [1], b: [1] }],
    ['a: \\{{x}}', { a: '\\{{x}}' }],
    ['a: !!str 5', { a: '5' }],
    ['80: x'.replace('80', '"80"'), { '80': 'x' }],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test('an empty file has no document, and several documents are told apart', () => {
    expect(readYaml('', 'f')).toEqual([]);
    expect(readYaml('# only a comment\n', 'f')).toEqual([]);
    expect(readYaml('a: 1\n---\nb: 2\n---\n', 'f').map(plain)).toEqual([{ a: 1 }, { b: 2 }, null]);
  });
});

test('each part knows its place', () => {
  const [root] = readYaml('play:\n  - name: "quo\\ted"\n    mode: 0644\n    text: |\n      body\n', 'site.yml');
  const tasks = root?.kind === 'map' ? root.entries[0]?.value : undefined;
  const task = tasks?.kind === 'list' ? tasks.items[0] : undefined;
  const entries = task?.kind === 'map' ? task.entries : [];
  expect(entries.map(({ key, keyPlace }) => [key, keyPlace.line, keyPlace.column])).toEqual([
    ['name', 2, 5],
    ['mode', 3, 5],
    ['text', 4, 5],
  ]);
  expect(entries.map(({ value }) => [value.place.line, value.place.column])).toEqual([
    [2, 12],
    [3, 11],
    [4, 11],
  ]);
  expect(entries.map(({ value }) => (value.kind === 'scalar' ? [value.style, value.source] : []))).toEqual([
    ['quoted', '"quo\\ted"'],
    ['plain', '0644'],
    ['block', '|\n      body\n'],
  ]);
});

const MISTAKES: [string, string, number, number, RegExp][] = [
  ['a: 1\na: 2', 'duplicate-key', 2, 1, /twice/],
  ['{a: 1, a: 2}', 'duplicate-key', 1, 8, /"a"/],
  ['name: {{ foo }}', 'unquoted-template', 1, 7, /quoted/],
  ['- {{foo}}', 'unquoted-template', 1, 3, /quoted/],
  ['name: {{ foo }}/bar', 'yaml-syntax', 1, 7, /quoted/],
  ['a: !foo bar', 'yaml-unknown-tag', 1, 4, /!foo/],
  ['a: !!binary aGk=', 'yaml-unknown-tag', 1, 13, /binary/],
  ['__proto__: 1', 'yaml-key', 1, 1, /__proto__/],
  ['a: {constructor: 1}', 'yaml-key', 1, 5, /constructor/],
  ['1: x', 'yaml-key', 1, 1, /1 is not text/],
  ['true: x', 'yaml-key', 1, 1, /true is not text/],
  ['? [a]\n: b', 'yaml-key', 1, 3, /list/],
  ['a: 1e999', 'yaml-number', 1, 4, /1e999/],
  ['a: .nan', 'yaml-number', 1, 4, /nan/],
  ['a: 12345678901234567890', 'yaml-number', 1, 4, /does not fit/],
  ['a: *nope', 'yaml-alias', 1, 4, /&nope/],
  ['a: &a [*a]', 'yaml-alias', 1, 8, /itself/],
  ['a: [1', 'yaml-syntax', 1, 4, /./],
  ['a: "x', 'yaml-syntax', 1, 4, /never ends/],
  ['a: "x\n\ny"\nb: 1', 'yaml-syntax', 3, 1, /indented too little/],
  ["a:\n  - b: 'x\n   y'", 'yaml-syntax', 3, 4, /indented too little/],
  ['\ta: 1', 'yaml-syntax', 1, 1, /tab/],
  ['a: 1\nb: c: d', 'yaml-syntax', 2, 4, /./],
  ['a: @x', 'yaml-syntax', 1, 4, /@/],
  ['x: 1\n<<: 5', 'yaml-merge', 2, 1, /maps/],
  ['a: !vault abc', 'vault-no-key', 1, 11, /encrypted/],
];

describe('mistakes', () => {
  test.each(MISTAKES)('%j is %s', (...[text, code, line, column, what]) => {
    const problem = problemOf(() => readYaml(text, 'site.yml'));
    expect([problem.code, problem.place?.file, problem.place?.line, problem.place?.column]).toEqual([
      code,
      'site.yml',
      line,
      column,
    ]);
    expect(problem.what).toMatch(what);
  });

  test('an unquoted template is told how to be written', () => {
    expect(problemOf(() => readYaml('name: {{ foo }}', 'f')).remedy).toBe('Write "{{ foo }}".');
    expect(problemOf(() => readYaml('name: {{ foo }}/bar', 'f')).remedy).toMatch(/Quote/);
  });

  test('a pattern of hosts as a key within braces is to be quoted', () => {
    const { remedy } = problemOf(() => readYaml('web: { hosts: { web[01:07]: { site: a } } }', 'f'));
    expect(remedy).toBe(
      'Within braces or brackets, quote a text that contains [ ] { } or a comma, such as "web[1:9]".',
    );
  });

  test('all of a file are told at once', () => {
    try {
      readYaml('a: 1\na: 2\nb: !foo x\n', 'f');
      expect.unreachable();
    } catch (error) {
      expect(error instanceof Problems && error.problems.map((problem) => problem.code)).toEqual([
        'duplicate-key',
        'yaml-unknown-tag',
      ]);
    }
  });

  test.each([
    ['a list', '['.repeat(20_000)],
    ['a map', '{a: '.repeat(5_000)],
    ['lists in blocks', `${'- '.repeat(20_000)}a`],
    ['maps in blocks', Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('%s nested without end is a problem', (_name, text) => {
    expect(problemOf(() => readYaml(text, 'f')).code).toMatch(/^yaml-/);
  });

  test.each([150, 5_000, 50_000])('%i lists within one another are said to be too deep', (levels) => {
    const problem = problemOf(() => readYaml(`a: ${'['.repeat(levels)}${']'.repeat(levels)}`, 'f'));
    expect(problem).toMatchObject({ code: 'yaml-too-deep', what: 'Nested more than 100 levels deep' });
  });

  test('so are 2000 maps in blocks', () => {
    const text = Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n');
    expect(problemOf(() => readYaml(text, 'f')).code).toBe('yaml-too-deep');
  });

  test('an alias bomb is a problem, and quickly so', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 30; level++)
      lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
    expect(problemOf(() => readYaml(lines.join('\n'), 'f')).code).toBe('yaml-alias-bomb');
  });

  test('a huge file is a problem', () => {
    expect(problemOf(() => readYaml(`a: ${'x'.repeat(9_000_000)}`, 'f')).code).toBe('yaml-too-large');
  });
});

describe('vault values', () => {
  test('are opened by the callback, which is told the place', () => {
    const places: unknown[] = [];
    const [node] = readYaml('a: !vault |\n  -----BEGIN\n  abc\n', 'f', {
      decrypt: (armored, place) => {
        places.push([armored, place.line, place.column]);
        return Secret.of('opened-value');
      },
    });
    expect(places).toEqual([['-----BEGIN\nabc\n', 1, 11]]);
    const value = node?.kind === 'map' ? node.entries[0]?.value : undefined;
    expect(value?.kind === 'scalar' && value.value instanceof Secret && value.value.reveal()).toBe('opened-value');
  });

  test('that cannot be opened are problems like others', () => {
    const options = {
      decrypt: () => {
        throw new Problem({ code: 'vault-wrong-key', what: 'No key fits' });
      },
    };
    expect(problemOf(() => readYaml('a: !vault x', 'f', options)).code).toBe('vault-wrong-key');
  });
});

test('whatever the text, there is a result or problems with places', () => {
  const token = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '|',
    '>',
    '&x ',
    '*x',
    '!t ',
    '!vault ',
    '<<',
    '{{',
    '}}',
    '#',
    '\t',
    '? ',
    '---\n',
    '...',
    '%',
    '1',
    ',',
    '\u0000',
    '\ud800',
    'é',
  );
  const text = fc.oneof(
    fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join('')),
    fc.string({ maxLength: 200, unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, (source) => {
      try {
        readYaml(source, 'f');
      } catch (error) {
        if (!(error instanceof Problems)) throw error;
        for (const { place } of error.problems)
          expect(place !== undefined && place.line >= 1 && place.column >= 1).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});

describe('in turns', () => {
  test('the event loop has its turn while a long file is read, which comes to the same', async () => {
    const text = Array.from(
      { length: 3000 },
      (_, index) => `host-${index}:\n  address: 192.0.2.${index % 250}\n  names: [one, two]\n`,
    ).join('');
    let turns = 0;
    let isReading = true;
    const count = (): void => {
      turns += 1;
      if (isReading) setImmediate(count);
    };
    setImmediate(count);
    const nodes = await readYamlInTurns(text, 'inventory.yml');
    isReading = false;
    expect(nodes).toEqual(readYaml(text, 'inventory.yml'));
    expect(turns).toBeGreaterThan(5);
  });

  test.each([
    '',
    '# nothing\n',
    '--- 1\n--- 2\n',
    'a: [1\n',
    'a: 1\na: 2\n',
    `${'['.repeat(150)}${']'.repeat(150)}`,
    'a: !odd 1',
    'x: &a 1\ny: *a\n',
  ])('tells the same of %j', async (text) => {
    const told = (read: () => unknown): unknown => {
      try {
        return read();
      } catch (error) {
        return error;
      }
    };
    const inTurns = await readYamlInTurns(text, 'a.yml').catch((error: unknown) => error);
    expect(inTurns).toEqual(told(() => readYaml(text, 'a.yml')));
  });
});
