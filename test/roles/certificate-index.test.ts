import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openssl } from '../pki/openssl.ts';
import { ROOT } from './role-scope.ts';

// Plays the role pki for hosts that are folders of this machine: masters, a host with etcd only, and a host with the
// load balancer only.

const HOSTS: Readonly<Record<string, readonly string[]>> = {
  etcd: ['m1', 'm2', 'e1'],
  masters: ['m1', 'm2'],
  lb: ['l1'],
};
const ALL = ['m1', 'm2', 'e1', 'l1'];
const AUTHORITIES = ['kubernetes-ca', 'etcd-ca', 'front-proxy-ca'];

let folder = '';

function writeInventory(hosts: Readonly<Record<string, readonly string[]>>): void {
  const group = ([name, members]: readonly [string, readonly string[]]): readonly unknown[] => [
    name,
    {
      hosts: Object.fromEntries(
        members.map((host) => [
          host,
          { ansible_host: `192.168.1.${20 + ALL.indexOf(host)}`, ansible_connection: 'local' },
        ]),
      ),
    },
  ];
  const children = Object.fromEntries(Object.entries(hosts).map(group) as [string, unknown][]);
  writeFileSync(join(folder, 'inventory.json'), JSON.stringify({ all: { children: { cluster: { children } } } }));
}

interface Ran {
  readonly changed: readonly string[];
  readonly unknown: readonly string[];
  readonly stdout: string;
}

/** Plays or plans the role. Returns `host: task` of each change. */
function run(command: 'play' | 'plan', args: readonly string[] = []): Ran {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'bin/runbook.js'),
      command,
      'p.yml',
      '-i',
      'inventory.json',
      '-e',
      '@folders.yml',
      '--output',
      'json',
      ...args,
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  const events = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): { type: string; host?: string; task?: { name: string }; outcome?: { kind: string } } =>
      JSON.parse(line),
    );
  const of = (kind: string): readonly string[] =>
    events
      .filter((event) => event.type === 'task_finished' && event.outcome?.kind === kind)
      .map((event) => `${event.host ?? ''}: ${event.task?.name ?? ''}`)
      .toSorted();
  return { changed: of('changed'), unknown: of('unknown'), stdout };
}

const ON_CONTROLLER = 'm1: Index of certificates on the controller';
const onHost = (host: string): string => `${host}: Index of certificates on the host`;
const indexOf = (host: string): string => readFileSync(join(folder, 'hosts', host, 'kubernetes/pki/README'), 'utf8');
const indexOfAll = (): string => readFileSync(join(folder, 'pki/README'), 'utf8');

/** Returns the output of openssl for a certificate, in the form of the index. */
function opensslSays(file: string): readonly string[] {
  const said = openssl(['x509', '-in', file, '-noout', '-subject', '-issuer', '-enddate', '-fingerprint', '-sha256']);
  const field = (name: RegExp): string => name.exec(said)?.[1]?.trim() ?? '';
  const [, ...others] = openssl(['x509', '-in', file, '-noout', '-ext', 'subjectAltName']).split('\n');
  const names = others
    .join(' ')
    .trim()
    .replaceAll(/DNS:|IP Address:/g, '');
  // openssl puts the common name last.
  const name = (text: string): string =>
    text
      .split(', ')
      .toReversed()
      .map((part) => part.replace(' = ', '='))
      .join(', ');
  return [
    `subject      ${name(field(/subject=(.*)/))}`,
    `issuer       ${name(field(/issuer=(.*)/))}`,
    `names        ${names === '' ? 'none' : names}`,
    `valid until  ${new Date(field(/notAfter=(.*)/)).toISOString().replace('.000Z', 'Z')}`,
    `SHA-256      ${field(/Fingerprint=(.*)/)}`,
  ];
}

/** Returns the lines of the entry with this file of the controller. */
function entryOf(index: string, file: string): readonly string[] {
  const lines = index.split('\n').map((line) => line.trim());
  const at = lines.indexOf(`controller   PKI_DIR/${file}`);
  expect(at, `${file} in\n${index}`).toBeGreaterThan(0);
  return lines.slice(at + 1, at + 6);
}

function certificatesOf(host: string): readonly string[] {
  return readdirSync(join(folder, 'pki/hosts', host))
    .filter((name) => name.endsWith('.crt'))
    .map((name) => `hosts/${host}/${name}`);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runbook-index-'));
  cpSync(join(ROOT, 'roles'), join(folder, 'roles'), { recursive: true });
  mkdirSync(join(folder, 'group_vars'));
  cpSync(join(ROOT, 'inventory/group_vars/all.yml'), join(folder, 'group_vars/all.yml'));
  for (const host of ALL) mkdirSync(join(folder, 'hosts', host), { recursive: true });
  writeFileSync(
    join(folder, 'folders.yml'),
    [
      `pki_dir: ${folder}/pki`,
      `kubernetes_config_dir: "${folder}/hosts/{{inventory_hostname}}/kubernetes"`,
      `etcd_config_dir: "${folder}/hosts/{{inventory_hostname}}/etcd"`,
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(folder, 'p.yml'),
    '- hosts: etcd:masters:lb\n  any_errors_fatal: true\n  roles: [{ role: pki, tags: [pki] }]\n',
  );
  writeInventory(HOSTS);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.getuid?.() !== 0)('the index of certificates of the first run', () => {
  it('is planned on an untouched host, with what the certificates will say left open', () => {
    const plan = run('plan');
    expect(plan.unknown).toEqual(['m1: Content of the certificates on the controller']);
    expect(plan.changed.filter((task) => task.includes('Index'))).toEqual(
      [ON_CONTROLLER, ...ALL.map(onHost)].toSorted(),
    );
    const play = run('play');
    expect(play.changed).toEqual(plan.changed);
  });

  it('says of every certificate what openssl says, on the controller and on the host that has it', () => {
    for (const name of AUTHORITIES) {
      const said = opensslSays(join(folder, 'pki', `${name}.crt`)).filter((line) => !line.startsWith('names'));
      expect(entryOf(indexOfAll(), `${name}.crt`).slice(0, 4)).toEqual(said);
    }
    for (const host of ['m1', 'm2', 'e1']) {
      const files = certificatesOf(host);
      expect(files).toHaveLength(host === 'e1' ? 3 : 12);
      for (const file of files) {
        const said = opensslSays(join(folder, 'pki', file));
        expect(entryOf(indexOfAll(), file)).toEqual(said);
        expect(entryOf(indexOf(host), file)).toEqual(said);
      }
    }
  });

  it('says who uses a certificate and where it lies on the host', () => {
    expect(indexOf('e1')).toContain(
      `  etcd-peer\n    used by      etcd, towards its other members\n    on host      ${folder}/hosts/e1/etcd/pki/peer.crt\n`,
    );
    expect(indexOf('l1')).toContain(
      'Host l1\n  trusts kubernetes-ca\n    on host      /etc/haproxy/kubernetes-ca.crt\n',
    );
  });

  it('has on a host only what lies there, and nowhere a private key', () => {
    expect(indexOf('e1')).not.toMatch(/kubernetes-ca|Host m1|apiserver/);
    expect(indexOf('l1')).not.toMatch(/etcd-ca|Host m1/);
    for (const text of [indexOfAll(), ...ALL.map(indexOf)]) expect(text).not.toContain('PRIVATE');
    for (const path of [join(folder, 'pki/README'), join(folder, 'hosts/m1/kubernetes/pki/README')]) {
      const { mode, uid } = statSync(path);
      expect([mode & 0o777, uid]).toEqual([0o644, 0]);
    }
  });
});

describe.skipIf(process.getuid?.() !== 0)('the index of certificates of later runs', () => {
  it.each([[[]], [['--limit', 'm2']], [['--tags', 'etcd']]])('is left alone by a second run with %j', (args) => {
    expect(run('play', args).changed).toEqual([]);
  });

  it('is in sync in a plan of what stands', () => {
    const plan = run('plan');
    expect([plan.changed, plan.unknown]).toEqual([[], []]);
  });

  it.each([
    ['e1', []],
    ['m2', ['--limit', 'm2']],
    ['m1', ['--tags', 'etcd']],
  ])('follows a renewal on %s, as the plan of %j says', (host, args) => {
    const before = indexOfAll();
    rmSync(join(folder, 'pki/hosts', host, 'etcd-server.crt'));
    const plan = run('plan', args);
    const play = run('play', args);
    expect(play.changed).toEqual(plan.changed);
    expect(play.changed.filter((task) => task.includes('on the host'))).toEqual([onHost(host)]);
    expect(indexOfAll()).not.toBe(before);
    const file = `hosts/${host}/etcd-server.crt`;
    for (const index of [indexOfAll(), indexOf(host)])
      expect(entryOf(index, file)).toEqual(opensslSays(join(folder, 'pki', file)));
  });

  it('says of a host outside of the first run that its certificates are not issued yet', () => {
    rmSync(join(folder, 'pki/hosts/e1'), { recursive: true });
    run('play', ['--limit', 'm1']);
    expect(indexOfAll()).toContain('controller   PKI_DIR/hosts/e1/etcd-server.crt\n    not issued yet\n');
    run('play');
    expect(indexOfAll()).not.toContain('not issued yet');
  });

  it('forgets a host that has left the inventory', () => {
    writeInventory({ etcd: ['m1', 'e1'], masters: ['m1'], lb: ['l1'] });
    run('play');
    expect(indexOfAll()).not.toContain('Host m2');
    expect(indexOfAll()).toContain('Host e1');
  });
});
