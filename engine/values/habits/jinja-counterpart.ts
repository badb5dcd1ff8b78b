/**
 * A word of Jinja that has a counterpart, with an example and its translation as an expression, a template, or both.
 */
export interface JinjaCounterpart {
  readonly kind: 'filter' | 'test' | 'method' | 'call' | 'operator';
  readonly name: string;
  /** An example, with the variables below. */
  readonly jinja: string;
  readonly expression?: string;
  readonly template?: string;
  /** A sentence about the difference. */
  readonly note?: string;
  /** The result of the example, in Ansible and here. */
  readonly gives: unknown;
}

/** The variables of the examples. x is not defined. */
export const COUNTERPART_VARIABLES = {
  s: 'Abc',
  t: 'a,b',
  k: 7,
  n: '7',
  f: 1.5,
  y: true,
  nothing: null,
  p: '/etc/app.conf',
  v: '1.10.2',
  text: 'one\ntwo',
  xs: [3, 1, 2],
  ys: [2, 3],
  zs: [1, 1, 2],
  ts: ['a', 'b'],
  m: { a: 1, b: 2 },
  people: [{ name: 'ann' }, { name: 'bob' }],
  r: { changed: true, failed: false, skipped: false },
} as const;
