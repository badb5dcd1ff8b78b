import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../../lab/hosts.ts';
import { NETWORK } from '../../lab/state.ts';
import { ACCESS_KEY, SECRET_KEY, startS3Server } from '../s3-server.ts';
import { installMissingPrograms } from '../system-packages.ts';

/** A store of S3 in the network of a lab, with TLS, and the variables of a run that uses it. */
export interface LabStore {
  readonly variables: readonly string[];
  /** Returns the names of the copies. */
  copies(): readonly string[];
  start(): Promise<void>;
  /** Ends the server; the copies stay. */
  stop(): void;
  /** Ends the server and removes its copies. */
  remove(): void;
}

const BUCKET = 'backups';
const PORT = 9000;

export async function storeOf(lab: Lab): Promise<LabStore> {
  installMissingPrograms(
    new Map([
      ['age', 'age'],
      ['rclone', 'rclone'],
      ['openssl', 'openssl'],
    ]),
  );
  const folder = mkdtempSync(join(tmpdir(), 'runbook-store-'));
  const [certificate, key] = [join(folder, 'store.crt'), join(folder, 'store.key')];
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=store -addext';
  const rest = [`subjectAltName=IP:${NETWORK.controller}`, '-keyout', key, '-out', certificate];
  execFileSync('openssl', [...words.split(' '), ...rest], { stdio: 'ignore' });
  const identity = execFileSync('age-keygen', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  writeFileSync(join(folder, 'identity.txt'), identity, { mode: 0o600 });
  const variables = {
    etcd_backup_s3_bucket: BUCKET,
    etcd_backup_s3_endpoint: `https://${NETWORK.controller}:${PORT}`,
    etcd_backup_s3_access_key: ACCESS_KEY,
    etcd_backup_s3_secret_key: SECRET_KEY,
    etcd_backup_s3_ca: readFileSync(certificate, 'utf8'),
    etcd_backup_recipients: [/age1\w+/.exec(identity)?.[0]],
    bucket_identity: join(folder, 'identity.txt'),
    bucket_snapshot_dir: join(folder, 'fetched'),
    // However long a test takes, it makes no new snapshot that it did not ask for.
    etcd_backup_fresh_minutes: 600,
  };
  writeFileSync(join(folder, 'variables.json'), JSON.stringify(variables), { mode: 0o600 });
  const options = { folder, buckets: [BUCKET], at: `${NETWORK.controller}:${PORT}`, enter: lab.enter };
  const begin = () => startS3Server({ ...options, tls: { certificate, key } });
  let server = await begin();
  return {
    variables: ['-e', `@${join(folder, 'variables.json')}`],
    copies: () => readdirSync(join(server.data, BUCKET, 'lab')).toSorted(),
    start: async () => {
      server = await begin();
    },
    stop: () => server.stop(),
    remove: () => {
      server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
