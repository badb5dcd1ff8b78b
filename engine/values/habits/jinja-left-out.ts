/** Words of Jinja that have no use here, by kind and name, with the reason. A translation leaves them out. */
export const JINJA_LEFT_OUT: ReadonlyMap<string, string> = new Map([
  [
    'filter bool',
    'A boolean is one: true and false are no texts. A text is compared: x == "true". For a value of either kind there is toBool(x).',
  ],
  ['filter list', 'A list is one already: there are no generators.'],
  ['filter safe', 'Nothing is escaped.'],
  ['method copy', 'A value is never changed.'],
]);
