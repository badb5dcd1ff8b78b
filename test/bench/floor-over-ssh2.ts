// The floor program: plain ssh2 with one connection and one script per host, and as little else as possible.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import pLimit from 'p-limit';
import ssh2 from 'ssh2';

interface Floor {
  readonly port: number;
  readonly user: string;
  readonly identityFile: string;
  readonly folder: string;
  readonly hosts: readonly number[];
}

/** The number of simultaneous handshakes that is fastest on two cores. */
const HANDSHAKES = 10;

const [file = '', what = 'look'] = process.argv.slice(2);
const floor = JSON.parse(readFileSync(file, 'utf8')) as Floor;
const privateKey = readFileSync(floor.identityFile);
const limit = pLimit(HANDSHAKES);
await Promise.all(floor.hosts.map((host) => runOn(host)));

async function runOn(host: number): Promise<void> {
  const client = await limit(open);
  await new Promise<void>((resolve, reject) => {
    client.exec('exec sh', (error, channel) => {
      if (error !== undefined) return reject(error);
      let bytes = 0;
      channel.on('data', (data: Buffer) => (bytes += data.length));
      channel.stderr.on('data', (data: Buffer) => process.stderr.write(data));
      channel.on('exit', (status: number | null) => {
        if (status === 0 && (what === 'make' || bytes > 0)) resolve();
        else reject(new Error(`The script on host ${host} ended with ${status}`));
      });
      channel.end(readFileSync(join(floor.folder, `${what}-${host}.sh`)));
    });
  });
  client.end();
}

function open(): Promise<ssh2.Client> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.once('ready', () => resolve(client));
    client.once('error', reject);
    client.connect({
      sock: connect({ host: '127.0.0.1', port: floor.port, noDelay: true }),
      username: floor.user,
      privateKey,
      readyTimeout: 60_000,
      hostVerifier: () => true,
      algorithms: { kex: ['curve25519-sha256'] },
    });
  });
}
