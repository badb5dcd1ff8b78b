import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Scope, type Value, type ValueMap, isMap } from '../../engine/values/base/value.ts';
import { ACCESS_KEY, type Front, SECRET_KEY, type S3Server, openFront, startS3Server } from '../s3-server.ts';
import { type Ended, run } from '../vault/workshop.ts';
import { entryOf, rendered, resolved, roleScope, tasksOf } from './role-scope.ts';

/** The program that stores copies of snapshots, and what restore.yml runs, with rclone, age and a real server of S3. */
const HOST = 'k8s-master-1';
const OLD = 'etcd-k8s-master-1-20260101T000000Z.db';
const NEW = 'etcd-k8s-master-1-20260102T000000Z.db';
const OF_OTHER = 'etcd-k8s-master-2-20260103T000000Z.db';
const CONTENT = randomBytes(300_000);

const folder = mkdtempSync(join(tmpdir(), 'runbook-s3-'));
const at = (name: string): string => join(folder, name);
const snapshots = at('snapshots');
let recipient = '';
let store: S3Server;
let front: Front;
let secureFront: Front;

beforeAll(async () => {
  const key = execFileSync('age-keygen', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  writeFileSync(at('identity.txt'), key, { mode: 0o600 });
  recipient = /age1\w+/.exec(key)?.[0] ?? expect.fail(key);
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=store -addext';
  const files = ['subjectAltName=IP:127.0.0.1', '-keyout', at('store.key'), '-out', at('store.crt')];
  execFileSync('openssl', [...words.split(' '), ...files], { stdio: 'ignore' });
  const tls = { cert: readFileSync(at('store.crt'), 'utf8'), key: readFileSync(at('store.key'), 'utf8') };
  store = await startS3Server({ folder: at('store'), buckets: ['backups'], at: at('store.sock') });
  front = await openFront(at('store.sock'));
  secureFront = await openFront(at('store.sock'), tls);
}, 1_800_000);
afterAll(async () => {
  await Promise.all([front.stop(), secureFront.stop()]);
  store.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The bucket holds nothing, and the host has one snapshot. */
beforeEach(() => {
  front.cuts = 0;
  front.change = (data) => data;
  for (const path of [snapshots, at('fetched'), join(store.data, 'backups/prod')])
    rmSync(path, { recursive: true, force: true });
  for (const path of [snapshots, at('fetched')]) mkdirSync(path);
  writeFileSync(join(snapshots, OLD), CONTENT);
});

function objects(): readonly string[] {
  const prod = join(store.data, 'backups/prod');
  return existsSync(prod) ? readdirSync(prod).toSorted() : [];
}

const variables = (extra: ValueMap): ValueMap => ({
  etcd_backup_dir: snapshots,
  etcd_backup_s3_settings: at('settings.env'),
  etcd_backup_s3_ca_file: at('ca.crt'),
  etcd_backup_s3_bucket: 'backups',
  etcd_backup_s3_prefix: 'prod',
  etcd_backup_s3_endpoint: `http://127.0.0.1:${front.port}`,
  etcd_backup_s3_access_key: ACCESS_KEY,
  etcd_backup_s3_secret_key: SECRET_KEY,
  etcd_backup_recipients: [recipient],
  bucket_identity: at('identity.txt'),
  bucket_snapshot_dir: at('fetched'),
  ...extra,
});

/** The environment of a controller may have settings for other clients of S3: rclone ends at this one. */
const ENVIRONMENT = { PATH: '/usr/bin:/bin', HOME: folder, AWS_CA_BUNDLE: at('store.crt') };

/** Writes the files of the role, and runs its program. */
async function program(command: string, extra: ValueMap = {}, env = ENVIRONMENT, host = HOST): Promise<Ended> {
  const options = { role: 'etcd-backup', host, extra: variables(extra) };
  writeFileSync(at('settings.env'), await rendered('etcd-backup-s3.env.hbs', options));
  writeFileSync(at('ca.crt'), readFileSync(at('store.crt')));
  writeFileSync(at('program'), await rendered('etcd-backup-s3.hbs', options));
  return await run(['sh', at('program'), command], { env });
}

async function succeeds(command: string, extra: ValueMap = {}): Promise<string> {
  const { status, stdout, stderr } = await program(command, extra);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.toString();
}

const decrypted = (file: string): Buffer =>
  execFileSync('age', ['--decrypt', '--identity', at('identity.txt'), file], { maxBuffer: 1e9 });

it('takes no copy of another host for its own', async () => {
  const prod = join(store.data, 'backups/prod');
  mkdirSync(prod, { recursive: true });
  for (const host of ['axb', 'a.b-2', 'c.a.b'])
    writeFileSync(join(prod, `etcd-${host}-20260101T000000Z.db.age`), CONTENT);
  const { status, stderr } = await program('newest', {}, ENVIRONMENT, 'a.b');
  expect(stderr).toContain('has no copy of a snapshot of this host');
  expect(status).toBe(1);
});

describe('the program of a host', () => {
  it('stores the newest snapshot once, encrypted, and knows it', async () => {
    writeFileSync(join(snapshots, NEW), CONTENT);
    expect((await program('sent')).status).toBe(1);
    await succeeds('send');
    expect(objects()).toEqual([`${NEW}.age`]);
    const stored = join(store.data, 'backups/prod', `${NEW}.age`);
    expect(decrypted(stored).equals(CONTENT)).toBe(true);
    const before = readFileSync(stored);
    await succeeds('sent');
    await succeeds('send');
    expect(readFileSync(stored).equals(before)).toBe(true);
    expect(readdirSync(snapshots).filter((name) => name.includes('age'))).toEqual([]);
  });

  it('tells the newest copy and its age', async () => {
    const time = new Date(Date.now() - 5.5 * 3_600_000).toISOString();
    const name = `etcd-k8s-master-1-${time.replaceAll(/[-:]|\.\d+/g, '')}.db`;
    expect((await program('newest')).stderr).toContain('s3:backups/prod has no copy');
    writeFileSync(join(snapshots, name), CONTENT);
    await succeeds('send');
    expect(await succeeds('newest')).toBe(`${name}.age 5\n`);
  });

  it('keeps the last copies of its own snapshots, and all of other hosts and other files', async () => {
    const prod = join(store.data, 'backups/prod');
    mkdirSync(prod);
    const own = ['20250101', '20250102', '20250103'].map((day) => `etcd-k8s-master-1-${day}T000000Z.db.age`);
    const others = ['etcd-k8s-master-1-extra-20240101T000000Z.db.age', `${OF_OTHER}.age`, 'notes.txt'];
    for (const name of [...own, ...others]) writeFileSync(join(prod, name), 'x');
    await succeeds('send', { etcd_backup_s3_keep: 0 });
    expect(objects()).toEqual([...own, ...others, `${OLD}.age`].toSorted());
    await succeeds('send', { etcd_backup_s3_keep: 2 });
    expect(objects()).toEqual([own[2] ?? '', ...others, `${OLD}.age`].toSorted());
  });

  it('takes a store with a certificate of its own authority', async () => {
    const secured = { etcd_backup_s3_endpoint: `https://127.0.0.1:${secureFront.port}`, etcd_backup_s3_ca: 'given' };
    await succeeds('send', secured);
    expect(objects()).toEqual([`${OLD}.age`]);
  });

  it('stores a snapshot although a connection was cut once', async () => {
    Object.assign(front, { limit: 100_000, cuts: 1 });
    await succeeds('send');
    expect(front.cuts).toBe(0);
    expect(objects()).toEqual([`${OLD}.age`]);
  });

  it('gives no program a secret as an argument', async () => {
    mkdirSync(at('shims'), { recursive: true });
    for (const name of ['rclone', 'age', 'grep', 'date'])
      writeFileSync(
        join(at('shims'), name),
        `#!/bin/sh\nprintf '%s\\n' "$0 $*" >>'${at('calls')}'\nexec /usr/bin/${name} "$@"\n`,
        { mode: 0o755 },
      );
    const { status } = await program('send', {}, { ...ENVIRONMENT, PATH: `${at('shims')}:${ENVIRONMENT.PATH}` });
    expect(status).toBe(0);
    const calls = readFileSync(at('calls'), 'utf8');
    expect(calls).toMatch(/rclone copyto/);
    expect(calls).not.toContain('quoted');
    expect(calls).not.toContain(ACCESS_KEY);
  });
});

interface Failure {
  readonly what: string;
  readonly extra?: () => ValueMap;
  readonly prepare?: () => void;
  readonly says: RegExp;
}

/** An hour of the same day beside the clock of this machine. */
function otherHour(stamp: string): string {
  const hour = Number(stamp.slice(9, 11));
  return `${stamp.slice(0, 9)}${String(hour < 12 ? hour + 1 : hour - 1).padStart(2, '0')}${stamp.slice(11)}`;
}

const FAILURES: readonly Failure[] = [
  { what: 'the secret key is wrong', extra: () => ({ etcd_backup_s3_secret_key: 'x' }), says: /SignatureDoesNotMatch/ },
  { what: 'the access key is wrong', extra: () => ({ etcd_backup_s3_access_key: 'x' }), says: /access key/i },
  { what: 'the bucket does not exist', extra: () => ({ etcd_backup_s3_bucket: 'none' }), says: /NoSuchBucket/ },
  {
    what: 'nobody listens',
    extra: () => ({ etcd_backup_s3_endpoint: 'http://127.0.0.1:1' }),
    says: /connection refused/,
  },
  {
    what: 'the clock of the host is wrong',
    prepare: () => {
      front.change = (data) =>
        Buffer.from(
          data.toString('latin1').replaceAll(/(?<=X-Amz-Date: )\w+/gi, (stamp) => otherHour(stamp)),
          'latin1',
        );
    },
    says: /RequestTimeTooSkewed/,
  },
  {
    what: 'each upload is cut off',
    prepare: () => void Object.assign(front, { limit: 100_000, cuts: Infinity }),
    says: /Failed to copyto/,
  },
  {
    what: 'the authority of the store is not known',
    extra: () => ({ etcd_backup_s3_endpoint: `https://127.0.0.1:${secureFront.port}` }),
    says: /certificate/,
  },
  { what: 'the recipient is wrong', extra: () => ({ etcd_backup_recipients: ['age1x'] }), says: /recipient/ },
];

describe('the program of a host, if a copy cannot be stored', () => {
  it.each(FAILURES)('fails and says so: $what', async ({ extra, prepare, says }) => {
    prepare?.();
    const { status, stderr } = await program('send', extra?.());
    expect(status).not.toBe(0);
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain(SECRET_KEY);
    expect(objects()).toEqual([]);
    expect(readdirSync(snapshots).filter((name) => name.includes('age'))).toEqual([]);
    expect((await program('sent', extra?.())).status).not.toBe(0);
  });
});

const fetchTasks = tasksOf('roles/etcd-backup/tasks/fetch.yml');

function mapOf(value: Value): ValueMap {
  return isMap(value) ? value : expect.fail('no map');
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : expect.fail('no text');
}

/** Runs the text of a task of restore.yml as the controller does. */
async function controller(task: string, key: 'query' | 'check' | 'apply', extra: ValueMap = {}): Promise<Ended> {
  const known = { etcd_backup_copy: [`${OLD}.age`], etcd_backup_copy_file: at(`fetched/${OLD}`) };
  const scope = async (vars: ValueMap): Promise<Scope> =>
    await roleScope({ role: 'etcd-backup', known: { ...known, ...vars }, extra: variables(extra) });
  const block = fetchTasks.get('Copy of the bucket on the controller') ?? expect.fail();
  const inBlock = await scope(mapOf(resolved(entryOf(block, 'vars'), await scope({}))));
  const given = Object.entries(mapOf(resolved(entryOf(block, 'environment'), inBlock)));
  const text = resolved(entryOf(fetchTasks.get(task) ?? expect.fail(task), key), inBlock);
  const env = Object.fromEntries(given.map(([name, value]) => [name, textOf(value)]));
  return await run(['sh', '-c', textOf(text)], { env: { ...ENVIRONMENT, ...env } });
}

describe('the controller', () => {
  it('lists the copies of all hosts, the oldest first, and no other file', async () => {
    await succeeds('send');
    const others = [
      `${OF_OTHER}.age`,
      `${NEW}.age`,
      'notes.txt',
      'etcd-$(id)-20260101T000000Z.db.age',
      `${NEW}.age.part`,
    ];
    for (const name of others) writeFileSync(join(store.data, 'backups/prod', name), 'x');
    const { status, stdout, stderr } = await controller('Copies in the bucket', 'query');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout.toString().split('\n')).toEqual([`${OLD}.age`, `${NEW}.age`, `${OF_OTHER}.age`, '']);
  });

  it('fetches a copy and decrypts it', async () => {
    await succeeds('send');
    expect((await controller('Copy fetched and decrypted', 'check')).status).toBe(1);
    const secured = {
      etcd_backup_s3_endpoint: `https://127.0.0.1:${secureFront.port}`,
      etcd_backup_s3_ca: readFileSync(at('store.crt'), 'utf8'),
    };
    const { status, stdout, stderr } = await controller('Copy fetched and decrypted', 'apply', secured);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout.toString()).toBe(`${at(`fetched/${OLD}`)}\n`);
    expect(readFileSync(at(`fetched/${OLD}`)).equals(CONTENT)).toBe(true);
    expect(readdirSync(at('fetched'))).toEqual([OLD]);
    expect((await controller('Copy fetched and decrypted', 'check')).status).toBe(0);
  });

  it.each<[string, ValueMap, RegExp]>([
    ['no identity', { bucket_identity: '/nowhere/id' }, /no identity \/nowhere\/id/],
    ['no bucket', { etcd_backup_s3_bucket: 'none' }, /NoSuchBucket|not found/],
  ])('says that it has %s', async (_what, extra, says) => {
    await succeeds('send');
    const { status, stderr } = await controller('Copy fetched and decrypted', 'apply', extra);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(says);
    expect(existsSync(at(`fetched/${OLD}`))).toBe(false);
  });

  it('leaves nothing that could be restored, if a copy is damaged', async () => {
    await succeeds('send');
    const stored = join(store.data, 'backups/prod', `${OLD}.age`);
    const bytes = readFileSync(stored);
    bytes.writeUInt8(bytes.readUInt8(200_000) ^ 1, 200_000);
    writeFileSync(stored, bytes);
    expect((await controller('Copy fetched and decrypted', 'apply')).status).not.toBe(0);
    expect(existsSync(at(`fetched/${OLD}`))).toBe(false);
  });
});
