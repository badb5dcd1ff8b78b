import { expect, test } from 'vitest';
import { asMap, readKeyValues, readWords } from '../../../engine/playbook/base/key-values.ts';
import { readYaml } from '../../../engine/values/yaml/yaml.ts';

test.each([
  ['src=a dest=/b mode=0644', '{src: a, dest: /b, mode: "0644"}'],
  ['name={{ item }} state=directory', '{name: "{{ item }}", state: directory}'],
  ['path={{ a | default("b c") }}/x owner=root', `{path: '{{ a | default("b c") }}/x', owner: root}`],
  ['msg="hello there" verbosity=1', '{msg: "hello there", verbosity: 1}'],
  ['name=a,b update_cache=yes enabled=no', '{name: "a,b", update_cache: true, enabled: false}'],
  ['line=\'a = "b"\' regexp=^a', `{line: 'a = "b"', regexp: "^a"}`],
  ['a=its b=0 c=012 d=1.10 e=', '{a: its, b: 0, c: "012", d: "1.10", e: ""}'],
])('%s', (text, map) => {
  const { pairs } = readKeyValues(text);
  expect(asMap(pairs)).toBe(map);
  const [node] = readYaml(map, 'x.yml');
  expect(node?.kind === 'map' ? node.entries.map(({ key }) => key) : []).toEqual(pairs.map(([name]) => name));
});

// What ansible-core 2.19 makes of each text (ansible.parsing.splitter).
test.each([
  ['a="b c" d=e', { a: 'b c', d: 'e' }, []],
  [String.raw`a="b\"c" d='e\'f'`, { a: 'b"c', d: "e'f" }, []],
  [String.raw`line="x\ty\n" regexp=^a\s+b$`, { line: 'x\ty\n', regexp: String.raw`^a\s+b$` }, []],
  [String.raw`a=\x41\u00e9\U0001F600`, { a: 'A\u00e9\u{1F600}' }, []],
  ['a={{ b }} c={% d e %} f={# g #}', { a: '{{ b }}', c: '{% d e %}', f: '{# g #}' }, []],
  ['a={{ b["c d"] }}/e f', { a: '{{ b["c d"] }}/e' }, ['f']],
  ['a="x\n  y" b=z', { a: 'x\n  y', b: 'z' }, []],
  ['src=a \\\n  dest=b', { src: 'a', dest: 'b' }, []],
  ['a= b="" c=d=e', { a: '', b: '', c: 'd=e' }, []],
  ['a="b"c', { a: '"b"c' }, []],
  ['echo a==b =c', {}, ['echo', 'a==b', '=c']],
] as const)('words of %s', (text, pairs, others) => {
  const read = readKeyValues(text);
  const isOfPairs = Object.keys(pairs).length > 0 || others.length === 0;
  if (isOfPairs) expect(Object.fromEntries(read.pairs)).toEqual(pairs);
  expect(read.others).toEqual(isOfPairs ? others : others.filter((word) => !/^[a-z]=/.test(word)));
});

test.each(['a="b', "it's", 'a={{ b', String.raw`a="b\"`, '{% if'])('%s has no end', (text) => {
  expect(readWords(text).isClosed).toBe(false);
});

test('a text of a megabyte of braces is read in time that grows with its length', () => {
  expect(readKeyValues('a={{ }} '.repeat(100_000)).pairs).toHaveLength(100_000);
  expect(readWords('a={{ '.repeat(200_000)).words).toHaveLength(1);
});
