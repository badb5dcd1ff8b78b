import { randomInt } from 'node:crypto';
import type { Value } from '../base/value.ts';
import { currentLookups } from '../language/current-lookups.ts';
import { ArgumentFault } from '../language/fault.ts';
import { listOf, textOf, wholeOf } from './arguments.ts';
import { type SharedFunction, optional, required } from './shared-function.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Sets of characters by the names that Ansible has for them. */
const SETS: ReadonlyMap<string, string> = new Map([
  ['ascii_lowercase', LETTERS],
  ['ascii_uppercase', LETTERS.toUpperCase()],
  ['ascii_letters', LETTERS + LETTERS.toUpperCase()],
  ['digits', '0123456789'],
  ['hexdigits', '0123456789abcdefABCDEF'],
  ['punctuation', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
]);
const USUAL: readonly Value[] = ['ascii_letters', 'digits', '.,:-_'];
const USUAL_LENGTH = 20;
/** In characters. */
const LONGEST = 4096;

/** A password that is made once and kept in a file of the controller. */
export const passwordFunctions: readonly SharedFunction[] = [
  {
    name: 'password_file',
    form: 'function',
    summary:
      'The password in a file of the controller, as a secret. A play makes the file with a random password if there is none; before that, the password is unknown. length is the number of characters (20 by default); chars is a list of sets (ascii_letters, digits, hexdigits, punctuation, …) and of characters themselves.',
    parameters: [required('path', 'string'), optional('length', 'int'), optional('chars', 'list')],
    returns: 'dyn',
    template: '{{length (password_file "secrets/db")}}',
    expression: 'size(passwordFile("secrets/db"))',
    gives: 20,
    secrets: 'kept',
    run: ([path, length, chars]) => {
      const count = length === undefined ? USUAL_LENGTH : wholeOf(length);
      if (count < 1 || count > LONGEST)
        throw new ArgumentFault(`A password has from 1 to ${LONGEST} characters, and not ${count}`);
      const alphabet = alphabetOf(chars === undefined ? USUAL : listOf(chars));
      return currentLookups().kept(textOf(path, 'path'), () => randomText(alphabet, count));
    },
  },
];

function alphabetOf(sets: readonly Value[]): readonly string[] {
  const all = sets.map((one) => textOf(one, 'set of characters')).map((one) => SETS.get(one) ?? one);
  const alphabet = [...new Set(all.join(''))];
  if (alphabet.length < 2)
    throw new ArgumentFault(
      'chars names fewer than two characters',
      'Leave it out, or write ["ascii_letters", "digits"].',
    );
  return alphabet;
}

function randomText(alphabet: readonly string[], length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)] ?? '').join('');
}
