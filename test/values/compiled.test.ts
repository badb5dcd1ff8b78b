import { describe, expect, test } from 'vitest';
import type { Node } from '../../engine/values/base/node.ts';
import { compileNode } from '../../engine/values/compiled.ts';
import { readYaml } from '../../engine/values/yaml/yaml.ts';
import { problemOf, scopeOf } from './variables.ts';

function nodeOf(text: string): Node {
  const [node] = readYaml(text, 'site.yml');
  if (node === undefined) throw new Error('no document');
  return node;
}

const compile = (text: string) => compileNode(nodeOf(text));

test('a value without templates is literal', () => {
  const compiled = compile('a: [1, "x", {b: null}]');
  expect(compiled.literal).toEqual({ a: [1, 'x', { b: null }] });
  expect(compiled.references.size).toBe(0);
  expect(compiled.resolve(scopeOf({}))).toBe(compiled.literal);
});

test('templates anywhere in a value are rendered, and keep their types', () => {
  const compiled = compile('a: "{{n}}"\nb: ["{{n}}-{{s}}", {c: "{{list}}"}]\nd: plain');
  expect(compiled.literal).toBeUndefined();
  expect([...compiled.references].sort()).toEqual(['list', 'n', 's']);
  expect(compiled.resolve(scopeOf({ n: 5, s: 'x', list: [1, 2] }))).toEqual({
    a: 5,
    b: ['5-x', { c: [1, 2] }],
    d: 'plain',
  });
});

test('maps have no prototype', () => {
  expect(Object.getPrototypeOf(compile('a: 1').literal)).toBeNull();
});

test('parts know their places', () => {
  const compiled = compile('options:\n  mode: "{{x}}"\n  list: [1, 2]\n');
  expect(compiled.placeOf(['options', 'mode'])).toMatchObject({ line: 2, column: 10 });
  expect(compiled.placeOf(['options', 'list', 1])).toMatchObject({ line: 3, column: 13 });
  expect(compiled.placeOf(['options', 'nope', 'deeper'])).toMatchObject({ line: 2, column: 3 });
});

test('a template in a key is a problem', () => {
  const problem = problemOf(() => compile('a:\n  "{{x}}": 1'));
  expect([problem.code, problem.place?.line, problem.place?.column]).toEqual(['template-in-key', 2, 4]);
});

describe('a mistake is told at its true place, however the text is written', () => {
  test.each<[string, string, number, number]>([
    ['plain', 'a: x {{nope}}', 1, 8],
    ['plain over lines', 'a: x\n  y {{nope}}', 2, 7],
    ['double quotes', 'a: "x {{nope}}"', 1, 9],
    ['double quotes with escapes', 'a: "\\t\\x41\\u00e9 {{nope}}"', 1, 20],
    ['double quotes over lines', 'a: "x\n\n   y {{nope}}"', 3, 8],
    ['quotes within the template', 'a: "{{eq \\"x\\" nope}}"', 1, 16],
    ['single quotes with a quote', "a: 'it''s {{nope}}'", 1, 13],
    ['a literal block', 'a: |\n  one\n\n    two {{nope}}\n', 4, 11],
    ['a folded block', 'a: >-\n  one\n  two {{nope}}\n', 3, 9],
    ['a block with a comment behind its header', 'a: | # {{nope}}\n    {{nope}}\n', 2, 7],
    ['windows line ends', 'a: |\r\n  one\r\n  {{nope}}\r\n', 3, 5],
    ['a list', 'a:\n  - - "{{nope}}"', 2, 10],
  ])('%s', (_name, text, line, column) => {
    const compiled = compile(text);
    const problem = problemOf(() => compiled.resolve(scopeOf({})));
    expect([problem.what, problem.place?.line, problem.place?.column]).toEqual([
      'There is no variable "nope"',
      line,
      column,
    ]);
  });
});
