import { describe, expect, test } from 'vitest';
import { answerKey, type Outline } from '../../../engine/connection/ssh-config/ssh-config-outline.ts';
import { parseSshG, readConfig, type SshConfig } from '../../../engine/connection/ssh-config/ssh-config.ts';

/** Parses the output. `usual` has the defaults of ssh: an option with the same value counts as not set. */
function configOf(output: string, host: string, usual = ''): SshConfig {
  return readConfig(parseSshG(output), parseSshG(usual), host);
}

describe('readConfig', () => {
  test('takes what matters', () => {
    const output = [
      'user admin',
      'hostname 10.0.0.5',
      'port 2222',
      'identityfile /keys/one',
      'identityfile /keys/two',
      'globalknownhostsfile /etc/ssh/ssh_known_hosts',
      'userknownhostsfile /keys/known_hosts /keys/known_hosts2',
      'proxyjump ops@bastion:2200,inner',
      'stricthostkeychecking accept-new',
      'identityagent SSH_AUTH_SOCK',
    ].join('\n');
    expect(configOf(output, 'web1')).toEqual({
      address: '10.0.0.5',
      port: 2222,
      user: 'admin',
      identityFiles: ['/keys/one', '/keys/two'],
      knownHostsFiles: ['/keys/known_hosts', '/keys/known_hosts2', '/etc/ssh/ssh_known_hosts'],
      hostKeyChecking: 'accept-new',
      jumps: ['ops@bastion:2200', 'inner'],
    });
  });

  test.each([
    ['true', 'strict'],
    ['ask', undefined],
    ['false', 'off'],
    ['off', 'off'],
  ])('StrictHostKeyChecking %s is %s', (value, checking) => {
    expect(configOf(`stricthostkeychecking ${value}`, 'web1').hostKeyChecking).toBe(checking);
  });

  test('the host as its own name is no address', () => {
    expect(configOf('hostname web1', 'web1')).toEqual({});
  });
});

const kex = 'kexalgorithms sntrup761x25519-sha512,curve25519-sha256,ecdh-sha2-nistp256';

const TOLD: [string, string, Partial<SshConfig>][] = [
  [
    'ways to log in are turned off',
    'passwordauthentication no\npubkeyauthentication false',
    { loginMethods: ['keyboard-interactive'] },
  ],
  [
    'they are put in another order',
    'preferredauthentications password,publickey',
    { loginMethods: ['password', 'publickey'] },
  ],
  [
    'one of them is turned off there',
    'preferredauthentications password,publickey\npasswordauthentication no',
    { loginMethods: ['publickey'] },
  ],
  [
    'a list without what is not wanted',
    'kexalgorithms curve25519-sha256',
    { algorithms: { keyExchanges: ['curve25519-sha256'] } },
  ],
  [
    'a list with one more at its end',
    `${kex},diffie-hellman-group1-sha1`,
    { algorithms: { keyExchanges: ['curve25519-sha256', 'ecdh-sha2-nistp256'] } },
  ],
  ['an agent of its own', 'identityagent ~/.agent', { agent: '~/.agent' }],
  ['the kind of address', 'addressfamily inet6', { addressFamily: 6 }],
];

describe('what ssh2 is told', () => {
  test.each(TOLD)('%s', (_what, output, expected) => {
    expect(configOf(output, 'web1', kex)).toEqual({
      ...expected,
      ...(expected.algorithms && { algorithms: expect.objectContaining(expected.algorithms) }),
    });
  });

  test.each([
    ['certificatefile ~/.ssh/a-cert.pub', 'CertificateFile is set'],
    ['pkcs11provider /usr/lib/opensc.so', 'PKCS11Provider is set'],
    ['knownhostscommand /bin/true', 'KnownHostsCommand is set'],
    ['revokedhostkeys /etc/ssh/revoked', 'RevokedHostKeys is set'],
    ['kexalgorithms mlkem768x25519-sha256', 'KexAlgorithms is set to what ssh2 has none of'],
    ['macs umac-128-etm@openssh.com', 'MACs is set to what ssh2 has none of'],
    ['kexalgorithms mlkem768x25519-sha256,curve25519-sha256', 'KexAlgorithms is set to what ssh2 has none of'],
    ['pubkeyacceptedalgorithms ssh-ed25519', 'PubkeyAcceptedAlgorithms is set'],
    ['preferredauthentications gssapi-with-mic,publickey', 'PreferredAuthentications begins with gssapi-with-mic'],
    ['verifyhostkeydns true', 'VerifyHostKeyDNS is set'],
  ])("%s is for the system's ssh", (line, reason) => {
    const usual = `${kex}\nmacs umac-64,hmac-sha2-256\npubkeyacceptedalgorithms ssh-ed25519,rsa-sha2-256\nverifyhostkeydns false`;
    expect(configOf(line, 'web1', usual).reasons).toEqual([reason]);
  });

  test.each([
    ['forwardagent yes', ['ForwardAgent']],
    ['sendenv LANG\nsendenv LC_*', undefined],
    ['sendenv LANG\nsendenv TOKEN', ['SendEnv']],
    ['localcommand notify\npermitlocalcommand no', undefined],
    ['localcommand notify\npermitlocalcommand yes', ['LocalCommand']],
    ['forwardx11 yes\ncontrolmaster auto\ncompression yes\nconnecttimeout 5', undefined],
    ['anoptionoftomorrow yes', ['anoptionoftomorrow']],
  ])('%s: what is not kept is %j', (output, names) => {
    expect(configOf(output, 'web1', 'forwardagent no\ncompression no').notKept).toEqual(names);
  });
});

describe('answerKey', () => {
  const all = { kind: 'host', patterns: ['*'] } as const;
  const web = { kind: 'host', patterns: ['web?', '!web9'] } as const;
  const outline = (changes: Partial<Outline>): Outline => ({
    blocks: [],
    speaks: true,
    differsByHost: false,
    differsByLogin: false,
    ...changes,
  });

  test.each<[string, Partial<Outline>, string, readonly (string | number)[]]>([
    ['hosts that no line names share an answer', { blocks: [all, web] }, 'db1', ['*']],
    ['a host that a line names has its own', { blocks: [all, web] }, 'web1', ['web1']],
    ['a negated host is not named', { blocks: [all, web] }, 'web9', ['*']],
    [
      'with Match every host and login has its own',
      { blocks: [all, { kind: 'match' }], differsByLogin: true },
      'db1',
      ['db1', 'deploy', ''],
    ],
    ['with a HostName for all hosts, every host has its own', { blocks: [all], differsByHost: true }, 'db1', ['db1']],
  ])('%s', (_what, changes, host, key) => {
    expect(answerKey(outline(changes), { host, user: 'deploy', port: undefined })).toBe(JSON.stringify(key));
  });
});
