import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Problem } from '../engine/errors/problem.ts';
import type { SourceContext, Wanted } from './binary-source.ts';

const KUBERNETES_SITE = 'https://dl.k8s.io/release';

/** A network without access to the internet often drops packets: do not wait long for the first, small file. */
export const FIRST_ANSWER_MS = 5000;
const DOWNLOAD_MS = 600_000;

/** @throws Problem `download-failed` */
export async function get(url: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await fetch(url, { signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) });
  } catch (error) {
    signal?.throwIfAborted();
    const reason =
      error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);
    throw new Problem({ code: 'download-failed', what: `${url} cannot be fetched: ${reason}`, cause: error });
  }
  if (response.ok) return response;
  throw new Problem({ code: 'download-failed', what: `${url} answers ${response.status} ${response.statusText}` });
}

/** @throws Problem `download-failed`, `digest-mismatch` */
export async function download(
  url: string,
  file: string,
  sha256: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { body } = await get(url, DOWNLOAD_MS, signal);
  if (body === null) throw new Problem({ code: 'download-failed', what: `${url} is empty` });
  const hash = createHash('sha256');
  await pipeline(
    Readable.fromWeb(body),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(file),
  );
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw new Problem({
    code: 'digest-mismatch',
    what: `${url} is not what its publisher signed`,
    why: `sha256 ${found}, should be ${sha256}`,
  });
}

/**
 * Returns the digest of a file in a published list: lines of a digest and a name.
 * @throws Problem `download-failed`
 */
export async function publishedDigest(url: string, name: string, signal: AbortSignal | undefined): Promise<string> {
  const sums = await (await get(url, FIRST_ANSWER_MS, signal)).text();
  const line = sums.split('\n').find((one) => one.trimEnd().endsWith(name));
  if (line === undefined) throw new Problem({ code: 'download-failed', what: `${url} does not name ${name}` });
  return line.split(' ')[0] ?? '';
}

export async function downloadKubernetes(
  { version, commands }: Wanted,
  folder: string,
  context: SourceContext,
): Promise<string> {
  const site = `${KUBERNETES_SITE}/v${version}/bin/linux/${context.architecture}`;
  const digests = new Map<string, string>();
  for (const command of commands) {
    const answer = await get(`${site}/${command}.sha256`, FIRST_ANSWER_MS, context.signal);
    digests.set(command, (await answer.text()).trim());
  }
  context.report(`downloading Kubernetes ${version}`);
  for (const [command, sha256] of digests)
    await download(`${site}/${command}`, join(folder, command), sha256, context.signal);
  return site;
}
