import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Problem } from '../engine/errors/problem.ts';
import type { Source, SourceContext } from './binary-source.ts';
import { exists, fillOnce } from './cache.ts';

/** One version of some commands in the cache. */
export interface Release {
  readonly what: string;
  readonly version: string;
  readonly folder: string;
  /** Folder of the commands below `folder`. */
  readonly place: string;
  readonly commands: readonly string[];
  /** Where they come from; the first that has them is used. */
  readonly sources: readonly Source[];
}

/**
 * Fills the cache with a release. Commands that are missing in it are added. A command that does not match the digest
 * beside it makes the whole release come anew.
 * @throws Problem `binaries-unavailable` with the reason of each source.
 */
export async function ensureRelease(release: Release, context: SourceContext): Promise<void> {
  const { folder, place, commands, what } = release;
  if (await exists(folder)) {
    const states = await Promise.all(
      commands.map(async (command) => ({ command, state: await stateOf(join(folder, place, command)) })),
    );
    if (states.every(({ state }) => state !== 'damaged')) {
      const missing = states.filter(({ state }) => state === 'missing').map(({ command }) => command);
      if (missing.length > 0) await bring({ ...release, commands: missing }, folder, context);
      return;
    }
    context.report(`${what} in the cache is damaged: getting it anew`);
    await rm(folder, { recursive: true });
  }
  await fillOnce(folder, async (scratch) => {
    await bring(release, scratch, context);
    await chmod(scratch, 0o755);
  });
}

/** Brings the commands into a folder of the layout of the release, each with its digest. */
async function bring(release: Release, folder: string, context: SourceContext): Promise<void> {
  const bin = join(folder, release.place);
  await mkdir(bin, { recursive: true });
  const work = await mkdtemp(join(dirname(release.folder), '.work-'));
  try {
    const origin = await firstOf(release, work, context);
    for (const command of release.commands) {
      const file = join(bin, command);
      await copyFile(join(work, command), `${file}.new`);
      await chmod(`${file}.new`, 0o755);
      await writeFile(`${file}.sha256`, await digest(`${file}.new`));
      await rename(`${file}.new`, file);
    }
    await appendFile(join(folder, 'SOURCE'), `${origin}\n`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function firstOf(release: Release, folder: string, context: SourceContext): Promise<string> {
  const answers: string[] = [];
  for (const source of release.sources) {
    try {
      return await source(release, folder, context);
    } catch (error) {
      context.signal?.throwIfAborted();
      if (!(error instanceof Problem)) throw error;
      answers.push([error.what, error.why].filter((text) => text !== undefined).join('\n'));
    }
  }
  throw new Problem({
    code: 'binaries-unavailable',
    what: `no source gave ${release.what}`,
    why: answers.join('\n'),
    remedy:
      'Allow this machine to reach the release site or a Go module proxy, with Go 1.21 or newer installed; or ask for another version.',
  });
}

/** SHA-256 of a file, in hexadecimal. */
export async function digest(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function stateOf(file: string): Promise<'whole' | 'missing' | 'damaged'> {
  if (!(await exists(file))) return 'missing';
  const expected = await readFile(`${file}.sha256`, 'utf8').catch(() => '');
  return expected.trim() === (await digest(file)) ? 'whole' : 'damaged';
}
