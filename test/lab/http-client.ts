// A client inside the network of a lab: `node http-client.ts URL [CA [SERVER NAME]]` prints one answer. With
// `--forever` after the URL, it prints an answer, or `lost`, every tenth of a second.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

const [url = '', second, servername] = process.argv.slice(2);
const forever = second === '--forever';
const TIMEOUT_MS = 5000;

async function answer(): Promise<string> {
  const tls = second === undefined || forever ? {} : { ca: readFileSync(second), servername };
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const request = (url.startsWith('https:') ? https : http).get(
    url,
    { agent: false, timeout: TIMEOUT_MS, ...tls },
    (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`status ${response.statusCode}`));
      });
    },
  );
  request.on('error', reject).on('timeout', () => request.destroy(new Error('no answer')));
  return promise;
}

if (forever) {
  for (;;) {
    process.stdout.write(`${(await answer().catch(() => 'lost')).trim()}\n`);
    await sleep(100);
  }
}
process.stdout.write(await answer());
