// Makes runbook.cjs, the whole program with its libraries in one file, which loads much faster than its sources. The
// target folder is dist, or the given folder.
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Plugin, rolldown } from 'rolldown';
import { sourceStamp, stampOf } from '../bin/source-stamp.cjs';
import { CORRECTED, corrected } from '../engine/connection/ssh2/ssh2-patch.ts';
import { moduleFiles } from '../engine/modules/base/module-files.ts';
import * as pageAssets from '../engine/report/page/page-assets.ts';
import { inAscii } from './ascii.ts';
import { manPage } from './man.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = resolve(process.argv[2] ?? join(ROOT, 'dist'));
const BUNDLE = join(DIST, 'runbook.cjs');
/** The coarsest clock of a file system. A second change of a source within one tick would not be visible. */
const TICK_MS = 1000;

/** A bundle cannot read the folder of modules. */
const listedModules: Plugin = {
  name: 'listed-modules',
  load: {
    filter: { id: /\/engine\/modules\/base\/module-files\.ts$/ },
    handler: () => {
      const entries = [...moduleFiles.keys()].map((name) => `['${name}', () => import('../${name}.ts')]`);
      return `export const moduleFiles = new Map([${entries.join(', ')}]);`;
    },
  },
};

/** The files of the page of a run, from the folder of the sources. */
const filesOfPage: Plugin = {
  name: 'files-of-page',
  load: {
    filter: { id: /\/engine\/report\/page\/page-assets\.ts$/ },
    handler: () =>
      Object.entries(pageAssets)
        .map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};`)
        .join('\n'),
  },
};

/** A checkout corrects ssh2 when it is loaded; a bundle contains the corrections. */
const correctedSsh2: Plugin = {
  name: 'corrected-ssh2',
  load: {
    filter: { id: /\/engine\/connection\/(?:ssh2\/)?(?:ssh2-)?library\.ts$|\/node_modules\/ssh2\/lib\/.*\.js$/ },
    handler: async (id) => {
      if (id.endsWith('library.ts')) {
        return `import ssh2 from 'ssh2';\nimport { version } from 'ssh2/package.json';\nexport const library = { ssh2, version, isCorrected: true };`;
      }
      const file = CORRECTED.find((one) => id.endsWith(`/node_modules/ssh2/${one}`));
      if (file === undefined) return undefined;
      const text = corrected(file, await readFile(id, 'utf8'));
      if (text === undefined) throw new Error(`The corrections in patches/ do not fit ${id}`);
      return text;
    },
  },
};

/** Native parts that are not installed in the source checkout either: ssh2 works without them. */
const noNativeParts: Plugin = {
  name: 'no-native-parts',
  resolveId: { filter: { id: /\.node$|^cpu-features$/ }, handler: () => '\0no-native-part' },
  load: {
    filter: { id: /^\0no-native-part$/ },
    handler: () => `throw new Error('runbook does without native parts');`,
  },
};

/** HTTP over SSH, which is not used here. It would load all code of Node for HTTP. */
const noHttpAgents: Plugin = {
  name: 'no-http-agents',
  load: { filter: { id: /\/ssh2\/lib\/http-agents\.js$/ }, handler: () => 'module.exports = {};' },
};

await mkdir(DIST, { recursive: true });
const { code, stamp, packages } = await bundle();
// In this order, a bundle never has the stamp of another bundle beside it.
await rm(join(DIST, 'sources.txt'), { force: true });
const written = await replace(
  BUNDLE,
  `(function (exports, require, module, __filename, __dirname) {${inAscii(code)}\n})`,
);
await replace(join(DIST, 'licenses.txt'), await licenses(packages));
await replace(join(DIST, 'runbook.1'), await manPage());
await replace(join(DIST, 'sources.txt'), `${written}\n${stamp}`);

/** Makes the bundle of the sources that the stamp describes, although they may change meanwhile. */
async function bundle(): Promise<{
  readonly code: string;
  readonly stamp: string;
  readonly packages: readonly string[];
}> {
  for (;;) {
    const stamp = sourceStamp(ROOT);
    await sleep(TICK_MS);
    const build = await rolldown({
      input: join(ROOT, 'engine/api/entry.ts'),
      cwd: ROOT,
      platform: 'node',
      plugins: [listedModules, filesOfPage, noNativeParts, noHttpAgents, correctedSsh2],
    });
    const { output } = await build.generate({
      format: 'cjs',
      codeSplitting: false,
      comments: { legal: true, annotation: false, jsdoc: false },
    });
    await build.close();
    const [chunk, ...others] = output;
    if (others.length > 0)
      throw new Error(`The bundle is more than one file: ${others.map((other) => other.fileName).join(', ')}`);
    if (sourceStamp(ROOT) === stamp) return { code: chunk.code, stamp, packages: packagesOf(chunk.moduleIds) };
  }
}

/** Returns the folders of the libraries of these files. */
function packagesOf(files: readonly string[]): readonly string[] {
  const folders = files.flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].toSorted();
}

async function licenses(packages: readonly string[]): Promise<string> {
  const texts = packages.map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).toSorted();
    const contents = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    return `# ${name} ${version} (${license})\n\n${contents.join('\n')}`;
  });
  return `runbook.cjs contains these libraries.\n\n${(await Promise.all(texts)).join('\n\n')}`;
}

/**
 * Replaces the file as a whole, because a program may be about to read it. Returns the stamp of the written file,
 * because another build may replace that file immediately.
 */
async function replace(path: string, content: string): Promise<string> {
  const temporary = join(dirname(path), `.${process.pid}.tmp`);
  await using file = await open(temporary, 'w');
  await file.writeFile(content);
  await rename(temporary, path);
  return stampOf(await file.stat());
}
