import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run } from './command.ts';

// Images of one layer, as a folder with the layout of OCI: https://github.com/opencontainers/image-spec

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

export interface Image {
  /** The name without a registry: `coredns/coredns`. */
  readonly name: string;
  readonly tag: string;
  /** Where files of this machine are in the image: `/agnhost` → a path. They can be executed. */
  readonly files: Readonly<Record<string, string>>;
  /** Symbolic links of the image, and where each leads. */
  readonly links: Readonly<Record<string, string>>;
  readonly texts: Readonly<Record<string, string>>;
  readonly config: {
    readonly Entrypoint?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly User?: string;
    readonly Env?: readonly string[];
  };
}

interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function writeBlob(folder: string, mediaType: string, content: Uint8Array): Promise<Blob> {
  const hex = sha256(content);
  await writeFile(join(folder, 'blobs', 'sha256', hex), content);
  return { mediaType, digest: `sha256:${hex}`, size: content.length };
}

/** Returns the layer as an archive, the same for the same files. */
async function layerOf(image: Image, scratch: string): Promise<Buffer> {
  const root = join(scratch, 'root');
  const placeOf = async (path: string): Promise<string> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    return join(root, path);
  };
  await mkdir(join(root, 'tmp'), { recursive: true });
  await chmod(join(root, 'tmp'), 0o1777);
  for (const [path, source] of Object.entries(image.files)) {
    const file = await placeOf(path);
    await copyFile(source, file);
    await chmod(file, 0o755);
  }
  for (const [path, text] of Object.entries(image.texts)) await writeFile(await placeOf(path), text);
  for (const [path, target] of Object.entries(image.links)) await symlink(target, await placeOf(path));
  const archive = join(scratch, 'layer.tar');
  const alike = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  await run(['tar', ...alike, '-C', root, '-cf', archive, '.']);
  return await readFile(archive);
}

/** Writes an image into an empty folder. */
export async function writeImage(image: Image, folder: string, architecture: string): Promise<void> {
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
  const scratch = await mkdtemp(join(folder, '.work-'));
  try {
    const layer = await layerOf(image, scratch);
    const packed = await writeBlob(
      folder,
      'application/vnd.oci.image.layer.v1.tar+gzip',
      gzipSync(layer, { level: 1 }),
    );
    const config = {
      architecture,
      os: 'linux',
      config: image.config,
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    };
    const described = await writeBlob(folder, 'application/vnd.oci.image.config.v1+json', bytesOf(config));
    const manifest = { schemaVersion: 2, mediaType: MANIFEST_TYPE, config: described, layers: [packed] };
    const top = await writeBlob(folder, MANIFEST_TYPE, bytesOf(manifest));
    const annotations = { 'org.opencontainers.image.ref.name': image.tag };
    await writeFile(join(folder, 'index.json'), bytesOf({ schemaVersion: 2, manifests: [{ ...top, annotations }] }));
    await writeFile(join(folder, 'oci-layout'), bytesOf({ imageLayoutVersion: '1.0.0' }));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function bytesOf(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
