import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { module as repository } from '../../engine/modules/deb822_repository.ts';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { SystemHost } from './system-host.ts';
import { mistakes, told } from './told.ts';

const KEY = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\n-----END PGP PUBLIC KEY BLOCK-----\n';

test.for([
  [
    { name: 'a', uris: 'u', suites: '/', signed_by: 'https://x/k' },
    'signed_by must be a path of the host, a fingerprint or a key',
  ],
  [{ name: '..', uris: 'u', suites: '/' }, 'name must be a name with letters or digits'],
  [{ name: 'a\nb', uris: 'u', suites: '/' }, 'name must be a name with letters or digits, in one line'],
  [{ name: 'a', uris: 'u\nEnabled: no', suites: '/' }, 'uris must be addresses, each without blanks'],
  [{ name: 'a', uris: 'u', suites: '/', inrelease_path: 'x\ny' }, 'inrelease_path must be one line'],
] as readonly (readonly [ValueMap, string])[])('%j is refused', ([given, expected]) => {
  expect(mistakes(repository, given)).toContain(expected);
});

describe.skipIf(SystemHost.missing !== undefined)('on a host', () => {
  let host: SystemHost;
  beforeAll(async () => {
    host = await SystemHost.start();
  });
  afterAll(() => host.stop());

  test('the file is written as Ansible writes it, changed, and removed', async () => {
    const args = { name: 'My Repo_x!', uris: 'https://a/b', suites: ['s1', 's2'], components: 'main' };
    const path = '/etc/apt/sources.list.d/my-repo-x.sources';
    expect(await host.apply(repository, { ...args, enabled: true, signed_by: KEY })).toMatchObject({
      failure: undefined,
    });
    expect(host.run(`stat -c %a ${path}; cat ${path}`).stdout.toString()).toBe(`644
Components: main
Enabled: yes
X-Repolib-Name: My Repo_x!
Signed-By:
    -----BEGIN PGP PUBLIC KEY BLOCK-----
    .
    abc
    -----END PGP PUBLIC KEY BLOCK-----
Suites: s1 s2
Types: deb
URIs: https://a/b
`);
    expect(host.plan(repository, { ...args, enabled: true, signed_by: KEY }).kind).toBe('in_sync');
    const changed = { ...args, types: ['deb', 'deb-src'], trusted: false, date_max_future: 5 };
    expect(await host.apply(repository, changed)).toMatchObject({ outcome: { kind: 'change' }, failure: undefined });
    expect(
      host
        .run(`apt-get indextargets -o Dir::State::lists=/nonexistent >/dev/null; grep -c . ${path}`)
        .stdout.toString()
        .trim(),
    ).toBe('7');
    expect(host.plan(repository, changed).kind).toBe('in_sync');
    expect(told((await host.apply(repository, { name: 'My Repo_x!', state: 'absent' })).outcome)).toBe(
      `${path} state: a file → absent`,
    );
    expect(host.plan(repository, { name: 'My Repo_x!', state: 'absent' }).kind).toBe('in_sync');
  });

  test('what is missing is told', () => {
    expect(told(host.plan(repository, { name: 'a' }))).toContain('the repository a has no uris');
    expect(told(host.plan(repository, { name: 'a', uris: 'u' }))).toContain('the repository a has no suites');
    expect(told(host.plan(repository, { name: 'a', uris: 'u', suites: 's' }, { package_manager: 'dnf' }))).toContain(
      'does not use apt',
    );
  });
});
