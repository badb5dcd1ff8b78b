import * as fc from 'fast-check';

const PIECES = [
  '',
  '\n',
  '\n\n',
  '\r\n',
  '\0',
  '\t',
  ' ',
  '\\',
  "'",
  '"',
  '%s',
  '$(id)',
  '`id`',
  '*',
  ':',
  '\xff\xfe',
  '\xc3\xbc',
  '\x1b[2J',
  // Words that looks print themselves.
  'file',
  '+x',
  'user:ada:0:/root',
  'user ada',
  'group:wheel:0:',
  '@candidates',
  '@/x',
  'dpkg',
  'absent',
  'w',
  'unmanaged',
  'z',
  '0'.repeat(24),
  `${'0'.repeat(24)}z${'0'.repeat(24)}`,
  'ssh-ed25519 AAAA x',
  'Id=a.service\n',
  'x'.repeat(70_000),
];

/**
 * Contents of a file: with and without a line end after the last line, NUL bytes, carriage returns, long lines, bytes
 * that are not UTF-8.
 */
export const content: fc.Arbitrary<Buffer> = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 8 })), { maxLength: 8 })
  .map((pieces) => Buffer.from(pieces.join(''), 'latin1'));

/** Names of files, without NUL bytes and slashes, and in UTF-8, like those in playbooks. */
export const fileName: fc.Arbitrary<string> = fc.constantFrom(
  'a',
  'b',
  'c',
  'with space',
  "quote'd",
  '$(touch x)',
  '`id`; "',
  'line\nbreak',
  'end\n',
  'cr\r',
  'back\\slash',
  'tab\there',
  '-rf',
  '*',
  'ünï',
  "'quoted'",
  'a -> b',
  'a ->',
  "a' -> 'b",
  'b -> ',
  '...',
  ' ',
  'x'.repeat(255),
);

/** Names of accounts and groups, some of which begin in the same way. */
export const accountName: fc.Arbitrary<string> = fc.constantFrom(
  'ada',
  'ad',
  'adam',
  'bea',
  'a.b',
  'b-c',
  '_x',
  'root',
);
