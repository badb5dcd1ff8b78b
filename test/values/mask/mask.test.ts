import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hideNumber, MASK, Secret } from '../../../engine/values/base/secret.ts';
import { OMIT, Unknown, type Value } from '../../../engine/values/base/value.ts';
import { mask, maskAtOnce, maskedOnce, maskValue } from '../../../engine/values/mask/mask.ts';

const PEM = [
  '-----BEGIN PRIVATE KEY-----',
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC',
  'BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj',
  'Zz09',
  '-----END PRIVATE KEY-----',
  '',
].join('\n');
const QUOTED = `it's "a" \\ tricky\nsecret & more`;
for (const text of [
  'correct-horse',
  'abcdef',
  'defghi',
  'abcdefghijkl',
  'abc',
  'tail-newline\n',
  'grüße-€',
  PEM,
  QUOTED,
])
  Secret.of(text);
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a secret is hidden', () => {
  test.each([
    ['as it is', 'password: correct-horse!', `password: ${MASK}!`],
    ['more than once', 'correct-horse correct-horse', `${MASK} ${MASK}`],
    ['at once after another', 'correct-horsecorrect-horse', MASK],
    ['in base64', `data: ${base64('correct-horse')}`, `data: ${MASK}`],
    ['without its line end', 'x tail-newline y', `x ${MASK} y`],
    ['overlapping another', '<abcdefghi>', `<${MASK}>`],
    ['within a longer one', '<abcdefghijkl>', `<${MASK}>`],
    ['in JSON', JSON.stringify({ a: QUOTED }), `{"a":"${MASK}"}`],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ a: QUOTED })), `"{\\"a\\":\\"${MASK}\\"}"`],
    ['in a word of shell', `echo '${QUOTED.replaceAll("'", `'\\''`)}'`, `echo '${MASK}'`],
    ['in an address', `https://h/?q=${encodeURIComponent(QUOTED)}&r=1`, `https://h/?q=${MASK}&r=1`],
    ['beyond ASCII', `a grüße-€ b ${encodeURIComponent('grüße-€')}`, `a ${MASK} b ${MASK}`],
    ['by a line of it', `+MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n`, `+${MASK}\n`],
    ['by a line of it, indented', `  key: |\n    BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n`, `  key: |\n    ${MASK}\n`],
  ])('%s', (_name, text, expected) => {
    expect(mask(text)).toBe(expected);
  });

  test.each([0, 1, 2, 3, 4, 5])('within the base64 of a longer text, %d characters behind its begin', (lead) => {
    const whole = base64(`${'x'.repeat(lead)}correct-horse${'y'.repeat(7)}`);
    const hidden = mask(whole);
    expect(hidden).toContain(MASK);
    const [before = '', behind = ''] = hidden.split(MASK);
    expect(before.length + behind.length).toBeLessThanOrEqual(whole.length - 14);
  });

  test('in base64 for URLs', () => {
    const secret = Secret.of('??>>~~\u00ff?secret').reveal();
    expect(mask(Buffer.from(secret).toString('base64url'))).toContain(MASK);
    expect(mask(Buffer.from(`ab${secret}`).toString('base64url'))).toContain(MASK);
  });
});

describe('shown as it is', () => {
  test.each([
    '',
    'abc',
    'ab',
    'nothing here',
    '-----BEGIN PRIVATE KEY-----',
    'Zz09',
    'correct-hors',
    'x'.repeat(10_000),
  ])('%j', (text) => {
    expect(mask(text)).toBe(text);
  });
});

test.each([' ', '\t', '\\', '%', '&', "'", '{', '=', '-----', '://a:'])(
  'text that says %j again and again takes no time',
  (one) => {
    const text = `${one.repeat(500_000)}\n.`;
    expect(mask(text)).toBe(text);
  },
);

test('a secret that is made later is hidden from then on', () => {
  expect(mask('later-made')).toBe('later-made');
  Secret.of('later-made');
  expect(mask('later-made')).toBe(MASK);
});

test('values for outputs hold neither secrets nor unknowns', () => {
  const value = {
    a: Secret.of('value-secret'),
    b: [new Unknown('task "T"'), 'say value-secret'],
    'value-secret': 1,
    c: null,
    d: true,
  };
  expect(maskValue(value)).toEqual({ a: MASK, b: ['(known after apply)', `say ${MASK}`], [MASK]: 1, c: null, d: true });
});

test('a value that is written at once is copied only if something in it is masked', () => {
  const secret = Secret.of('at-once-secret');
  const lines = Secret.of('first-of-two\nsecond-of-two');
  hideNumber('918273645', 918273645);
  const clear = [{ a: 'text', b: [1, true, null, { c: ['x', 'y'] }], d: {} }, ['x'], 'x', 1, null];
  for (const value of clear) expect(maskAtOnce(value)).toBe(value);
  const masked: readonly Value[] = [
    { a: { b: [secret] } },
    { a: ['say at-once-secret'] },
    { 'at-once-secret': 1 },
    { a: [new Unknown('task "T"')], b: OMIT },
    { a: lines.reveal().split('\n') },
    { a: 918273645 },
    secret,
  ];
  for (const value of masked) {
    expect(maskAtOnce(value)).toEqual(maskValue(value));
    expect(JSON.stringify(maskAtOnce(value))).not.toMatch(/at-once-secret|of-two|918273645/);
  }
});

test('no secret survives, whatever is around it', () => {
  const secret = fc
    .string({ minLength: 4, maxLength: 30, unit: 'binary' })
    .filter((text) => !MASK.includes(text) && text.isWellFormed());
  const around = fc.string({ maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(secret, { minLength: 1, maxLength: 4 }),
      fc.array(around, { minLength: 5, maxLength: 5 }),
      (secrets, texts) => {
        for (const text of secrets) Secret.of(text);
        const plain = texts.map((text, index) => text + (secrets[index] ?? '')).join('');
        const forms = [plain, JSON.stringify(plain), encodeURIComponent(plain), plain.replaceAll("'", `'\\''`)];
        for (const form of forms) {
          const hidden = mask(form);
          for (const text of secrets) {
            for (const written of [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]) {
              // The text beside the mask may look like a part of the mask.
              if (!written.includes('*')) expect(hidden.includes(written)).toBe(false);
            }
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('no base64 of a secret survives', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 6, maxLength: 40, unit: 'grapheme' }),
      fc.string({ maxLength: 8 }),
      fc.string({ maxLength: 8 }),
      (text, before, behind) => {
        if (Buffer.byteLength(text) < 6 || text.trim() === '') return;
        Secret.of(text);
        for (const encoding of ['base64', 'base64url'] as const) {
          const hidden = mask(Buffer.from(before + text + behind).toString(encoding));
          expect(
            Buffer.from(hidden.replaceAll('*', ''), encoding).toString().includes(text) && !hidden.includes(MASK),
          ).toBe(false);
          expect(hidden).toContain(MASK);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('what is masked once is masked anew as soon as another secret is known', () => {
  let made = 0;
  const masked = maskedOnce(({ name }: { readonly name: string }) => {
    made += 1;
    return mask(name);
  });
  const task = { name: 'ask not-a-secret-yet' };
  expect([masked(task), masked(task), made]).toEqual(['ask not-a-secret-yet', 'ask not-a-secret-yet', 1]);
  Secret.of('not-a-secret-yet');
  expect([masked(task), masked(task), made]).toEqual([`ask ${MASK}`, `ask ${MASK}`, 2]);
});
