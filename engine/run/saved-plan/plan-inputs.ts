import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { PlanDocument } from './plan-document.ts';

/** Larger ones, archives and binaries, are compared when the plan is made anew. Bytes. */
const MOST_READ = 8 * 1024 * 1024;

/** The input files of a plan that are not what they were, each as a sentence. */
export function inputsChanged(inputs: PlanDocument['inputs']): Promise<readonly string[]> {
  return filesChanged(inputs, MOST_READ);
}

/** The same of any files with their digests; larger ones than `most` bytes are passed over. */
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
