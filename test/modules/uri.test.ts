import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { module as getUrl } from '../../engine/modules/get_url.ts';
import { module as uri } from '../../engine/modules/uri.ts';
import { module as waitFor } from '../../engine/modules/wait_for.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { planHere, settleHere } from './try-module.ts';

// The server has its own process, because this process waits while the scripts of the module run.
const SERVER = `
require('node:http').createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => (body += piece));
  request.on('end', () => {
    response.statusCode = request.url === '/missing' ? 404 : 200;
    response.end(JSON.stringify({ method: request.method, url: request.url, token: request.headers['x-token'] ?? null, body }));
  });
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

let server: ChildProcess;
let base = '';
beforeAll(async () => {
  server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (server.stdout === null) throw new Error('no output');
  const [port] = (await once(createInterface(server.stdout), 'line')) as [string];
  base = `http://127.0.0.1:${port}`;
});
afterAll(() => server.kill());

describe('uri', () => {
  it('asks, and reads JSON', async () => {
    const { outcome } = await planHere(uri, { url: `${base}/a?b=c%20d`, headers: { 'X-Token': Secret.of('s"3\\') } });
    expect(outcome).toMatchObject({
      kind: 'in_sync',
      result: { status: 200, json: { method: 'GET', token: 's"3\\' } },
    });
  });
  it('tells of another status than is right', async () => {
    expect((await planHere(uri, { url: `${base}/missing` })).outcome).toMatchObject({
      kind: 'in_sync',
      failure: 'the server answered 404, not 200',
      result: { status: 404 },
    });
    expect((await planHere(uri, { url: `${base}/missing`, status_code: [200, 404] })).outcome).not.toHaveProperty(
      'failure',
    );
    expect((await planHere(uri, { url: 'http://127.0.0.1:1/' })).outcome).toMatchObject({
      kind: 'in_sync',
      failure: expect.stringContaining('the server did not answer'),
    });
  });
  it('takes -1 for a server that does not answer, as in Ansible', async () => {
    const gone = 'http://127.0.0.1:1/';
    for (const status_code of [-1, [-1, 200], '200, -1', ['-1']]) {
      const { outcome } = await planHere(uri, { url: gone, status_code });
      expect(outcome).toMatchObject({ kind: 'in_sync', result: { status: -1, msg: expect.stringContaining('curl') } });
      expect(outcome).not.toHaveProperty('failure');
    }
    expect((await planHere(uri, { url: base, status_code: -1 })).outcome).toMatchObject({
      failure: 'the server answered 200, not -1',
    });
    await expect(planHere(uri, { url: gone, status_code: 0 })).rejects.toThrow();
  });
  it('sends what it is given, once asked to change something', async () => {
    const { change, result } = await settleHere(
      uri,
      { url: base, method: 'POST', body: { a: ["it's", Secret.of('k"ey')] }, body_format: 'json' },
      { again: false },
    );
    expect(change.certainty).toBe('opaque');
    expect(JSON.stringify(change.differences)).not.toContain('k\\"ey');
    expect(result?.['json']).toMatchObject({ method: 'POST', body: '{"a":["it\'s","k\\"ey"]}' });
  });
});

describe('a port', () => {
  it('is seen to be open', async () => {
    const port = Number(new URL(base).port);
    expect((await planHere(waitFor, { port })).outcome.kind).toBe('in_sync');
    expect((await planHere(waitFor, { port, state: 'stopped' })).outcome.kind).toBe('await');
  });
});

describe('get_url', () => {
  it('fails where the server says so', async () => {
    await expect(settleHere(getUrl, { url: `${base}/missing`, dest: '/tmp/.runbook-never-there' })).rejects.toThrow(
      '404',
    );
  });
});
