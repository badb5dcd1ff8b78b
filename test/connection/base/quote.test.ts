import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quote } from '../../../engine/connection/base/quote.ts';

describe('quote', () => {
  test.each(['plain', '/etc/hosts', 'user@host:22', 'a=b', '50%', 'x,y', '-v', '+x'])('leaves %j as it is', (text) => {
    expect(quote(text)).toBe(text);
  });

  test('gives an empty text as an empty word', () => {
    expect(quote('')).toBe("''");
  });

  test('refuses a NUL byte', () => {
    expect(() => quote('a\0b')).toThrow(RangeError);
  });

  test('a shell sees the same words again, whatever they hold', () => {
    const character = fc.constantFrom(...Array.from(`'"\\$\`;&|<>(){}[]*?~!# \t\n-=éß😀ab`));
    const words = fc.array(fc.string({ unit: character, maxLength: 30 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(words, (list) => {
        const script = `printf '%s\\0' ${list.map(quote).join(' ')}`;
        expect(execFileSync('sh', ['-c', script]).toString()).toBe(list.map((word) => `${word}\0`).join(''));
      }),
      { numRuns: 30 },
    );
  });
});
