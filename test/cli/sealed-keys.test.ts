import { execFile } from 'node:child_process';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** Private keys that are stored encrypted on the controller, from the first run on or from a later run on. */
const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');
const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----';
const KEYS = ['ca.key', 'leaf.key', 'signer.key', 'word'];

let folder: string;
let mine: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealed-'));
  mine = await newIdentity('mine');
  const pki = { path: '{{pki}}', recipients: '{{recipients}}' };
  const tasks = [
    { name: 'authority', certificate_authority: { ...pki, name: 'ca', common_name: 'ca' } },
    {
      name: 'leaf',
      certificate: {
        ...pki,
        name: 'leaf',
        authority: { path: '{{pki}}', name: 'ca' },
        common_name: 'leaf',
        usages: ['client'],
        dns: '{{names}}',
      },
      register: 'leaf',
    },
    { name: 'signer', key_pair: { ...pki, name: 'signer' } },
    { name: 'word', random_key: { path: '{{pki}}/word', recipients: '{{recipients}}' }, register: 'word' },
    { name: 'key in use', copy: { content: '{{leaf.key}}', dest: '{{playbook_dir}}/in-use.key', mode: '0600' } },
    { name: 'word in use', copy: { content: '{{word.value}}', dest: '{{playbook_dir}}/in-use.word', mode: '0600' } },
  ];
  const vars = { pki: '{{playbook_dir}}/pki', recipients: [], names: [] };
  writeFileSync(join(folder, 'site.yml'), JSON.stringify([{ hosts: 'localhost', vars, tasks }]));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function newIdentity(name: string): Promise<string> {
  const identity = await generateIdentity();
  writeFileSync(join(folder, name), `${identity}\n`, { mode: 0o600 });
  return identityToRecipient(identity);
}

interface Ended {
  readonly status: number;
  readonly stdout: string;
}

/** Runs with these variables of `-e`, and the identity of this name. */
function runbook(command: 'plan' | 'play', variables: object, identity = 'mine'): Promise<Ended> {
  const argv = [command, 'site.yml', '-i', 'localhost,', '-e', JSON.stringify(variables), '--identity', identity];
  const env = {
    ...process.env,
    RUNBOOK_STATE: join(folder, '.runbook'),
    XDG_CACHE_HOME: join(folder, '.cache'),
    NO_COLOR: '1',
  };
  return new Promise((resolve) => {
    execFile(RUNBOOK, argv, { cwd: folder, env, encoding: 'utf8' }, (error, stdout) =>
      resolve({ status: error === null ? 0 : Number(error.code), stdout }),
    );
  });
}

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** Returns the changed tasks, from the output of a successful play. */
function changedIn({ status, stdout }: Ended): readonly string[] {
  expect(status, stdout).toBe(0);
  return [...stdout.matchAll(/^changed: \[localhost\] (.+)$/gm)].map(([, task = '']) => task);
}

test('keys lie encrypted, are used as they are, and a second run finds nothing to do', async () => {
  const first = await runbook('play', { recipients: [mine] });
  expect(first.status, first.stdout).toBe(0);
  for (const name of KEYS) {
    expect(read(`pki/${name}`)).toContain(ARMOR);
    expect(statSync(join(folder, 'pki', name)).mode & 0o777).toBe(0o600);
  }
  expect(new X509Certificate(read('pki/leaf.crt')).checkPrivateKey(createPrivateKey(read('in-use.key')))).toBe(true);
  expect(Buffer.from(read('in-use.word'), 'base64')).toHaveLength(32);
  expect(first.stdout).not.toContain('PRIVATE KEY');
  expect(changedIn(await runbook('play', { recipients: [mine] }))).toEqual([]);
  // An authority with an encrypted key issues a certificate.
  expect(changedIn(await runbook('play', { recipients: [mine], names: ['other.example'] }))).toEqual([
    'leaf',
    'key in use',
  ]);
  expect(new X509Certificate(read('pki/leaf.crt')).verify(new X509Certificate(read('pki/ca.crt')).publicKey)).toBe(
    true,
  );
});

test('keys that are there are encrypted once somebody is named, and stay so', async () => {
  expect((await runbook('play', {})).status).toBe(0);
  const before = read('pki/leaf.key');
  const plan = await runbook('plan', { recipients: [mine] });
  expect(plan.stdout).toContain(`encrypted for ${mine}`);
  expect(plan.stdout).toMatch(/^Plan: 4 to change, 2 in sync, 0 unknown/m);
  expect(changedIn(await runbook('play', { recipients: [mine] }))).toEqual(['authority', 'leaf', 'signer', 'word']);
  for (const name of KEYS) expect(read(`pki/${name}`)).toContain(ARMOR);
  expect(read('in-use.key')).toBe(before);
  expect(changedIn(await runbook('play', { recipients: [mine] }))).toEqual([]);
  expect(changedIn(await runbook('play', {}))).toEqual([]);
});

test('without an identity that opens them nothing is done, and it says what is missing', async () => {
  expect((await runbook('play', { recipients: [mine] })).status).toBe(0);
  const before = KEYS.map((name) => read(`pki/${name}`));
  await newIdentity('other');
  const ended = await runbook('play', { recipients: [mine] }, 'other');
  expect(ended.status).toBe(2);
  expect(ended.stdout).toContain('pki/ca.key is encrypted, and no identity can decrypt it');
  expect(ended.stdout).toContain('--identity');
  const without = await runbook('play', { recipients: [mine] }, 'nobody');
  expect(without.status).toBe(1);
  expect(KEYS.map((name) => read(`pki/${name}`))).toEqual(before);
});

test.each([
  ['that are made', {}],
  ['that are there', { first: true }],
])(
  'keys %s are not encrypted for others alone, who would be the only ones to read them',
  async (_what, given: { readonly first?: boolean }) => {
    if (given.first === true) await runbook('play', {});
    else mkdirSync(join(folder, 'pki'));
    const before = readdirSync(join(folder, 'pki')).map((name) => read(`pki/${name}`));
    const theirs = await newIdentity('theirs');
    const ended = await runbook('play', { recipients: [theirs] });
    expect(ended.status).toBe(2);
    expect(ended.stdout).toContain('the key could not be read again');
    expect(readdirSync(join(folder, 'pki')).map((name) => read(`pki/${name}`))).toEqual(before);
    expect(existsSync(join(folder, 'in-use.key'))).toBe(given.first === true);
  },
);
