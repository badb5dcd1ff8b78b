import { execFileSync } from 'node:child_process';
import { deflateSync } from 'node:zlib';

/** A way in which a program may write a secret down. */
export interface Encoding {
  /** The name in docs/security.md. */
  readonly name: string;
  readonly encode: (secret: string) => string;
  /** True if a program writes this form, which takes longer. */
  readonly isOfProgram?: true;
}

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const base64 = (text: string): string => bytes(text).toString('base64');
const hex = (text: string): string => bytes(text).toString('hex');
const wrap = (text: string, width: number, end = '\n'): string =>
  (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(end) + end;
const lowerPercents = (text: string): string => text.replaceAll(/%[0-9A-F]{2}/g, (one) => one.toLowerCase());
/** The form of Python's `quote(text, safe="")`. */
const percents = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
const units = (text: string): readonly string[] => text.split('');
const ascii = (text: string, digits: (code: number) => string): string =>
  units(JSON.stringify(text).slice(1, -1))
    .map((one) => (one.charCodeAt(0) > 126 ? `\\u${digits(one.charCodeAt(0))}` : one))
    .join('');
const four = (code: number): string => code.toString(16).padStart(4, '0');
const bash = (script: string, text: string): string =>
  execFileSync('bash', ['-c', script, 'bash', text], { encoding: 'utf8' });
const entity = (text: string, named: Readonly<Record<string, string>>): string =>
  text.replaceAll(/[&<>"']/g, (one) => named[one] ?? one);
const octets = (text: string, one: (byte: number) => string): string => [...bytes(text)].map(one).join('');

/** Forms that no output shows. */
export const MASKED: readonly Encoding[] = [
  { name: 'the text itself, within any other text', encode: (text) => `before ${text} behind` },
  { name: 'base64, in one line', encode: base64 },
  {
    name: 'base64, wrapped at 76 or 64 columns or any other width',
    encode: (text) => wrap(base64(text), 76) + wrap(base64(text), 64) + wrap(base64(text), 10),
  },
  {
    name: 'base64, wrapped with CRLF or indented',
    encode: (text) => wrap(base64(text), 76, '\r\n') + wrap(base64(text), 64, '\n    '),
  },
  {
    name: 'base64 for addresses, with or without `=`',
    encode: (text) => `${bytes(text).toString('base64url')} ${base64(text).replaceAll('+', '-').replaceAll('/', '_')}`,
  },
  {
    name: 'base64 of a longer text that holds it',
    encode: (text) => ['', 'u', 'us'].map((before) => base64(`${before}${text}@host`)).join(' '),
  },
  { name: 'base64 within JSON, also wrapped', encode: (text) => JSON.stringify({ data: wrap(base64(text), 76) }) },
  { name: 'hexadecimal in lower or upper case', encode: (text) => `${hex(text)} ${hex(text).toUpperCase()}` },
  {
    name: 'hexadecimal, wrapped (`xxd -p`)',
    encode: (text) => wrap(hex(text), 60) + wrap(hex(text).toUpperCase(), 32),
  },
  {
    name: 'percent encoding in upper or lower case, of any set of characters',
    encode: (text) =>
      [
        encodeURIComponent(text),
        percents(text),
        lowerPercents(percents(text)),
        octets(text, (byte) => `%${byte.toString(16).padStart(2, '0')}`),
      ].join(' '),
  },
  {
    name: 'percent encoding of forms, with `+` for a space',
    encode: (text) => new URLSearchParams({ a: text }).toString(),
  },
  {
    name: 'JSON within percent encoding, and percent encoding within JSON',
    encode: (text) => {
      const json = encodeURIComponent(JSON.stringify(text));
      return `${json} ${encodeURIComponent(json)} ${JSON.stringify(encodeURIComponent(text))}`;
    },
  },
  {
    name: 'base64 of JSON',
    encode: (text) => `${base64(JSON.stringify(text))} ${base64(`"${ascii(text, four)}"`)}`,
  },
  {
    name: 'JSON, also within JSON',
    encode: (text) => `${JSON.stringify(text)} ${JSON.stringify(JSON.stringify(text))}`,
  },
  {
    name: 'JSON with `\\uXXXX` in lower or upper case',
    encode: (text) => `"${ascii(text, four)}" "${ascii(text, (code) => four(code).toUpperCase())}"`,
  },
  {
    name: `a word of shell in quotes, with \`'\\''\` or \`'"'"'\``,
    encode: (text) => `'${text.replaceAll("'", `'\\''`)}' '${text.replaceAll("'", `'"'"'`)}'`,
  },
  {
    isOfProgram: true,
    name: "a word of shell as `$'…'`, with names, octal or hexadecimal numbers",
    encode: (text) =>
      [
        bash('printf %s "${1@Q}"', text),
        `$'${octets(text, (byte) => `\\${byte.toString(8).padStart(3, '0')}`)}'`,
        `$'${octets(text, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`)}'`,
      ].join(' '),
  },
  { isOfProgram: true, name: 'a word of shell by `printf %q`', encode: (text) => bash('printf %q "$1"', text) },
  {
    isOfProgram: true,
    name: 'a text of Python (`repr`), JavaScript or C',
    encode: (text) =>
      execFileSync(
        'python3',
        ['-c', 'import sys; t = sys.stdin.buffer.read().decode(); print(repr(t)); print(ascii(t))'],
        {
          input: text,
          encoding: 'utf8',
        },
      ),
  },
  {
    name: 'HTML and XML, with names or numbers',
    encode: (text) =>
      [
        entity(text, { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }),
        entity(text, { '&': '&#38;', '<': '&#60;', '>': '&#x3E;', '"': '&#34;', "'": '&#x27;' }),
      ].join(' '),
  },
  {
    name: 'upper case and lower case, from 8 characters on where it has a digit',
    encode: (text) => `${text.toUpperCase()} ${text.toLowerCase()}`,
  },
];

/** Forms that are not found: printing them shows the secret. */
export const SHOWN: readonly Encoding[] = [
  { name: 'backwards', encode: (text) => units(text).toReversed().join('') },
  { name: 'with other characters in between: one a line, or with spaces', encode: (text) => units(text).join(' ') },
  {
    name: 'as a dump: `od`, `hexdump`, `xxd` without `-p`, or hexadecimal with colons',
    encode: (text) => (hex(text).match(/../g) ?? []).join(':'),
  },
  {
    name: 'base32, base58, base85, quoted-printable, rot13',
    encode: (text) =>
      text.replaceAll(/[A-Za-z]/g, (one) => String.fromCharCode(one.charCodeAt(0) + (/[A-Ma-m]/.test(one) ? 13 : -13))),
  },
  { name: 'compressed, or encrypted', encode: (text) => deflateSync(bytes(text)).toString('base64') },
  {
    name: 'another alphabet of base64',
    encode: (text) =>
      base64(text).replaceAll(/[A-Za-z]/g, (one) => (/[a-z]/.test(one) ? one.toUpperCase() : one.toLowerCase())),
  },
  {
    name: 'a digest, which a short secret can be guessed from',
    encode: (text) => execFileSync('md5sum', { input: text, encoding: 'utf8' }),
  },
];
