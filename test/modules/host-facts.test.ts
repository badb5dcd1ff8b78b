import { describe, expect, test } from 'vitest';
import { module as packageFacts, packagesIn } from '../../engine/modules/package_facts.ts';
import { module as serviceFacts, servicesIn } from '../../engine/modules/service_facts.ts';
import { packageListRequest, serviceListRequest } from '../../engine/resources/host-lists.ts';
import { Unknown } from '../../engine/values/base/value.ts';
import { planWith, seenAs } from './system-host.ts';
import { planHere } from './try-module.ts';

test.each([
  [
    {
      by: 'dpkg amd64',
      text: 'ii \tvim\t2:9.0-1\tamd64\teditors\nrc \told\t1\tall\tmisc\nii \tlibc6\t2.36\tamd64\tlibs\nii \tlibc6\t2.36\ti386\tlibs\n',
    },
    {
      vim: [{ name: 'vim', version: '2:9.0-1', arch: 'amd64', category: 'editors', source: 'apt' }],
      libc6: [{ name: 'libc6', version: '2.36', arch: 'amd64', category: 'libs', source: 'apt' }],
      'libc6:i386': [{ name: 'libc6:i386', version: '2.36', arch: 'i386', category: 'libs', source: 'apt' }],
    },
  ],
  [
    {
      by: 'rpm',
      text: 'kernel\t5.14.0\t1.el9\t(none)\tx86_64\nkernel\t5.14.0\t2.el9\t(none)\tx86_64\nvim\t8.2\t3\t2\tx86_64\ngpg-pubkey\tab\tcd\t(none)\t(none)\n',
    },
    {
      kernel: [
        { name: 'kernel', version: '5.14.0', release: '1.el9', epoch: null, arch: 'x86_64', source: 'rpm' },
        { name: 'kernel', version: '5.14.0', release: '2.el9', epoch: null, arch: 'x86_64', source: 'rpm' },
      ],
      vim: [{ name: 'vim', version: '8.2', release: '3', epoch: 2, arch: 'x86_64', source: 'rpm' }],
      'gpg-pubkey': [{ name: 'gpg-pubkey', version: 'ab', release: 'cd', epoch: null, arch: null, source: 'rpm' }],
    },
  ],
  [
    { by: 'apk', text: 'musl-1.2.4-r2\npy3-pip-23.1.2-r0\n' },
    {
      musl: [{ name: 'musl', version: '1.2.4', release: 'r2', source: 'apk' }],
      'py3-pip': [{ name: 'py3-pip', version: '23.1.2', release: 'r0', source: 'apk' }],
    },
  ],
])('packages of %j', (list, packages) => {
  expect(packagesIn(list)).toEqual(packages);
});

test.each([
  [
    {
      by: 'systemd',
      text: 'ssh.service loaded active running OpenBSD Secure Shell server\n● bad.service not-found inactive dead bad.service\nonce.service loaded active exited Once\n\nssh.service enabled enabled\ngetty@.service enabled disabled\nbad.service masked enabled\n',
    },
    {
      'ssh.service': { name: 'ssh.service', state: 'running', status: 'enabled', source: 'systemd' },
      'bad.service': { name: 'bad.service', state: 'stopped', status: 'not-found', source: 'systemd' },
      'once.service': { name: 'once.service', state: 'stopped', status: 'active', source: 'systemd' },
      'getty@.service': { name: 'getty@.service', state: 'inactive', status: 'enabled', source: 'systemd' },
    },
  ],
  [
    { by: 'openrc', text: ' sshd [  started  ]\n crond [  stopped  ]\n\n sshd |      default\n ntpd |\n' },
    {
      sshd: { name: 'sshd', state: 'running', status: 'enabled', source: 'openrc' },
      crond: { name: 'crond', state: 'stopped', status: 'disabled', source: 'openrc' },
      ntpd: { name: 'ntpd', state: 'stopped', source: 'openrc', status: 'disabled' },
    },
  ],
  [{ by: '', text: '' }, {}],
])('services of %j', (list, services) => {
  expect(servicesIn(list)).toEqual(services);
});

test('the packages of this host', async () => {
  const { outcome } = await planHere(packageFacts, {});
  expect(outcome).toMatchObject({
    effects: [{ kind: 'set_fact', facts: { packages: { bash: [{ name: 'bash', source: expect.any(String) }] } } }],
  });
});

describe('in a plan, after a change that may bring some', () => {
  test.each([
    ['packages', packageFacts, packageListRequest()],
    ['services', serviceFacts, serviceListRequest()],
  ] as const)('%s are not known', (name, module, request) => {
    const seen = seenAs([[request, { by: 'rpm', text: '' }]], [request]);
    const because = expect.stringContaining('an earlier change');
    const planned = { [name]: new Unknown(because) };
    expect(planWith(module, {}, seen)).toMatchObject({ kind: 'cannot_know', because, planned });
  });
});
