/** A word of Jinja that has a counterpart: one use of it, and the same as an expression, as a template, or as both. */
export interface JinjaCounterpart {
  readonly kind: 'filter' | 'test' | 'method' | 'call' | 'operator';
  readonly name: string;
  /** One use of it, with the variables of the example. */
  readonly jinja: string;
  readonly expression?: string;
  readonly template?: string;
  /** A sentence about what differs. */
  readonly note?: string;
  /** What the use gives in Ansible, and here. */
  readonly gives: unknown;
}

/** The variables that the uses are about; x is not there. */
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
