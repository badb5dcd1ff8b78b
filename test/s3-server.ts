import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { type Socket, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { ensureS3Server } from '../lab/binaries.ts';
import { until } from '../lab/until.ts';

/** A real server of S3 (versitygw), whose buckets are folders. */
export interface S3Server {
  /** The folder with a folder for each bucket. */
  readonly data: string;
  stop(): void;
}

export const ACCESS_KEY = 'store-user';
export const SECRET_KEY = 'it\'s "quoted" $HOME key';

interface Options {
  readonly folder: string;
  readonly buckets: readonly string[];
  /** Where it listens: an address with a port, or the path of a socket. */
  readonly at: string;
  /** Files of a certificate and its key, for TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Words before its command, such as those that lead into a lab. */
  readonly enter?: readonly string[];
}

/** Starts a server, and waits until it answers. */
export async function startS3Server({ folder, buckets, at, tls, enter = [] }: Options): Promise<S3Server> {
  const program = join(await ensureS3Server(), 'versitygw');
  const [data, sidecar] = [join(folder, 'data'), join(folder, 'sidecar')];
  for (const one of [sidecar, ...buckets.map((name) => join(data, name))]) mkdirSync(one, { recursive: true });
  const secured = tls === undefined ? [] : ['--cert', tls.certificate, '--key', tls.key];
  const argv = [...enter, program, '--port', at, ...secured, '--quiet', 'posix', '--sidecar', sidecar, data];
  const [first = '', ...rest] = argv;
  const env = {
    PATH: process.env['PATH'],
    ROOT_ACCESS_KEY_ID: ACCESS_KEY,
    ROOT_SECRET_ACCESS_KEY: SECRET_KEY,
  };
  const server = spawn(first, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text: Buffer) => said.push(text));
  try {
    await until('the S3 server answers', () => answers(server, at, enter), { timeoutMs: 60_000 });
  } catch (error) {
    server.kill('SIGKILL');
    throw new Error(Buffer.concat(said).toString(), { cause: error });
  }
  return {
    data,
    stop: () => void server.kill('SIGKILL'),
  };
}

async function answers(server: ChildProcess, at: string, enter: readonly string[]): Promise<boolean> {
  if (server.exitCode !== null) throw new Error('the S3 server has ended');
  const [host = '', port = ''] = at.split(':');
  const isThere = `require('node:net').connect(${at.startsWith('/') ? JSON.stringify(at) : `${port}, ${JSON.stringify(host)}`})
    .on('connect', () => process.exit(0)).on('error', () => process.exit(1))`;
  const [first, ...rest] = [...enter, process.execPath, '-e', isThere];
  return (await new Promise((done) => spawn(first ?? '', rest, { stdio: 'ignore' }).on('close', done))) === 0;
}

/** A port of the loopback address that leads to a socket. */
export interface Front {
  readonly port: number;
  /** A connection ends after this number of bytes to the server, if it is one of the next `cuts`. */
  limit: number;
  cuts: number;
  /** Changes what passes to the server. */
  change: (data: Buffer) => Buffer;
  stop(): Promise<void>;
}

/** Opens a port, with TLS if it is given a certificate. The socket of the server needs no port that may be taken. */
export async function openFront(socket: string, tls?: { readonly cert: string; readonly key: string }): Promise<Front> {
  const open = new Set<Socket>();
  const serve = (near: Socket): void => {
    const far = connect(socket);
    let passed = 0;
    for (const one of [near, far]) {
      open.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        open.delete(one);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (data: Buffer) => {
      passed += data.length;
      if (passed <= front.limit || front.cuts === 0) return void far.write(front.change(data));
      front.cuts -= 1;
      near.destroy();
    });
    far.pipe(near);
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const front: Front = {
    port: address.port,
    limit: Infinity,
    cuts: 0,
    change: (data) => data,
    stop: async () => {
      for (const one of open) one.destroy();
      await new Promise((done) => server.close(done));
    },
  };
  return front;
}
