import { describe, expect, test } from 'vitest';
import { bytesOf, nanosecondsOf } from '../../../engine/modules/containers/container-arguments.ts';
import {
  commandWords,
  furtherNetworks,
  optionWords,
  secretVariables,
  wantedSettings,
} from '../../../engine/modules/containers/container-options.ts';
import { portBindings } from '../../../engine/modules/containers/container-ports.ts';
import { Secret } from '../../../engine/values/base/secret.ts';

describe('ports', () => {
  test.each([
    ['8080:80', ['0.0.0.0:8080:80/tcp']],
    ['127.0.0.1:8080:80/udp', ['127.0.0.1:8080:80/udp']],
    ['[::1]:8080:80', ['::1:8080:80/tcp']],
    ['8000-8001:90-91', ['0.0.0.0:8000:90/tcp', '0.0.0.0:8001:91/tcp']],
    ['80', []],
    ['127.0.0.1::80', []],
  ])('%s', (written, bindings) => {
    expect(portBindings(written)).toEqual(bindings);
  });
});

test.each([
  ['512M', 536_870_912],
  ['1g', 1_073_741_824],
  ['1.5GiB', 1_610_612_736],
  ['1024', 1024],
  ['unlimited', -1],
  ['lots', undefined],
])('the size %s', (written, bytes) => {
  expect(bytesOf(written)).toBe(bytes);
});

test.each([
  ['1m30s', 90_000_000_000],
  ['500ms', 500_000_000],
  ['1.5h', 5_400_000_000_000],
])('the duration %s', (written, nanoseconds) => {
  expect(nanosecondsOf(written)).toBe(nanoseconds);
});

describe('the words of create, and the settings that are compared', () => {
  test.each([
    [{ user: 'app' }, ['--user', 'app'], { user: 'app' }],
    [{ tty: false }, [], { tty: 'false' }],
    [
      { restart_policy: 'on-failure', restart_retries: 3 },
      ['--restart', 'on-failure:3'],
      { restart_policy: 'on-failure', restart_retries: '3' },
    ],
    [
      { volumes: ['/a/:/b/:ro', 'v:/c', '/d'] },
      ['--volume', '/a/:/b/:ro', '--volume', 'v:/c', '--volume', '/d'],
      { volumes: { '/b': '/a:ro', '/c': 'v:rw' } },
    ],
    [{ capabilities: ['cap_net_admin'] }, ['--cap-add', 'cap_net_admin'], { capabilities: { NET_ADMIN: '' } }],
    [{ network_mode: 'host' }, ['--network', 'host'], { network_mode: 'host' }],
    [{ network_mode: 'container:web' }, ['--network', 'container:web'], {}],
    [{ network_mode: 'back' }, ['--network', 'back'], { networks: { back: '' } }],
    [{ entrypoint: ['a', 'b'] }, ['--entrypoint', 'a'], { entrypoint: ['a'], command: ['b'] }],
    [{ healthcheck: { test: ['NONE'] } }, ['--no-healthcheck'], { healthcheck: { test: '["NONE"]' } }],
    [
      { healthcheck: { test: ['CMD', 'a', 'b c'] } },
      ['--health-cmd', "a 'b c'"],
      { healthcheck: { test: '["CMD-SHELL","a \'b c\'"]' } },
    ],
    [{ cpus: 1.5 }, ['--cpus', '1.5'], { cpus: '1500000000' }],
    [
      { security_opts: ['seccomp=/a.json', 'label=disable'] },
      ['--security-opt', 'seccomp=/a.json', '--security-opt', 'label=disable'],
      { security_opts: { 'label=disable': '' } },
    ],
  ] as const)('%j', (args, words, settings) => {
    expect(optionWords(args as never)).toEqual(words);
    expect(wantedSettings(args as never)).toEqual(settings);
  });

  test('a text is split into the words of the command', () => {
    expect(commandWords({ entrypoint: ['a', 'b'], command: "c 'd e'" })).toEqual(['b', 'c', 'd e']);
  });

  test('the networks after the first one are joined later', () => {
    const networks = [
      { name: 'a', aliases: ['x'] },
      { name: 'b', aliases: ['y'], ipv4_address: '10.0.0.2' },
    ];
    expect(optionWords({ networks })).toEqual(['--network', 'a', '--network-alias', 'x']);
    expect(furtherNetworks({ networks })).toEqual([['--alias', 'y', '--ip', '10.0.0.2', 'b']]);
    expect(wantedSettings({ networks })).toEqual({
      networks: { a: '', b: '' },
      addresses: { b: '10.0.0.2' },
      aliases: { 'a x': '', 'b y': '' },
    });
  });

  test('secret variables are in no word', () => {
    const env = { A: 'b', TOKEN: Secret.of('hidden-value') };
    expect(optionWords({ env })).toEqual(['--env', 'A=b']);
    expect(secretVariables({ env })).toEqual(['TOKEN=hidden-value']);
    expect(JSON.stringify(wantedSettings({ env }))).not.toContain('hidden-value');
  });
});
