import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';

/**
 * Asks every member of etcd for its own health five times a second, until it reads a line on stdin. Then it prints one
 * line of JSON: the number of requests, the largest number of members that were down together, and when. It runs inside
 * the network of the lab: `node etcd-watch.ts FOLDER-OF-PKI ADDRESS ADDRESS ADDRESS`.
 */
const [pki = '', ...members] = process.argv.slice(2);
const INTERVAL_MS = 200;

/** The current certificate. While it is replaced, it may not match its key: the previous one is used until then. */
function credentialsNow(): { readonly cert: string; readonly key: string } | undefined {
  try {
    const folder = `${pki}/hosts/k8s-master-1/etcd-healthcheck-client`;
    const cert = readFileSync(`${folder}.crt`, 'utf8');
    const key = readFileSync(`${folder}.key`, 'utf8');
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : undefined;
  } catch {
    return undefined;
  }
}

let credentials = credentialsNow();

/** Checks no identity, so that a rotation of authorities can be watched. */
function isUp(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    // Serializable: the answer of the member itself, which needs no quorum. Each time on a new connection.
    const agent = new Agent({ ...credentials, keepAlive: false, rejectUnauthorized: false });
    const call = request(`https://${address}:2379/health?serializable=true`, { agent, timeout: 2000 }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode === 200));
    });
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.on('error', () => resolve(false));
    call.end();
  });
}

let asked = 0;
let worst = 0;
let worstAt = '';
const ended = new AbortController();
const lines = createInterface({ input: process.stdin });
lines.once('line', () => ended.abort());
lines.once('close', () => ended.abort());
process.stdout.write('started\n');
while (!ended.signal.aborted) {
  credentials = credentialsNow() ?? credentials;
  const up = await Promise.all(members.map(isUp));
  asked += 1;
  const down = up.filter((one) => !one).length;
  if (down > worst) {
    worst = down;
    worstAt = new Date().toISOString();
  }
  await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
}
process.stdout.write(`${JSON.stringify({ asked, worst, worstAt })}\n`);
process.exit(0);
