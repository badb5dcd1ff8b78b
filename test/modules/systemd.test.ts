import { describe, expect, test } from 'vitest';
import { module as service } from '../../engine/modules/systemd.ts';
import { predict } from '../../engine/resources/base/resource.ts';
import { file } from '../../engine/resources/file.ts';
import type { FileState } from '../../engine/resources/file/file-state.ts';
import { packageRequest } from '../../engine/resources/package.ts';
import type { UnitState } from '../../engine/resources/system/unit-state.ts';
import { managerRequest, managers } from '../../engine/resources/unit-manager.ts';
import { ABSENT_UNIT, unitRequest, units } from '../../engine/resources/unit.ts';
import { planWith, seenAs } from './system-host.ts';
import { RUNNING, STOPPED } from './unit-states.ts';

const ETCD = unitRequest('etcd');
const ONESHOT: UnitState = { ...STOPPED, type: 'oneshot' };

const IN_SYNC: readonly (readonly [string, object, UnitState])[] = [
  ['a running unit that shall run', { state: 'started', enabled: true }, RUNNING],
  ['a failed unit that shall not run', { state: 'stopped' }, { ...STOPPED, active: 'failed' }],
  ['an absent unit that shall not run', { state: 'stopped', enabled: false }, ABSENT_UNIT],
  ['a static unit that shall be enabled', { enabled: true }, { ...RUNNING, file: 'static' }],
  [
    'a unit on its way, not to be waited for',
    { state: 'started', no_block: true },
    { ...RUNNING, active: 'activating' },
  ],
  ['a oneshot that has done its work', { state: 'started' }, { ...ONESHOT, ran: true }],
  ['a masked unit that shall be masked', { masked: true }, { ...STOPPED, load: 'masked', file: 'masked' }],
  ['a stopped unit with another file', { daemon_reload: true }, { ...STOPPED, needsReload: true }],
  ['a running unit as systemd knows it', { daemon_reload: true, state: 'started' }, RUNNING],
];

interface Expected {
  readonly predicted: Partial<UnitState>;
  /** The commands of systemctl. */
  readonly commands: readonly string[];
}

const CHANGES: readonly (readonly [string, object, UnitState, Expected])[] = [
  [
    'started',
    { state: 'started', enabled: true },
    STOPPED,
    { predicted: { active: 'active', file: 'enabled' }, commands: ['enable', 'start'] },
  ],
  [
    'started after its file changed',
    { state: 'started' },
    { ...STOPPED, needsReload: true },
    { predicted: { active: 'active', needsReload: false }, commands: ['daemon-reload', 'start'] },
  ],
  [
    'waited for',
    { state: 'started' },
    { ...RUNNING, active: 'activating' },
    { predicted: { active: 'active' }, commands: ['start'] },
  ],
  [
    'restarted',
    { state: 'restarted' },
    RUNNING,
    { predicted: { active: 'active', endedInvocation: 'i1' }, commands: ['restart'] },
  ],
  [
    'restarted without waiting',
    { state: 'restarted', no_block: true },
    RUNNING,
    { predicted: { active: 'activating', endedInvocation: 'i1' }, commands: ['restart --no-block'] },
  ],
  [
    'started anew after a failure',
    { state: 'started' },
    { ...STOPPED, active: 'failed' },
    { predicted: { active: 'active' }, commands: ['reset-failed', 'start'] },
  ],
  [
    'reloaded',
    { state: 'reloaded' },
    RUNNING,
    { predicted: { active: 'active', endedInvocation: undefined }, commands: ['reload'] },
  ],
  [
    'started where it cannot be reloaded',
    { state: 'reloaded' },
    STOPPED,
    { predicted: { active: 'active' }, commands: ['start'] },
  ],
  [
    'stopped and disabled',
    { state: 'stopped', enabled: false },
    RUNNING,
    { predicted: { active: 'inactive', file: 'disabled' }, commands: ['stop', 'disable'] },
  ],
  [
    'stopped and masked',
    { state: 'stopped', masked: true },
    { ...RUNNING, fragment: '/usr/lib/systemd/system/etcd.service' },
    { predicted: { active: 'inactive', load: 'masked' }, commands: ['stop', 'mask'] },
  ],
  ['masked before it is there', { masked: true }, ABSENT_UNIT, { predicted: { load: 'masked' }, commands: ['mask'] }],
  [
    'unmasked and started',
    { masked: false, state: 'started' },
    { ...STOPPED, load: 'masked', file: 'masked' },
    {
      predicted: { load: 'loaded', active: 'active' },
      commands: ['unmask', 'unmask --runtime', 'daemon-reload', 'start'],
    },
  ],
  [
    'read again',
    { daemon_reload: true },
    { ...RUNNING, needsReload: true },
    { predicted: { needsReload: false, active: 'active' }, commands: ['daemon-reload'] },
  ],
  [
    'run once',
    { state: 'started' },
    ONESHOT,
    { predicted: { active: 'inactive', result: 'success' }, commands: ['start'] },
  ],
  [
    'mended and started',
    { state: 'started' },
    { ...STOPPED, load: 'bad-setting' },
    { predicted: { load: 'loaded', active: 'active' }, commands: ['daemon-reload', 'start'] },
  ],
];

test('a unit whose [Install] section wants other links is enabled anew', () => {
  const links = ['multi-user.target.wants/etcd.service'];
  const state = { ...RUNNING, links, wantedLinks: links };
  expect(planWith(service, { name: 'etcd', enabled: true }, seenAs([[ETCD, state]])).kind).toBe('in_sync');
  const changed = { ...state, wantedLinks: ['graphical.target.wants/etcd.service'] };
  const outcome = planWith(service, { name: 'etcd', enabled: true }, seenAs([[ETCD, changed]]));
  expect(outcome).toMatchObject({
    kind: 'change',
    predictions: [{ state: { links: changed.wantedLinks, file: 'enabled' } }],
  });
});

const plan = (args: object, state: UnitState, later = false) =>
  planWith(service, { name: 'etcd', ...args }, seenAs([[ETCD, state]], later ? [ETCD] : []));

test('what follows on a unit behind a mask is open until the mask is gone', () => {
  const first = plan({ masked: false, state: 'started' }, { ...STOPPED, load: 'masked', file: 'masked' });
  if (first.kind !== 'change') throw new Error(first.kind);
  expect(first.certainty).toBe('after_change');
  const laid = first.predictions[0]?.state as UnitState;
  expect(plan({ enabled: true, state: 'restarted' }, laid)).toMatchObject({
    kind: 'change',
    certainty: 'after_change',
  });
});

test.each([
  ['certain', ['multi-user.target.wants/etcd.service']],
  ['after_change', ['own.target.requires/etcd.service']],
  ['after_change', []],
])('whether a oneshot that a task has started counts as started is %s with the links %j', (certainty, links) => {
  const first = plan({ state: 'started' }, { ...ONESHOT, links });
  if (first.kind !== 'change') throw new Error(first.kind);
  const again = plan({ state: 'started' }, first.predictions[0]?.state as UnitState);
  expect(again.kind === 'change' ? again.certainty : 'certain').toBe(certainty);
});

const decode = (text: string, ...names: string[]) => units.decode(Buffer.from(text), names.map(unitRequest));

const content = (text: string): FileState => ({
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  size: 1,
  sha256: 'x',
  content: Buffer.from(text),
});

const after = (state: UnitState, id: string, path: string, now: FileState) =>
  units.after?.(state, id, predict(file(path), now));

const effect = (declared: boolean) =>
  predict(packageRequest('etcd', { candidate: false, versioned: false, declared }), { installed: true });

test.each(IN_SYNC)('%s is in sync', (_what, args, state) => {
  expect(plan(args, state).kind).toBe('in_sync');
});

test.each(CHANGES)('a unit is %s', async (_what, args, state, { predicted, commands }) => {
  const outcome = plan(args, state);
  if (outcome.kind !== 'change') throw new Error(outcome.kind);
  expect(outcome.predictions[0]?.state).toMatchObject(predicted);
  const script = (await outcome.apply()).script;
  expect([...script.matchAll(/^systemctl (?!status)(.*?) (?:-- |\|\|)/gm)].map(([, command]) => command)).toEqual(
    commands,
  );
});

describe('what cannot be', () => {
  test('a unit that does not exist is an error with a remedy', () => {
    expect(plan({ state: 'started' }, ABSENT_UNIT)).toMatchObject({
      kind: 'impossible',
      what: 'There is no unit etcd.service',
    });
  });

  test('where an earlier task may bring it, that is not known', () => {
    const outcome = plan({ state: 'started', enabled: true }, ABSENT_UNIT, true);
    expect(outcome).toMatchObject({
      kind: 'cannot_know',
      predictions: [{ state: { load: 'loaded', active: 'active', file: 'enabled' } }],
    });
  });

  test('a masked unit is not started', () => {
    expect(plan({ state: 'started' }, { ...STOPPED, load: 'masked' }).kind).toBe('impossible');
    expect(plan({ masked: true }, STOPPED)).toMatchObject({
      kind: 'impossible',
      why: '/etc/systemd/system/etcd.service',
    });
  });

  test('a unit whose file systemd refused may come up after it is read again', () => {
    const bad = { ...STOPPED, load: 'bad-setting' };
    expect(plan({ state: 'started' }, bad)).toMatchObject({
      kind: 'change',
      certainty: 'after_change',
      doubt: expect.stringContaining('systemd refused'),
    });
    expect(plan({ state: 'started' }, { ...bad, needsReload: true })).toMatchObject({ certainty: 'certain' });
    expect(plan({ enabled: true }, bad)).toMatchObject({ certainty: 'certain' });
  });

  test('a unit that systemd itself makes cannot be enabled', () => {
    const made = { ...RUNNING, file: '', fragment: '' };
    expect(plan({ enabled: true }, made)).toMatchObject({
      kind: 'impossible',
      what: expect.stringContaining('no unit file'),
    });
    expect(plan({ enabled: false, state: 'started' }, made).kind).toBe('in_sync');
  });

  test('a host without systemd has no units', () => {
    expect(plan({ state: 'started' }, { ...ABSENT_UNIT, load: 'unmanaged' }).kind).toBe('impossible');
    expect(
      planWith(service, { daemon_reload: true }, seenAs([[managerRequest(), { changed: null, running: [] }]])).kind,
    ).toBe('impossible');
  });
});

describe('the name of a unit', () => {
  test.each(['getty@.service', 'a b', '--all', 'x/y', 'x;reboot'])('%s is not the name of a unit', (name) => {
    expect(service.arguments.safeParse({ name, state: 'started' }).success).toBe(false);
  });

  test.each([
    ['getty@.service', 'write an instance'],
    ['getty@', 'write an instance'],
    ['*.service', 'A pattern is not possible'],
    ['a b', 'systemd-escape'],
    ['-a.mount', 'systemd-escape'],
    ['', 'systemd-escape'],
  ])('what to write instead of the unit %j', (name, remedy) => {
    expect(service.arguments.safeParse({ name }).error?.issues[0]?.message).toContain(remedy);
  });

  test.each(['-.mount', '-.slice', 'dev-disk-by\\x2dlabel-a.swap', 'getty@tty1'])(
    '%s is the name of a unit',
    (name) => {
      expect(service.arguments.safeParse({ name }).success).toBe(true);
    },
  );

  test('neither name nor daemon_reload', () => {
    expect(service.arguments.safeParse({ state: 'started' }).success).toBe(false);
  });
});

describe('what systemctl prints', () => {
  test('blocks are found by the name that was asked for, aliases too', () => {
    const text =
      'Id=ssh.service\nNames=ssh.service sshd.service\nLoadState=loaded\nActiveState=active\nNeedDaemonReload=yes\n\nId=no.service\nNames=no.service\nLoadState=not-found\nActiveState=inactive\nNeedDaemonReload=no\n';
    const states = decode(text, 'no', 'sshd');
    expect(states.get('sshd.service')).toMatchObject({ load: 'loaded', active: 'active', needsReload: true });
    expect(states.get('no.service')).toMatchObject({ load: 'not-found' });
  });

  test('a drop-in in a new directory, which systemd does not notice', () => {
    const block = (read: string) =>
      `Id=etcd.service\nNames=etcd.service\nLoadState=loaded\nActiveState=active\nNeedDaemonReload=no\nDropInPaths=${read}\n`;
    const path = '/etc/systemd/system/etcd.service.d/10-x.conf';
    expect(decode(`@${path}\n${block('')}`, 'etcd').get('etcd.service')?.needsReload).toBe(true);
    expect(decode(`@${path}\n${block(path)}`, 'etcd').get('etcd.service')?.needsReload).toBe(false);
    expect(
      decode(`@/etc/systemd/system/other.service.d/10-x.conf\n${block('')}`, 'etcd').get('etcd.service')?.needsReload,
    ).toBe(false);
  });

  test('a host without systemd', () => {
    expect(decode('unmanaged\n', 'a').get('a.service')?.load).toBe('unmanaged');
  });
});

describe('what a change of a file says of a unit', () => {
  const gone: FileState = { type: 'absent', parent: true };

  test('a new unit file brings the unit, as it is told to be', () => {
    const text = '[Service]\nType=oneshot\nRemainAfterExit=yes\n[Install]\nWantedBy=multi-user.target\n';
    expect(after(ABSENT_UNIT, 'etcd.service', '/etc/systemd/system/etcd.service', content(text))).toMatchObject({
      load: 'loaded',
      file: 'disabled',
      type: 'oneshot',
      remainsAfterExit: true,
      needsReload: false,
    });
    expect(
      after(ABSENT_UNIT, 'etcd.service', '/etc/systemd/system/etcd.service', content('[Service]\n')),
    ).toMatchObject({
      file: 'static',
      type: 'simple',
    });
    expect(after(ABSENT_UNIT, 'a@b.service', '/etc/systemd/system/a@.service', content('[Service]\n'))).toMatchObject({
      load: 'loaded',
    });
  });

  test.each([
    ['/etc/systemd/system/etcd.service', true],
    ['/etc/systemd/system/etcd.service.d/10-x.conf', true],
    ['/etc/systemd/system/service.d/10-x.conf', true],
    ['/usr/lib/systemd/system/etcd.service', false],
    ['/etc/systemd/system/other.service', false],
    ['/etc/systemd/system/etcd.service.d/readme', false],
    ['/etc/etcd/etcd.yaml', false],
  ])('%s: a running unit needs daemon-reload: %s', (path, needed) => {
    const state = after(RUNNING, 'etcd.service', path, content('[Service]\n'));
    expect(state !== undefined && state !== 'stale' && state.needsReload).toBe(needed);
  });

  test('a unit file that goes takes the unit with it', () => {
    expect(after(STOPPED, 'etcd.service', '/etc/systemd/system/etcd.service', gone)).toMatchObject({
      load: 'not-found',
    });
    expect(after(RUNNING, 'etcd.service', '/etc/systemd/system/etcd.service', gone)).toMatchObject({
      active: 'active',
      needsReload: true,
    });
  });

  test('a package that does not tell what it brings may bring any unit', () => {
    expect(units.after?.(ABSENT_UNIT, 'etcd.service', effect(false))).toBe('stale');
    expect(units.after?.(ABSENT_UNIT, 'etcd.service', effect(true))).toBeUndefined();
  });

  test('systemd as a whole needs a reload for running units only', () => {
    const state = { changed: [], running: ['etcd.service'] };
    expect(managers.after?.(state, 'systemd', predict(file('/etc/systemd/system/etcd.service'), content('')))).toEqual({
      changed: ['etcd.service'],
      running: ['etcd.service'],
    });
    expect(
      managers.after?.(state, 'systemd', predict(file('/etc/systemd/system/new.service'), content(''))),
    ).toBeUndefined();
  });
});

describe('what is not as predicted', () => {
  test.each<readonly [string, Partial<UnitState>, Partial<UnitState>, string | undefined]>([
    [
      'still the old process',
      { endedInvocation: 'i1' },
      { invocation: 'i1' },
      'was not restarted: it still runs as before',
    ],
    ['a new process', { endedInvocation: 'i1' }, { invocation: 'i2' }, undefined],
    [
      'failed',
      {},
      { active: 'failed', sub: 'failed', result: 'exit-code' },
      'is failed (failed), its last result was exit-code, should be active',
    ],
    [
      'still starting',
      {},
      { active: 'activating', sub: 'auto-restart' },
      'is activating (auto-restart), should be active',
    ],
    ['still starting, as it may', { active: 'activating' }, { active: 'activating' }, undefined],
    ['a oneshot that is done', { type: undefined }, { type: 'oneshot', active: 'inactive' }, undefined],
    ['static where enabled was predicted', { file: 'enabled' }, { file: 'static' }, undefined],
    ['not enabled', { file: 'enabled' }, { file: 'disabled' }, 'is disabled, should be enabled'],
  ])('%s', (_what, predicted, seen, sentence) => {
    expect(units.disagreement({ ...RUNNING, ...predicted }, { ...RUNNING, ...seen })).toBe(sentence);
  });
});
