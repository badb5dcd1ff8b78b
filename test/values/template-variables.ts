import { Secret } from '../../engine/values/base/secret.ts';
import { type Value, Unknown } from '../../engine/values/base/value.ts';
import { parseTemplate } from '../../engine/values/template/template.ts';
import { scopeOf } from './variables.ts';

export const place = { file: 'site.yml', line: 10, column: 5 };
export const later = new Unknown('task "Members"');
export const fresh = new Unknown('task "Key"', true);
export const variables: Record<string, Value> = {
  one: 1,
  two: 2,
  text: 'x',
  word: 'false',
  empty: '',
  yes: true,
  no: false,
  nothing: null,
  list: ['a', 'b'],
  none: [],
  map: { key: 1, inner: { deep: 'd' }, nothing: null },
  blank: {},
  users: [
    { name: 'ann', admin: true },
    { name: 'bob', admin: false },
  ],
  password: Secret.of('pa55word-one'),
  later,
  fresh,
  mixed: { known: 1, later, password: Secret.of('pa55word-two') },
};

/** Renders a YAML value with the variables above. */
export function render(text: string): Value {
  return parseTemplate(text, place).render(scopeOf(variables));
}
