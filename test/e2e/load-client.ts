import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { askSteadily } from './ask-steadily.ts';

/**
 * A client of a cluster in use. It creates and reads ConfigMaps through the virtual address, at the given rate per
 * second, until it reads a line on stdin. Then it reads every acknowledged write again, and prints one line of JSON:
 * requests, failures and lost writes. It runs inside the network of the lab: `node load-client.ts FOLDER-OF-PKI
 * https://192.168.1.34:8443 20`. Each request uses a new connection, like a new client: a connection that a restart
 * cuts is a failed request.
 */
const [pki = '', server = '', rate = '20', host = 'k8s-master-1'] = process.argv.slice(2);

interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Undefined while a certificate does not match its key, because both are being replaced. */
function credentialsNow(): Credentials | undefined {
  try {
    const ca = readFileSync(`${pki}/trust/kubernetes-ca.crt`, 'utf8');
    const cert = readFileSync(`${pki}/hosts/${host}/admin.crt`, 'utf8');
    const key = readFileSync(`${pki}/hosts/${host}/admin.key`, 'utf8');
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { ca, cert, key } : undefined;
  } catch {
    return undefined;
  }
}

// Like a kubelet, the client uses new certificates and authorities as soon as they exist.
let credentials = credentialsNow();
if (credentials === undefined) throw new Error(`there are no certificates of ${host} in ${pki}`);
let agent = new Agent({ ...credentials, keepAlive: false });
setInterval(() => {
  const found = credentialsNow();
  if (found === undefined || (found.ca === credentials?.ca && found.cert === credentials.cert)) return;
  credentials = found;
  agent = new Agent({ ...found, keepAlive: false });
}, 250);
const COLLECTION = '/api/v1/namespaces/default/configmaps';
/** Milliseconds: longer than a failed request needs to be reported, and shorter than the patience of an operator. */
const TIMEOUT = 10_000;

interface Failure {
  readonly at: string;
  readonly what: string;
  readonly why: string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const failures: Failure[] = [];
const written = new Map<string, string>();
let asked = 0;
let worstMs = 0;
/** The longest time without a successful answer. */
let gapMs = 0;
let lastGood = performance.now();

function ask(method: string, path: string, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const call = request(`${server}${path}`, { method, agent, headers, timeout: TIMEOUT }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
      response.on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${TIMEOUT} ms`)));
    call.on('error', reject);
    call.end(text);
  });
}

async function counted(
  what: string,
  work: () => Promise<Answer>,
  good: (status: number) => boolean,
): Promise<Answer | undefined> {
  asked += 1;
  const began = performance.now();
  try {
    const answer = await work();
    worstMs = Math.max(worstMs, performance.now() - began);
    if (good(answer.status)) {
      gapMs = Math.max(gapMs, performance.now() - lastGood);
      lastGood = performance.now();
      return answer;
    }
    failures.push({ at: new Date().toISOString(), what, why: `${answer.status} ${answer.body.slice(0, 200)}` });
  } catch (error) {
    failures.push({ at: new Date().toISOString(), what, why: error instanceof Error ? error.message : String(error) });
  }
  return undefined;
}

async function once(number: number): Promise<void> {
  const name = `load-${process.pid}-${number}`;
  const created = await counted(
    `create ${name}`,
    () =>
      ask('POST', COLLECTION, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, labels: { runbook: 'load' } },
        data: { number: String(number) },
      }),
    (status) => status === 201,
  );
  if (created === undefined) return;
  const made: { readonly metadata: { readonly uid: string } } = JSON.parse(created.body);
  written.set(name, made.metadata.uid);
  await counted(
    `read ${name}`,
    () => ask('GET', `${COLLECTION}/${name}`),
    (status) => status === 200,
  );
}

let number = 0;
// One round has two requests.
await askSteadily(Number(rate) / 2, async () => await once((number += 1)));

const list = await ask('GET', `${COLLECTION}?labelSelector=runbook%3Dload`);
const found: { readonly items: readonly { readonly metadata: { readonly name: string; readonly uid: string } }[] } =
  JSON.parse(list.body);
const uids = new Map(found.items.map((item) => [item.metadata.name, item.metadata.uid]));
const lost = [...written].filter(([name, uid]) => uids.get(name) !== uid).map(([name]) => name);
process.stdout.write(
  `${JSON.stringify({ asked, written: written.size, failures: failures.slice(0, 50), failed: failures.length, lost, worstMs: Math.round(worstMs), gapMs: Math.round(gapMs) })}\n`,
);
process.exit(0);
