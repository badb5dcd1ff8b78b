import { expect, test } from 'vitest';
import { modules } from '../../engine/modules/base/catalogue.ts';
import { parseArguments } from '../../engine/modules/base/parse-arguments.ts';
import type { ValueMap } from '../../engine/values/base/value.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGBPRUdPrTVkpTdOcm5aGwQZkbgUeWLgJYQ+4YpPrgJE';
const cron = { name: 'x', job: 'true', user: 'root' };
const repository = { name: 'x', baseurl: 'http://x/' };

/** Arguments that become a part of one line of a system file: with a line end, they would become several lines. */
const LINES: readonly (readonly [module: string, given: ValueMap, argument: string])[] = [
  ['user', { name: 'a\n' }, 'name'],
  ['user', { name: 'a', comment: 'x\ny' }, 'comment'],
  ['user', { name: 'a', comment: 'x:y' }, 'comment'],
  ['user', { name: 'a', home: '/home/a\nb' }, 'home'],
  ['user', { name: 'a', home: '/home/a:b' }, 'home'],
  ['user', { name: 'a', shell: '/bin/sh\nroot2::0:0::/:/bin/sh' }, 'shell'],
  ['user', { name: 'a', shell: '/bin/sh:x' }, 'shell'],
  ['group', { name: 'a\nb' }, 'name'],
  ['authorized_key', { user: 'a', key: KEY, comment: 'x\ny' }, 'comment'],
  ['authorized_key', { user: 'a', key: KEY, key_options: `no-pty\n${KEY}` }, 'key_options'],
  ['authorized_key', { user: 'a', key: KEY, key_options: `no-pty\r${KEY}` }, 'key_options'],
  ['cron', { ...cron, name: 'a\nb' }, 'name'],
  ['cron', { ...cron, job: 'a\nb' }, 'job'],
  ['cron', { ...cron, user: 'root\n' }, 'user'],
  ['cron', { ...cron, minute: '1\n2' }, 'minute'],
  ['sysctl', { name: 'a.b\nc', value: 1 }, 'name'],
  ['sysctl', { name: 'a.b', value: '1\nc=2' }, 'value'],
  ['kernel_module', { name: 'a\nb' }, 'name'],
  ['hostname', { name: 'a\nb' }, 'name'],
  ['timezone', { name: 'UTC\n' }, 'name'],
  ['locale_gen', { name: ['de_DE.UTF-8\n'] }, 'name'],
  ['getent', { database: 'passwd\n' }, 'database'],
  ['git', { repo: '/x', dest: '/y', version: 'a\nb' }, 'version'],
  ['mount', { path: '/x', src: '/dev/x', fstype: 'ext4', opts: 'ro\nrw', state: 'present' }, 'opts'],
  ['apt_repository', { repo: 'deb http://x/ a\ndeb http://y/ b' }, 'repo'],
  ['yum_repository', { ...repository, name: 'x\n' }, 'name'],
  ['yum_repository', { ...repository, description: 'x\ngpgcheck=0' }, 'description'],
  ['yum_repository', { ...repository, proxy: 'x\ngpgcheck=0' }, 'proxy'],
  ['yum_repository', { ...repository, baseurl: ['http://x/\ngpgcheck=0'] }, 'baseurl'],
  ['yum_repository', { ...repository, gpgkey: ['http://x/\ngpgcheck=0'] }, 'gpgkey'],
  ['yum_repository', { ...repository, exclude: ['x\ngpgcheck=0'] }, 'exclude'],
  ['yum_repository', { ...repository, includepkgs: ['x\ngpgcheck=0'] }, 'includepkgs'],
];

test.each(LINES)('%s refuses %j for its %s', async (name, given, argument) => {
  const parsed = parseArguments(await modules.module(name), given, () => ({ file: 'f', line: 1, column: 1 }));
  expect(parsed.kind === 'problems' && parsed.problems.map(({ what }) => what)).toEqual([
    expect.stringMatching(new RegExp(`"${argument}(\\.\\d+|\\[\\d+\\])?"`)),
  ]);
});
