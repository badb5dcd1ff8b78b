import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { asMap, readKeyValues } from '../../../engine/playbook/base/key-values.ts';
import { readYaml } from '../../../engine/values/yaml/yaml.ts';

test.each([
  ['src=a dest=/b mode=0644', '{src: a, dest: /b, mode: "0644"}'],
  ['name={{ item }} state=directory', '{name: "{{ item }}", state: directory}'],
  ['path={{ a | default("b c") }}/x owner=root', `{path: '{{ a | default("b c") }}/x', owner: root}`],
  ['msg="hello there" verbosity=1', '{msg: "hello there", verbosity: 1}'],
  ['name=a,b update_cache=yes enabled=no', '{name: "a,b", update_cache: true, enabled: false}'],
  ['line=\'a = "b"\' regexp=^a', `{line: 'a = "b"', regexp: "^a"}`],
  ["a=it's b=0 c=012 d=1.10 e=", `{a: "it's", b: 0, c: "012", d: "1.10", e: ""}`],
])('%s', (text, map) => {
  const { pairs } = readKeyValues(text);
  expect(asMap(pairs)).toBe(map);
  const [node] = readYaml(map, 'x.yml');
  expect(node?.kind === 'map' ? node.entries.map(({ key }) => key) : []).toEqual(pairs.map(([name]) => name));
});

/** What a word is. This takes time that grows with the square of the length if braces are not closed. */
const WORD = /(?:\{\{[\s\S]*?\}\}|"(?:[^"\\]|\\[\s\S])*"|'[^']*'|[^\s"'{]|\{(?!\{)|["'])+/g;

test('words are those of the regular expression that defines them', () => {
  const pieces = ['{{', '}}', '{', '}', '"', "'", '\\', ' ', 'a', '=', '\n', '\u1680', 'b c'];
  assert(
    property(array(constantFrom(...pieces), { maxLength: 14 }), (some) => {
      const text = some.join('');
      const { pairs, others } = readKeyValues(text);
      const words = text.match(WORD) ?? [];
      expect(others).toEqual(words.filter((word) => !/^[A-Za-z_]\w*=/.test(word)));
      expect(pairs).toHaveLength(words.length - others.length);
    }),
    { numRuns: 20_000 },
  );
});

test('a text of a megabyte of braces is read in time that grows with its length', () => {
  expect(readKeyValues('a={{ '.repeat(200_000)).pairs).toHaveLength(200_000);
});
