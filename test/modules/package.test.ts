import { describe, expect, test } from 'vitest';
import { module as install } from '../../engine/modules/package.ts';
import { packageScript, type PackageWork } from '../../engine/modules/system/package-script.ts';
import { file } from '../../engine/resources/file.ts';
import { isVersion, packageRequest, packages, type PackageState } from '../../engine/resources/package.ts';
import { ABSENT_UNIT, unitRequest } from '../../engine/resources/unit.ts';
import { userRequest } from '../../engine/resources/user.ts';
import { SHELLS, runScript } from '../resources/local-sh.ts';
import { planWith, seenAs } from './system-host.ts';

const asked = (name: string) => packageRequest(name, { candidate: false, versioned: false, declared: false });
const ABSENT: PackageState = { installed: false, broken: false };
const present = (version: string): PackageState => ({ installed: true, version, broken: false });
const NOW = Date.parse('2026-01-02T03:04:05Z') / 1000;

const plan = (args: object, states: Record<string, PackageState>, facts = {}) =>
  planWith(install, args, seenAs(Object.entries(states).map(([name, state]) => [asked(name), state])), facts);

test.each<readonly [string, object, Record<string, PackageState>]>([
  ['one that is there', { name: 'socat' }, { socat: present('1.7.4-4') }],
  ['one that shall not be there and is not', { name: 'socat', state: 'absent' }, { socat: ABSENT }],
  [
    'one of another version than the one that shall not be there',
    { name: 'socat=2.0', state: 'absent' },
    { socat: present('1.7.4-4') },
  ],
  [
    'old lists, where nothing is to be installed',
    { name: 'socat', update_cache: true, cache_valid_time: 0 },
    { socat: present('1') },
  ],
  ['the version that is there', { name: 'socat=1.7.4' }, { socat: present('1.7.4-4') }],
  ['the newest one', { name: 'socat', state: 'latest' }, { socat: { ...present('2'), candidate: '2', refreshed: 1 } }],
  [
    'the newest one by fresh lists',
    { name: 'socat', state: 'latest', update_cache: true },
    { socat: { ...present('2'), candidate: '2', refreshed: NOW - 60 } },
  ],
])('%s is in sync', (_what, args, states) => {
  expect(plan(args, states).kind).toBe('in_sync');
});

test.each<
  readonly [
    string,
    object,
    Record<string, PackageState>,
    { readonly parts: readonly string[]; readonly predicted: PackageState },
  ]
>([
  [
    'one of two that is not there',
    { name: ['socat', 'ipset'] },
    { socat: present('1'), ipset: ABSENT },
    { parts: ['install ipset;'], predicted: present('1') },
  ],
  [
    'another version',
    { name: 'socat=2.0', allow_downgrade: true },
    { socat: present('3.0-1') },
    { parts: ['--allow-downgrades', 'version socat 2.0'], predicted: { ...present('2.0') } },
  ],
  [
    'a newer one',
    { name: 'socat', state: 'latest' },
    { socat: { ...present('1'), candidate: '2', refreshed: 1 } },
    { parts: ['install socat;'], predicted: { ...present('2'), candidate: '2' } },
  ],
  [
    'one that was cut off',
    { name: 'socat' },
    { socat: { ...present('1'), broken: true } },
    { parts: ['install socat;'], predicted: present('1') },
  ],
  [
    'one that shall go',
    { name: 'socat', state: 'absent', purge: true },
    { socat: present('1') },
    { parts: ['get purge socat'], predicted: ABSENT },
  ],
  [
    'the newest one by old lists',
    { name: 'socat', state: 'latest', update_cache: true },
    { socat: { ...present('2'), candidate: '2', refreshed: 1 } },
    { parts: ['-mmin +60', 'install socat;'], predicted: { installed: true, broken: false } },
  ],
])('%s is a change', async (_what, args, states, { parts, predicted }) => {
  const outcome = plan(args, states);
  if (outcome.kind !== 'change') throw new Error(outcome.kind);
  const { script } = await outcome.apply();
  for (const part of parts) expect(script).toContain(part);
  expect(outcome.predictions[0]?.state).toMatchObject(predicted);
});

const OFFER = {
  offered: true,
  providers: [],
  provided: false,
  listed: NOW - 60,
  holds: false,
  versions: ['2.0-1', '1:1.5-2', '1.0'],
};

describe('versions of package lists', () => {
  test.each<readonly [string, object, PackageState, string]>([
    ['no list has', { name: 'a=3.0' }, { ...ABSENT, offer: OFFER }, 'no package list of the host has a in version 3.0'],
    [
      'no list has, over one that is there',
      { name: 'a=3.0' },
      { ...present('1.0'), offer: OFFER },
      'a=2.0-1, a=1:1.5-2, a=1.0',
    ],
    ['no list has, with a star', { name: 'a=3.*' }, { ...ABSENT, offer: OFFER }, 'a in version 3.*'],
    ['that is older', { name: 'a=1.0' }, { ...present('2.0-1'), offer: OFFER }, 'Write allow_downgrade: true'],
    [
      'that is older, without its epoch',
      { name: 'a=1.0' },
      { ...present('1:1.5-2'), offer: OFFER },
      'a is installed in version 1:1.5-2, and 1.0 is older',
    ],
  ])('one %s is refused', (_what, args, state, expected) => {
    expect(JSON.stringify(plan(args, { a: state }))).toContain(expected);
    expect(plan(args, { a: state }).kind).toBe('impossible');
  });

  test.each<readonly [string, object, PackageState, string]>([
    ['they have', { name: 'a=1.5' }, { ...ABSENT, offer: OFFER }, 'certain'],
    ['they have, with a star', { name: 'a=2.*' }, { ...present('1.0'), offer: OFFER }, 'certain'],
    [
      'that is older and may come',
      { name: 'a=1.0', allow_downgrade: true },
      { ...present('2.0-1'), offer: OFFER },
      'certain',
    ],
    [
      'old lists do not have',
      { name: 'a=3.0' },
      { ...present('1.0'), offer: { ...OFFER, listed: NOW - 90_000 } },
      'after_change',
    ],
    [
      'lists that are refreshed may have',
      { name: 'a=3.0', update_cache: true, cache_valid_time: 0 },
      { ...ABSENT, offer: OFFER },
      'after_change',
    ],
    ['nobody knows whether there is', { name: 'a=3.0' }, present('1.0'), 'certain'],
  ])('one %s is a change', (_what, args, state, certainty) => {
    expect(plan(args, { a: state })).toMatchObject({ kind: 'change', certainty });
  });
});

describe('what package lists have', () => {
  test('are still known after a removal', () => {
    const outcome = plan({ name: 'a', state: 'absent', purge: true }, { a: { ...present('1.0'), offer: OFFER } });
    expect(outcome).toMatchObject({ predictions: [{ state: { installed: false, offer: OFFER } }] });
  });

  test('are those that can be installed, and the one that is', () => {
    const policy = `a:
  Installed: 1.0
  Candidate: 2.0
  Version table:
     2.0 500
        500 file:/srv ./ Packages
 *** 1.0 100
        100 /var/lib/dpkg/status
b:
  Installed: (none)
  Candidate: (none)
  Version table:
     0.9 -1
        100 /var/lib/dpkg/status`;
    const text = `dpkg\ndpkg\tall\t1\tinstalled\na\tall\t1.0\tinstalled\tinstall\n@offers\n${policy}\n@listed\n5\n`;
    const states = packages.decode(
      Buffer.from(text),
      ['a', 'b'].map((name) => packageRequest(name, { candidate: false, versioned: true, declared: false })),
    );
    expect(states.get('a')).toMatchObject({ installed: true, offer: { versions: ['2.0', '1.0'] } });
    expect(states.get('b')).toMatchObject({ installed: false, offer: { offered: false, versions: [] } });
  });
});

describe('what a package brings', () => {
  const args = { name: 'haproxy', brings: [{ unit: 'haproxy' }, { user: 'haproxy' }, { directory: '/etc/haproxy' }] };
  const states = [
    [asked('haproxy'), ABSENT],
    [unitRequest('haproxy'), ABSENT_UNIT],
    [userRequest('haproxy'), { exists: false }],
    [file('/etc/haproxy'), { type: 'absent', parent: true }],
  ] as const;

  test('is predicted with it', () => {
    const outcome = planWith(install, args, seenAs(states));
    expect(outcome).toMatchObject({
      kind: 'change',
      predictions: [
        { state: { installed: true } },
        { state: { load: 'loaded', active: 'active', file: 'enabled' } },
        { state: { exists: true } },
        { state: { type: 'directory' } },
      ],
    });
  });

  test.each([
    ['not started, where it shall not be', { ...args, start_units: false }, {}, 'inactive'],
    [
      'not started on a distribution that does not',
      args,
      { os: { family: 'redhat', distribution: 'rocky', version: '9', codename: '' }, package_manager: 'dnf' },
      'inactive',
    ],
  ])('is %s', (_what, given, facts, active) => {
    const outcome = planWith(install, given, seenAs(states), facts as never);
    expect(outcome).toMatchObject({ predictions: [{}, { state: { active } }, {}, {}] });
  });
});

test('a host without package manager is an error', () => {
  expect(plan({ name: 'socat' }, { socat: ABSENT }, { package_manager: 'none' }).kind).toBe('impossible');
});

test.each([
  ['linux-image-*', 'Write the names'],
  ['*', 'write upgrade: dist'],
  ['../x.deb', 'Write deb: /path'],
  ['https://a.org/x.rpm', 'dnf -y install FILE'],
  ['@Development tools', 'group install'],
  ['-y', 'Write name or name=version.'],
  ['a b', 'Write name or name=version.'],
  ['a;b', 'Write name or name=version.'],
  ['', 'must not be empty'],
])('%s is not the name of a package: %s', (name, remedy) => {
  expect(install.arguments.safeParse({ name }).error?.issues[0]?.message).toContain(remedy);
});

test.each([
  ['1.2-3', '1.2-3', true],
  ['1:1.2-3', '1.2-3', true],
  ['1:1.2-3', '1.2', true],
  ['1.20-3', '1.2', false],
  ['1.2.5-1', '1.2.*', true],
  ['1.3-1', '1.2.*', false],
])('%s is %s: %s', (installed, wanted, expected) => {
  expect(isVersion(installed, wanted)).toBe(expected);
});

const decode = (text: string, candidate: boolean, ...names: string[]) =>
  packages.decode(
    Buffer.from(text),
    names.map((name) => packageRequest(name, { candidate, versioned: false, declared: false })),
  );

describe('what package managers print', () => {
  test('dpkg: other architectures, leftovers, half configured ones', () => {
    const states = decode(
      `dpkg
dpkg\tamd64\t1.21\tinstalled
libc6\ti386\t2.35\tinstalled
libc6\tamd64\t2.36\tinstalled
plain\tamd64\t3\tinstalled
foreign\ti386\t4\tinstalled
script\tall\t5\tinstalled
old\tamd64\t1\tconfig-files
half\tamd64\t1\thalf-configured
`,
      false,
      'libc6',
      'libc6:amd64',
      'libc6:i386',
      'libc6:arm64',
      'plain:amd64',
      'plain:i386',
      'foreign',
      'foreign:amd64',
      'script:all',
      'script:amd64',
      'script:native',
      'script:i386',
      'old',
      'no',
    );
    expect(Object.fromEntries([...states].map(([id, { version }]) => [id, version]))).toEqual({
      libc6: '2.36',
      'libc6:amd64': '2.36',
      'libc6:i386': '2.35',
      'plain:amd64': '3',
      foreign: '4',
      'script:all': '5',
      'script:amd64': '5',
      'script:native': '5',
    });
    expect(states.get('no')).toMatchObject({ installed: false });
    expect(decode('dpkg\nhalf\tamd64\t1\thalf-configured\n', false, 'half').get('half')).toMatchObject({
      installed: true,
      broken: true,
    });
  });
});

describe('what package managers print of versions', () => {
  test('apt-cache policy', () => {
    const text =
      'dpkg\ndpkg\tamd64\t1.21\tinstalled\nbash\tamd64\t5.2\tinstalled\n@candidates\nbash:\n  Installed: 5.2\n  Candidate: 5.3\n  Version table:\n     5.3 500\n        500 http://x y\nnone:\n  Installed: (none)\n  Candidate: (none)\n@refreshed\n100\n200\n';
    const states = decode(text, true, 'bash', 'none', 'bash:amd64');
    expect(states.get('bash')).toEqual({
      installed: true,
      version: '5.2',
      broken: false,
      candidate: '5.3',
      refreshed: 200,
    });
    expect(states.get('bash:amd64')).toEqual(states.get('bash'));
    const pinned = text
      .replace('Candidate: 5.3', 'Candidate: 5.1')
      .replace('     5.3 500', ' *** 5.2 100\n        100 /var/lib/dpkg/status\n     5.1 1001');
    expect(decode(pinned, true, 'bash').get('bash')).toMatchObject({ candidate: '5.1', isCandidateOlder: true });
    expect(states.get('none')).toMatchObject({ installed: false, candidate: undefined });
  });

  test('rpm and dnf', () => {
    const text =
      'rpm\nbash\tx86_64\t0:5.1-2.el9\tinstalled\npackage no is not installed\n@candidates\nbash 0:5.1-3.el9\n@refreshed\n5\n';
    expect(decode(text, true, 'bash').get('bash')).toMatchObject({ version: '0:5.1-2.el9', candidate: '0:5.1-3.el9' });
    const older = text.replace('5.1-3', '5.0-9');
    expect(decode(older, true, 'bash').get('bash')).toMatchObject({ candidate: '0:5.1-2.el9' });
    const ofZypper = text.replace('bash 0:5.1-3.el9', 'Name : bash\nVersion : 5.1-2.el9');
    expect(decode(ofZypper, true, 'bash').get('bash')).toMatchObject({ candidate: '0:5.1-2.el9' });
    expect(decode(text, true, 'bash.x86_64').get('bash.x86_64')).toMatchObject({ version: '0:5.1-2.el9' });
    expect(decode(text, true, 'bash.i686').get('bash.i686')).toMatchObject({ installed: false });
    expect(decode(text, true, 'no').get('no')).toMatchObject({ installed: false });
  });

  test('apk', () => {
    const text =
      'apk\nP:musl\nV:1.2-r0\nP:bash\nV:5.2-r1\n@candidates\nbash policy:\n  5.2-r2:\n    http://x\n  5.2-r1:\n    lib/apk/db/installed\n@refreshed\n';
    expect(decode(text, true, 'bash').get('bash')).toMatchObject({
      installed: true,
      version: '5.2-r1',
      candidate: '5.2-r2',
    });
  });
});

describe.each(SHELLS)('scripts under %s', (_name, shell) => {
  const work: PackageWork = {
    install: [{ name: 'socat', version: '1.0' }],
    remove: [],
    latest: true,
    refreshOlderThan: 60,
    recommends: false,
    downgrade: true,
    purge: false,
    startUnits: false,
  };

  test.each(['apt', 'dnf', 'yum', 'zypper', 'apk'] as const)('%s: they are well formed', (manager) => {
    for (const one of [work, { ...work, install: [], remove: ['socat'] }]) {
      const text = packageScript(manager, one);
      expect(runScript(`if false; then\n${text}\nfi`, shell).stderr.toString('utf8')).toBe('');
    }
  });

  test('looking at packages of this machine', () => {
    const requests = ['dpkg', 'no-such-package'].map((name) =>
      packageRequest(name, { candidate: true, versioned: false, declared: false }),
    );
    const { status, stdout } = runScript(packages.observe(requests), shell);
    const states = packages.decode(stdout, requests);
    expect(status).toBe(0);
    expect(states.get('no-such-package')?.installed).toBe(false);
  });
});
