/**
 * Words of Jinja that are useless here, with the reason. A translation leaves them out. The key is the kind, a blank
 * and the name.
 */
export const JINJA_LEFT_OUT: ReadonlyMap<string, string> = new Map([
  [
    'filter bool',
    'true and false are booleans, not text. Compare a text: x == "true". If the value may be a boolean or a text, write toBool(x).',
  ],
  ['filter list', 'The value is already a list: runbook has no generators.'],
  ['filter safe', 'runbook escapes nothing.'],
  ['method copy', 'A value never changes.'],
]);
