import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { PlanDocument } from './plan-document.ts';

/**
 * Maximal size of files that are compared, in bytes. Larger ones, archives and binaries, are compared when the plan is
 * made again.
 */
const MOST_READ = 8 * 1024 * 1024;

/** Returns, as sentences, which input files of a plan have changed. */
export function inputsChanged(inputs: PlanDocument['inputs']): Promise<readonly string[]> {
  return filesChanged(inputs, MOST_READ);
}

/** Returns, as sentences, which files differ from their digests. Files larger than `most` bytes are skipped. */
export async function filesChanged(inputs: PlanDocument['inputs'], most: number): Promise<readonly string[]> {
  const sentences: string[] = [];
  for (const [path, sha256] of Object.entries(inputs)) {
    const status = await stat(path).catch(() => undefined);
    if (status === undefined) sentences.push(`the file ${path} is gone`);
    else if (status.size <= most && (await digestOf(path)) !== sha256) sentences.push(`the file ${path} has changed`);
  }
  return sentences;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
