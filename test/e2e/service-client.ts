import { Agent, get } from 'node:http';
import { askSteadily } from './ask-steadily.ts';

/**
 * A client of an application in the cluster. It asks the given URLs in turn, at the given rate per second, until it
 * reads a line on stdin. Then it prints one line of JSON: the number of requests, and the failures. Each request uses a
 * new connection. It runs inside the network of the lab: `node service-client.ts 20
 * http://192.168.1.32:30080/hostname …`.
 */
const [rate = '20', ...urls] = process.argv.slice(2);
/** Milliseconds, as in load-client.ts. */
const TIMEOUT = 10_000;
const agent = new Agent({ keepAlive: false });

const failures: { readonly at: string; readonly what: string; readonly why: string }[] = [];
const answered = new Set<string>();
let asked = 0;

function ask(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = get(url, { agent, timeout: TIMEOUT }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(parts).toString());
        else reject(new Error(`status ${response.statusCode ?? 0}`));
      });
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${TIMEOUT} ms`)));
    call.on('error', reject);
  });
}

async function once(url: string): Promise<void> {
  asked += 1;
  try {
    answered.add(await ask(url));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    failures.push({ at: new Date().toISOString(), what: url, why });
  }
}

let turn = 0;
await askSteadily(Number(rate), async () => await once(urls[(turn += 1) % urls.length] ?? ''));
const summary = { asked, failed: failures.length, failures: failures.slice(0, 50), answered: [...answered] };
process.stdout.write(`${JSON.stringify(summary)}\n`);
process.exit(0);
