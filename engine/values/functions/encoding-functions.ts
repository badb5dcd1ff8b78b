import { quote } from '../../connection/base/quote.ts';
import { ArgumentFault } from '../language/fault.ts';
import { textOf } from './arguments.ts';
import { type SharedFunction, required } from './shared-function.ts';

function decode(text: string): string {
  const compact = text.replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(compact)) throw new ArgumentFault('The text is not base64');
  const bytes = Buffer.from(compact, 'base64');
  const decoded = bytes.toString('utf8');
  if (!Buffer.from(decoded, 'utf8').equals(bytes))
    throw new ArgumentFault('The base64 contains bytes that are not text');
  return decoded;
}

function shellWord(text: string): string {
  if (text.includes('\0')) throw new ArgumentFault('Text with a NUL character cannot be a word of shell');
  return quote(text);
}

const text = required('text', 'string');

/** Texts in another form, for another reader. */
export const encodingFunctions: readonly SharedFunction[] = [
  {
    name: 'quote',
    form: 'method',
    summary: 'The text as one word of a POSIX shell, so that nothing in the text is run.',
    parameters: [text],
    returns: 'string',
    template: '{{quote "it\'s $HOME"}}',
    expression: '"it\'s $HOME".quote()',
    gives: "'it'\\''s $HOME'",
    secrets: 'embedded',
    run: ([whole]) => shellWord(textOf(whole)),
  },
  {
    name: 'b64encode',
    form: 'method',
    summary: 'The text (UTF-8), encoded in base64.',
    parameters: [text],
    returns: 'string',
    template: '{{b64encode "etcd"}}',
    expression: '"etcd".b64encode()',
    gives: 'ZXRjZA==',
    secrets: 'derived',
    run: ([whole]) => Buffer.from(textOf(whole), 'utf8').toString('base64'),
  },
  {
    name: 'b64decode',
    form: 'method',
    summary: 'The text (UTF-8), decoded from base64.',
    parameters: [text],
    returns: 'string',
    template: '{{b64decode "ZXRjZA=="}}',
    expression: '"ZXRjZA==".b64decode()',
    gives: 'etcd',
    secrets: 'derived',
    run: ([whole]) => decode(textOf(whole)),
  },
];
