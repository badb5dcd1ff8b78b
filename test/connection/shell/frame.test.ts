import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoundedOutput } from '../../../engine/connection/shell/bounded-output.ts';
import { FrameDecoder, newMarker } from '../../../engine/connection/shell/frame-decoder.ts';

const MARKER = '0123456789abcdef0123456789abcdef';

function decode(chunks: readonly Buffer[]): { output: Buffer; status: string; done: boolean } {
  const output: Buffer[] = [];
  const decoder = new FrameDecoder(MARKER, (data) => output.push(Buffer.from(data)));
  for (const chunk of chunks) decoder.write(chunk);
  return { output: Buffer.concat(output), status: decoder.status, done: decoder.done };
}

/** Returns the same bytes, cut at the given places. */
function cut(data: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [
    0,
    ...places.map((place) => place % (data.length + 1)).toSorted((one, other) => one - other),
    data.length,
  ];
  return sorted.slice(1).map((end, index) => data.subarray(sorted[index], end));
}

describe('FrameDecoder', () => {
  const answer = Buffer.from(`noise${MARKER}{out\0put, no newline${MARKER}}17\n`);

  test('finds the answer when it is cut at any one place', () => {
    for (let place = 0; place <= answer.length; place += 1) {
      expect(decode(cut(answer, [place]))).toEqual({
        output: Buffer.from('out\0put, no newline'),
        status: '17',
        done: true,
      });
    }
  });

  test('finds the answer byte by byte', () => {
    expect(decode([...answer].map((byte) => Buffer.from([byte]))).output.toString()).toBe('out\0put, no newline');
  });

  test('gives back any bytes, however they are cut, even pieces of the marker', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.integer({ min: 1, max: MARKER.length }).map((length) => Buffer.from(MARKER.slice(0, length))),
      fc.constant(Buffer.from('}')),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(500)), fc.nat(255), (pieces, places, status) => {
        const output = Buffer.concat(pieces);
        fc.pre(!output.includes(`${MARKER}}`));
        const whole = Buffer.concat([Buffer.from(`${MARKER}{`), output, Buffer.from(`${MARKER}}${status}\n`)]);
        expect(decode(cut(whole, places))).toEqual({ output, status: String(status), done: true });
      }),
    );
  });

  test('hands output on at once, apart from what may be the beginning of the marker', () => {
    expect(decode([Buffer.from(`${MARKER}{Password: `)]).output.toString()).toBe('Password: ');
    expect(decode([Buffer.from(`${MARKER}{hash 0123`)]).output.toString()).toBe('hash ');
  });

  test.each(['1'.repeat(1_000_000), 'NaN\n', '-1\n', '123456\n', '\x1b]0;title\n', ' 1\n'])(
    'what is no exit status is told, and not kept: %#',
    (status) => {
      const decoder = new FrameDecoder(MARKER, () => {});
      decoder.write(Buffer.from(`${MARKER}{${MARKER}}`));
      for (const piece of status.match(/[^]{1,1000}/g) ?? []) decoder.write(Buffer.from(piece));
      expect(decoder).toMatchObject({ done: false, garbled: true });
      expect(decoder.status.length).toBeLessThan(10);
    },
  );

  test('is not done before its end', () => {
    expect(decode([answer.subarray(0, -1)]).done).toBe(false);
  });
});

test('no two markers are equal', () => {
  expect(new Set(Array.from({ length: 100 }, newMarker)).size).toBe(100);
});

describe('BoundedOutput', () => {
  test('keeps the first bytes, says that it cut, and still knows the last lines', () => {
    const output = new BoundedOutput(8);
    for (const part of ['12345', '67890', '\nmiddle\n', 'the end\n']) output.add(Buffer.from(part));
    expect(output.content().toString()).toBe('12345678');
    expect(output.cut).toBe(true);
    expect(output.lastText()).toContain('middle\nthe end');
  });

  test('keeps no half of a line that may be half of a secret', () => {
    const output = new BoundedOutput(12);
    output.add(Buffer.from('first\nsecret-word\nand more\nlast\n'));
    expect(output.wholeLines().toString()).toBe('first\n');
    expect(output.lastText()).toBe('secret-word\nand more\nlast');
    const long = new BoundedOutput(100_000);
    long.add(Buffer.from(`${'x'.repeat(3000)}secret\nlast\n`));
    expect(long.wholeLines()).toEqual(long.content());
    expect(long.lastText()).toBe('last');
  });

  test('takes no more memory for single bytes than for the whole', async () => {
    const output = new BoundedOutput(200_000);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 300_000; count += 1) output.add(Buffer.from('x'));
    expect(output.content().length).toBe(200_000);
    expect(output.content().buffer.byteLength).toBeLessThanOrEqual(200_000);
    const held = (): number => {
      collect();
      return process.memoryUsage().arrayBuffers - before;
    };
    // The garbage collector frees memory a little later.
    await expect.poll(held, { timeout: 30_000 }).toBeLessThan(2_000_000);
    // So that this reference does not keep the memory.
    expect(output.cut).toBe(true);
  });

  test('cuts nothing that fits exactly', () => {
    const output = new BoundedOutput(4);
    output.add(Buffer.from('1234'));
    expect([output.content().toString(), output.cut]).toEqual(['1234', false]);
  });
});
