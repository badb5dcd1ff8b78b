import { expect, test } from 'vitest';
import { jinjaOfYaml } from '../../../engine/convert/base/jinja-of-yaml.ts';
import { YamlSource } from '../../../engine/convert/base/yaml-source.ts';

test.each([
  ['text', "'text'"],
  ['"5"', "'5'"],
  ['5', '5'],
  ['-1.5', '-1.5'],
  ['yes', 'true'],
  ['"yes"', "'yes'"],
  ['010', "'010'"],
  ['~', 'none'],
  ["it's \\ here", String.raw`'it\'s \\ here'`],
  ['"{{ a | b }}"', '(a | b)'],
  ['x{{ a }}y', "'x' ~ (a) ~ 'y'"],
  ['"}} {{"', undefined],
  ['"{{ a }} }} {{ b"', undefined],
  ['""', "''"],
  ['[a, [1], {b: c}]', "['a', [1], {'b': 'c'}]"],
  ['"{% if a %}b{% endif %}"', undefined],
  ['!unsafe a', undefined],
  ['[a, !vault b]', undefined],
])('%s is %s', (yaml, expected) => {
  const [root] = new YamlSource('x.yml', yaml).roots;
  expect(jinjaOfYaml(root ?? null)).toBe(expected);
});
