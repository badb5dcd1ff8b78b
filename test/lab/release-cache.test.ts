import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '../../engine/errors/problem.ts';
import type { Source } from '../../lab/binary-source.ts';
import { ensureRelease } from '../../lab/release-cache.ts';

/** Programs in the cache: what is fetched, and when. */
let cache: string;
let asked: string[][];
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'release-cache-'));
  asked = [];
});
afterEach(() => {
  rmSync(cache, { recursive: true });
});

const builder: Source = async ({ version, commands }, folder) => {
  asked.push([...commands]);
  for (const command of commands) writeFileSync(join(folder, command), `${command} ${version}`);
  return 'a builder';
};
const unreachable: Source = async () => {
  throw new Problem({ code: 'download-failed', what: 'the site is not there' });
};

async function ensure(commands: readonly string[], sources: readonly Source[] = [unreachable, builder]): Promise<void> {
  const release = { what: 'Tools 1.0.0', version: '1.0.0', folder: join(cache, 'v1.0.0'), place: 'bin' };
  await ensureRelease(
    { ...release, commands, sources },
    { architecture: 'amd64', report: () => undefined, signal: undefined },
  );
}

const bin = (): string => join(cache, 'v1.0.0/bin');
const content = (command: string): string => readFileSync(join(bin(), command), 'utf8');

describe('a release in the cache', () => {
  test('comes from the first source that has it, with its digests', async () => {
    await ensure(['one', 'two']);
    expect(readdirSync(bin()).toSorted()).toEqual(['one', 'one.sha256', 'two', 'two.sha256']);
    expect(content('one.sha256')).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(join(bin(), 'one')).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(cache, 'v1.0.0/SOURCE'), 'utf8')).toBe('a builder\n');
    expect(readdirSync(cache)).toEqual(['v1.0.0']);
    await ensure(['two']);
    expect(asked).toEqual([['one', 'two']]);
  });

  test('gets only the commands that are missing in it', async () => {
    await ensure(['one']);
    await ensure(['one', 'two']);
    expect(asked).toEqual([['one'], ['two']]);
    expect([content('one'), content('two')]).toEqual(['one 1.0.0', 'two 1.0.0']);
    expect(readdirSync(bin()).toSorted()).toEqual(['one', 'one.sha256', 'two', 'two.sha256']);
  });

  test.each([
    { damage: 'another content', file: 'one', text: 'changed' },
    { damage: 'another digest', file: 'one.sha256', text: '0' },
  ])('comes anew after $damage', async ({ file, text }) => {
    await ensure(['one', 'two']);
    writeFileSync(join(bin(), file), text);
    await ensure(['one', 'two']);
    expect(asked).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
    expect(content('one')).toBe('one 1.0.0');
  });

  test('leaves nothing behind where no source has it, and says what each answered', async () => {
    await expect(ensure(['one'], [unreachable])).rejects.toMatchObject({
      code: 'binaries-unavailable',
      why: 'the site is not there',
    });
    expect(readdirSync(cache)).toEqual([]);
  });
});
