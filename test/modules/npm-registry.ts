import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A package of the registry: its name, its version, and what else its package.json has. */
export interface Published {
  readonly name: string;
  readonly version: string;
  readonly has?: object;
}

/** Serves the files of a folder. A scoped name is one segment of the address. */
const SERVER = `const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
createServer((request, response) => {
  try {
    const body = readFileSync(process.argv[1] + '/' + request.url.slice(1).split('?')[0].replace(/%2f/i, '+'));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(String(body).includes('@BASE@') ? String(body).replaceAll('@BASE@', 'http://' + request.headers.host) : body);
  } catch {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end('{}');
  }
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

/** A small registry of npm on the loopback address. It runs in a process of its own, because npm is waited for. */
export class NpmRegistry {
  readonly url: string;
  readonly #folder: string;
  readonly #server: ChildProcess;
  readonly #published: Published[] = [];

  private constructor(folder: string, server: ChildProcess, url: string) {
    this.#folder = folder;
    this.#server = server;
    this.url = url;
  }

  static async start(folder: string): Promise<NpmRegistry> {
    const server = spawn(process.execPath, ['-e', SERVER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (server.stdout === null) throw new Error('no output');
    const [port] = (await once(createInterface(server.stdout), 'line')) as [string];
    return new NpmRegistry(folder, server, `http://127.0.0.1:${port}`);
  }

  stop(): void {
    this.#server.kill();
  }

  /** Adds a version. It becomes the one that is called latest. */
  publish(one: Published): void {
    const { name, version, has = {} } = one;
    const source = join(this.#folder, 'source');
    mkdirSync(join(source, 'package'), { recursive: true });
    writeFileSync(join(source, 'package/package.json'), JSON.stringify({ ...has, name, version }));
    execFileSync('tar', ['-czf', join(this.#folder, tarball(one)), '-C', source, 'package']);
    this.#published.push(one);
    const all = this.#published.filter((other) => other.name === name);
    const versions = Object.fromEntries(
      all.map((other) => {
        const integrity = createHash('sha512')
          .update(readFileSync(join(this.#folder, tarball(other))))
          .digest('base64');
        const dist = { tarball: `@BASE@/${tarball(other)}`, integrity: `sha512-${integrity}` };
        return [other.version, { ...other.has, name, version: other.version, dist }];
      }),
    );
    const document = { name, versions, 'dist-tags': { latest: version, first: all[0]?.version } };
    writeFileSync(join(this.#folder, name.replace('/', '+')), JSON.stringify(document));
  }
}

function tarball({ name, version }: Published): string {
  return `${name.replace('/', '-')}-${version}.tgz`;
}
