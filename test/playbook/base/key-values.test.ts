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
