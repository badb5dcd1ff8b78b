import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MANIFEST_TYPE } from './image.ts';
import { until } from './until.ts';

// A program that runs in the network of a lab: it puts images into the registry there. Its arguments are the URL of the
// registry, and `NAME TAG FOLDER` of each image. Images that the registry has are left out.

const blobSchema = z.object({ digest: z.string(), mediaType: z.string() });
const indexSchema = z.object({ manifests: z.tuple([blobSchema]) });
const manifestSchema = z.object({ config: blobSchema, layers: z.array(blobSchema) });

const REGISTRY_ANSWERS_MS = 30_000;

async function ask(url: string, options: RequestInit, good: readonly number[]): Promise<Response> {
  const response = await fetch(url, options);
  if (good.includes(response.status)) return response;
  throw new Error(`${options.method ?? 'GET'} ${url} answers ${response.status}: ${await response.text()}`);
}

/** Returns whether the registry answers. It does not listen yet in its first moment. */
async function answers(registry: string): Promise<boolean> {
  const response = await fetch(`${registry}/v2/`).catch(() => undefined);
  return response?.ok === true;
}

async function upload(registry: string, name: string, tag: string, folder: string): Promise<void> {
  const blob = async (digest: string): Promise<Buffer> =>
    await readFile(join(folder, 'blobs', digest.replace(':', '/')));
  const index = indexSchema.parse(JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')));
  const [{ digest: top }] = index.manifests;
  const place = `${registry}/v2/${name}`;
  const headers = { Accept: MANIFEST_TYPE };
  const known = await ask(`${place}/manifests/${tag}`, { method: 'HEAD', headers }, [200, 404]);
  if (known.headers.get('docker-content-digest') === top) return;
  const content = await blob(top);
  const { config, layers } = manifestSchema.parse(JSON.parse(content.toString()));
  for (const { digest } of [config, ...layers]) {
    if ((await ask(`${place}/blobs/${digest}`, { method: 'HEAD' }, [200, 404])).status === 200) continue;
    const begun = await ask(`${place}/blobs/uploads/`, { method: 'POST' }, [202]);
    const target = new URL(begun.headers.get('location') ?? '', registry);
    target.searchParams.set('digest', digest);
    const body = new Uint8Array(await blob(digest));
    await ask(target.href, { method: 'PUT', body, headers: { 'Content-Type': 'application/octet-stream' } }, [201]);
  }
  const body = new Uint8Array(content);
  await ask(`${place}/manifests/${tag}`, { method: 'PUT', body, headers: { 'Content-Type': MANIFEST_TYPE } }, [201]);
}

const [registry = '', ...images] = process.argv.slice(2);
await until('the registry answers', async () => await answers(registry), { timeoutMs: REGISTRY_ANSWERS_MS });
for (let index = 0; index < images.length; index += 3) {
  const [name = '', tag = '', folder = ''] = images.slice(index, index + 3);
  await upload(registry, name, tag, folder);
}
