/** A value in an encrypted file. */
export interface Shape {
  readonly what: string;
  readonly value: string | number;
  /** The form in which it is written there; the default is JSON. */
  readonly written?: string;
  /** The parts of it that must not be shown, if that is not the value itself. */
  readonly secrets?: readonly string[];
}

const key = Array.from(
  { length: 24 },
  (_, index) =>
    `Cnry02${Buffer.from(`line ${index} of the key, ${index * 7919}`)
      .toString('base64')
      .padEnd(58, 'x')
      .slice(0, 58)}`,
);

export const SHAPES: readonly Shape[] = [
  { what: 'a word', value: 'Cnry01-alpha-Q7x' },
  {
    what: 'a private key of many lines',
    value: `-----BEGIN PRIVATE KEY-----\n${key.join('\n')}\nCnry02end==\n-----END PRIVATE KEY-----\n`,
  },
  { what: 'base64', value: Buffer.from('Cnry03 binary \u0001\u0002 stuff').toString('base64') },
  { what: 'JSON in a text', value: '{"Cnry04": "a b", "n": [1, 2]}' },
  { what: 'quotes and backslashes', value: `Cnry05'a"b\\c'd"e` },
  { what: 'what an address must encode', value: 'Cnry06/a?b=c&d e+f#g' },
  { what: 'four characters', value: 'Zq4~' },
  { what: 'a line end behind it', value: 'Cnry08-trailing\n' },
  { what: 'lines that end in CRLF', value: 'Cnry09-first line\r\nCnry09-second line\r\n' },
  { what: 'characters beyond ASCII', value: 'Cnry10-grüße-日本-🔑' },
  { what: 'tabs', value: 'Cnry11\tcolumn\ttwo' },
  { what: 'spaces around and within', value: '  Cnry12  two  spaces ' },
  { what: 'short lines', value: 'Cn13a\nb13\nc13\nd13e\n' },
  { what: 'percent signs', value: 'Cnry14%2Fa%20b' },
  { what: 'a hash of crypt', value: '$6$Cnry15salt$x/Yz.0123456789abcdefABCDEF' },
  { what: 'hexadecimal', value: 'c16e0fdeadbeef0123456789abcdef55' },
  { what: 'four kilobytes', value: `Cnry17-${'long-value-0123456789 '.repeat(200)}` },
  { what: 'HTML', value: `Cnry18<b a='1'>&amp;"x"</b>` },
  { what: 'a backslash at its end', value: 'Cnry19-ends-with\\' },
  { what: 'shell', value: 'Cnry20 $(id) `id` ${x} !y' },
  { what: 'a whole number', value: 908172631, written: '908172631' },
  { what: 'a number with a fraction', value: 5.1617283945, written: '5.1617283945' },
  { what: 'a number with a zero in front', value: 1234567, written: '01234567', secrets: ['1234567'] },
  {
    what: 'a number with an exponent',
    value: 7.654321e10,
    written: '7.654321e+10',
    secrets: ['76543210000', '7.654321e+10'],
  },
  {
    what: 'a text with a template in it',
    value: 'postgres://app:Cnry25-literal@db.example.org/x',
    written: '"postgres://app:Cnry25-literal@{{db_host}}/x"',
    secrets: ['Cnry25-literal'],
  },
  {
    what: 'a template with a text in it',
    value: 'Cnry26-fallback',
    written: `'{{default missing_one "Cnry26-fallback"}}'`,
  },
  { what: 'a password in an address', value: 'amqp://user:Cnry27pass@mq:5672/', secrets: ['Cnry27pass'] },
  { what: 'an English sentence', value: 'Cnry28 correct horse battery staple' },
];

/** Values from other sources, with the word in them. */
export const ELSEWHERE = {
  inMap: 'Cnry29-in-a-map',
  inList: 'Cnry30-in-a-list',
  mapKey: 'Cnry31Key-7f',
  inlineVault: 'Cnry32-inline',
  extraFile: 'Cnry33-extra-file',
  varsFile: 'Cnry34-vars-file',
  plainPassword: 'Cnry35-plain-password',
  typedPassword: 'Cnry36-typed-password',
} as const;

/**
 * Values of -e from the command line. Outputs of tasks may show the results that the playbook makes of them; journals
 * and listings must not show the values.
 */
export const TYPED = { pair: 'Cnry37-typed', map: 'Cnry38-typed-map' } as const;
