import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quote } from '../../engine/connection/base/quote.ts';
import type { AnyModule, Outcome } from '../../engine/modules/base/module.ts';
import { module as lineinfile } from '../../engine/modules/lineinfile.ts';
import { module as install } from '../../engine/modules/package.ts';
import { module as reboot } from '../../engine/modules/reboot.ts';
import { module as systemd } from '../../engine/modules/systemd.ts';
import { module as user } from '../../engine/modules/user.ts';
import { bootRequest } from '../../engine/resources/boot.ts';
import { unitRequest } from '../../engine/resources/unit.ts';
import { down, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { until } from '../../lab/until.ts';
import { lies, planThenPlay } from '../modules/host-chain.ts';
import { LabHost } from './lab-host.ts';

const NAME = 'system-modules';
const reason = unfitness();
const SKIPPED = reason === undefined ? '' : ` (skipped: ${reason})`;

let host: LabHost;
const unit = (name: string) => host.look([unitRequest(name)]).of(unitRequest(name));
const settle = async (module: AnyModule, args: object): Promise<Outcome> => {
  const { outcome, failure } = await host.apply(module, args);
  expect(failure).toBeUndefined();
  return outcome;
};
const settles = async (module: AnyModule, args: object): Promise<void> => {
  expect((await settle(module, args)).kind).toBe('change');
  expect(host.plan(module, args).kind).toBe('in_sync');
};
const write = (name: string, text: string): void => {
  expect(host.run(`printf %s ${quote(text)} >/etc/systemd/system/${name}`).status).toBe(0);
};

beforeAll(async () => {
  host = new LabHost(await up({ name: NAME, hosts: 1 }));
});
afterAll(() => down(NAME));

describe.skipIf(reason !== undefined)(`packages${SKIPPED}`, () => {
  test('a package brings what it is said to bring, and goes again', async () => {
    const args = {
      name: 'haproxy',
      update_cache: true,
      brings: [{ unit: 'haproxy' }, { user: 'haproxy' }, { group: 'haproxy' }, { directory: '/etc/haproxy' }],
    };
    await settles(install, args);
    await settles(install, { name: 'haproxy', state: 'absent', purge: true });
  });

  test('a package is installed without its services being started', async () => {
    await settles(install, { name: 'haproxy', start_units: false, brings: [{ unit: 'haproxy' }] });
    expect(unit('haproxy').active).toBe('inactive');
    expect(host.run('test -e /usr/sbin/policy-rc.d').status).toBe(1);
    expect(host.plan(install, { name: 'haproxy', state: 'latest' }).kind).toBe('in_sync');
    expect(host.plan(install, { name: 'haproxy=2.6.*' }).kind).toBe('in_sync');
  });

  test('a package whose unpacking was cut off is unpacked again ahead of another installation', async () => {
    const cutOff = `sed -i '/^Package: liblua5.3-0$/,/^$/s/^Status: .*/Status: install reinstreq half-installed/' /var/lib/dpkg/status`;
    const status = (): string => host.run("dpkg-query -W -f '${Status}' liblua5.3-0").stdout.toString();
    expect(host.run(cutOff).status).toBe(0);
    expect(status()).toBe('install reinstreq half-installed');
    await settles(install, { name: 'keepalived', start_units: false });
    expect(status()).toBe('install ok installed');
  });

  test('a package that does not exist fails and says so', async () => {
    expect((await host.apply(install, { name: 'rb-no-such-package' })).failure).toMatch(
      /Unable to locate package rb-no-such-package/,
    );
  });
});

describe.skipIf(reason !== undefined)(`unit files${SKIPPED}`, () => {
  test('a unit of a new file is started and enabled, restarted, reloaded, stopped, masked', async () => {
    write(
      'rb.service',
      '[Service]\nExecStart=/bin/sleep 1000000\nExecReload=/bin/true\n[Install]\nWantedBy=multi-user.target\n',
    );
    await settles(systemd, { name: 'rb', state: 'started', enabled: true });
    const first = unit('rb').invocation;
    await settle(systemd, { name: 'rb', state: 'restarted' });
    const second = unit('rb').invocation;
    expect(second).not.toBe(first);
    await settle(systemd, { name: 'rb', state: 'reloaded' });
    expect(unit('rb').invocation).toBe(second);
    await settles(systemd, { name: 'rb', state: 'stopped', enabled: false });
    await settles(systemd, { name: 'haproxy', state: 'stopped', masked: true });
    expect(host.plan(systemd, { name: 'haproxy', state: 'started' }).kind).toBe('impossible');
    await settles(systemd, { name: 'haproxy', masked: false, enabled: true, state: 'started' });
  });

  test('a running unit with another file is read again, by itself or with a restart', async () => {
    await settle(systemd, { name: 'rb', state: 'started' });
    write('rb.service', '[Service]\nExecStart=/bin/sleep 1000001\n[Install]\nWantedBy=multi-user.target\n');
    expect(unit('rb').needsReload).toBe(true);
    expect(host.plan(systemd, { name: 'rb', state: 'started' }).kind).toBe('in_sync');
    await settles(systemd, { daemon_reload: true });
    write('rb.service', '[Service]\nExecStart=/bin/sleep 1000002\n[Install]\nWantedBy=multi-user.target\n');
    await settle(systemd, { name: 'rb', state: 'restarted' });
    expect(unit('rb').needsReload).toBe(false);
    expect(host.run('pgrep -f "sleep 1000002"').status).toBe(0);
  });
});

describe.skipIf(reason !== undefined)(`unit files with [Install], and masks${SKIPPED}`, () => {
  test('a unit whose [Install] section has changed is enabled anew, as a plan of both says', async () => {
    const text = (target: string): string => `[Service]\nExecStart=/bin/sleep 1000000\n[Install]\nWantedBy=${target}\n`;
    write('rb-wanted.service', text('multi-user.target'));
    await settles(systemd, { name: 'rb-wanted', enabled: true });
    const line = {
      path: '/etc/systemd/system/rb-wanted.service',
      regexp: '^WantedBy=',
      line: 'WantedBy=graphical.target',
    };
    const stories = await planThenPlay(host, [
      { module: lineinfile, args: line },
      { module: systemd, args: { name: 'rb-wanted', enabled: true } },
    ]);
    expect(stories.map(({ planned, played }) => [planned, played])).toEqual([
      ['changes', 'changes'],
      ['changes', 'changes'],
    ]);
    expect(unit('rb-wanted')).toMatchObject({ file: 'enabled', links: ['graphical.target.wants/rb-wanted.service'] });
    expect(
      host.run(
        'cd /etc/systemd/system; test -L graphical.target.wants/rb-wanted.service; ! test -e multi-user.target.wants/rb-wanted.service',
      ).status,
    ).toBe(0);
    expect(host.plan(systemd, { name: 'rb-wanted', enabled: true }).kind).toBe('in_sync');
    await settles(systemd, { name: 'rb-wanted', enabled: false });
  });

  test('the result of a unit that was masked tells what it is then, under the name that was given', async () => {
    host.run(`printf '[Service]\\nExecStart=/bin/sleep 1000000\\n[Install]\\nWantedBy=multi-user.target\\n' >/usr/lib/systemd/system/rb-masked.service
systemctl daemon-reload; systemctl enable rb-masked`);
    await settles(systemd, { name: 'rb-masked', masked: true });
    const { result } = await host.apply(systemd, { name: 'rb-masked', masked: false });
    expect(result).toMatchObject({
      name: 'rb-masked',
      enabled: true,
      masked: false,
      status: { UnitFileState: 'enabled' },
    });
  });
});

describe.skipIf(reason !== undefined)(`states of units${SKIPPED}`, () => {
  test('what a plan is certain of is what a play does, whatever the unit is', async () => {
    const unitText = '[Service]\nType=exec\nExecStart=/bin/sleep 1000000\n';
    const befores = [
      ':',
      `printf '${unitText}' >/etc/systemd/system/rb-prop.service`,
      `printf '${unitText}[Install]\nWantedBy=multi-user.target\nAlias=rb-alias.service\n' >/etc/systemd/system/rb-prop.service`,
      `printf '${unitText}[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/rb-prop.service; systemctl enable --now rb-prop`,
      `printf '${unitText}[Install]\nWantedBy=multi-user.target\n' >/usr/lib/systemd/system/rb-prop.service; systemctl enable rb-prop; systemctl mask rb-prop`,
    ];
    const wishes = [
      { state: 'started' },
      { state: 'stopped', enabled: false },
      { enabled: true },
      { state: 'started', enabled: true, masked: false },
      { masked: true },
      { masked: false },
      { state: 'restarted' },
      { state: 'stopped', masked: true },
    ];
    const clean = `systemctl stop rb-prop; systemctl unmask rb-prop; systemctl disable rb-prop; rm -f /etc/systemd/system/rb-prop.service /usr/lib/systemd/system/rb-prop.service /etc/systemd/system/rb-alias.service; systemctl daemon-reload; systemctl reset-failed`;
    for (const [index, before] of befores.entries()) {
      // Each state comes first on some hosts, and second on others.
      for (const [at, wish] of wishes.entries()) {
        if (at % 2 !== index % 2) continue;
        host.run(`{ ${clean}\n} 2>/dev/null; ${before}; systemctl daemon-reload`);
        const next = wishes[(at + index + 1) % wishes.length] ?? {};
        const stories = await planThenPlay(
          host,
          [wish, next].map((args) => ({ module: systemd, args: { name: 'rb-prop', ...args } })),
        );
        expect(lies(stories), `after: ${before}\n${JSON.stringify(stories, undefined, 1)}`).toEqual([]);
      }
    }
    host.run(clean);
  });

  test('a unit that fails says why', async () => {
    write('rb-bad.service', '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo no such luck; exit 3"\n');
    expect((await host.apply(systemd, { name: 'rb-bad', state: 'started' })).failure).toMatch(/no such luck/);
    write('rb-bad.service', '[Service]\nType=oneshot\nExecStart=/bin/true\n');
    expect((await settle(systemd, { name: 'rb-bad', state: 'started' })).kind).toBe('change');
  });

  test('a unit that goes down and is tried again and again is not called started', async () => {
    write(
      'rb-loop.service',
      '[Service]\nType=notify\nRestart=always\nRestartSec=1h\nExecStart=/bin/sh -c "echo wrong flag; exit 1"\n',
    );
    expect((await host.apply(systemd, { name: 'rb-loop', state: 'started' })).failure).toMatch(/wrong flag/);
    host.run('systemctl stop rb-loop');
  });
});

describe.skipIf(reason !== undefined)(`further kinds of units${SKIPPED}`, () => {
  test('a slow unit is not waited for, if it need not be', async () => {
    write('rb-slow.service', '[Service]\nType=notify\nTimeoutStartSec=1h\nExecStart=/bin/sleep 1000000\n');
    await settles(systemd, { name: 'rb-slow', state: 'started', no_block: true });
    expect(unit('rb-slow').active).toBe('activating');
    host.run('systemctl stop rb-slow');
    write('rb-slow.service', '[Service]\nExecStart=/bin/sleep 1000000\nExecStop=/bin/sleep 3\n');
    await settle(systemd, { name: 'rb-slow', state: 'started', daemon_reload: true });
    const before = unit('rb-slow').invocation;
    await settle(systemd, { name: 'rb-slow', state: 'restarted', no_block: true });
    expect(unit('rb-slow').invocation).not.toBe(before);
    host.run('systemctl stop rb-slow');
  });

  test('instances, drop-ins, timers', async () => {
    write('rb@.service', '[Service]\nExecStart=/bin/sleep 1000000\n[Install]\nWantedBy=multi-user.target\n');
    await settles(systemd, { name: 'rb@one', state: 'started', enabled: true });
    host.run('mkdir -p /etc/systemd/system/rb@one.service.d');
    write('rb@one.service.d/10-x.conf', '[Service]\nEnvironment=A=1\n');
    await settles(systemd, { name: 'rb@one', daemon_reload: true });
    write('rb.timer', '[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n');
    await settles(systemd, { name: 'rb.timer', state: 'started', enabled: true });
  });
});

describe.skipIf(reason !== undefined)(`accounts and the host itself${SKIPPED}`, () => {
  test('a service account', async () => {
    await settles(user, {
      name: 'rbuser',
      system: true,
      home: '/var/lib/rb',
      create_home: false,
      shell: '/usr/sbin/nologin',
    });
  });

  test('the host starts anew', async () => {
    const args = { reboot_timeout: 120 };
    const before = host.look([bootRequest()]).of(bootRequest());
    const outcome = host.plan(reboot, args);
    if (outcome.kind !== 'change') throw new Error(outcome.kind);
    expect(host.run((await outcome.apply()).script).status).toBe(0);
    const isBack = (): boolean => {
      const { status, stdout } = host.run(bootRequest().kind.observe([bootRequest()]));
      return status === 0 && stdout.toString('utf8') !== before.id;
    };
    await until('the host is back', async () => isBack(), { timeoutMs: 120_000 });
    const [prediction] = outcome.predictions;
    expect(
      prediction?.request.kind.disagreement(prediction.state, host.look([bootRequest()]).of(bootRequest())),
    ).toBeUndefined();
  });
});
