import { describe, expect, test } from 'vitest';
import { answerKey, parseSshG } from '../../engine/connection/ssh-config.ts';

describe('parseSshG', () => {
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
    expect(parseSshG(output, 'web1')).toEqual({
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
    expect(parseSshG(`stricthostkeychecking ${value}`, 'web1').hostKeyChecking).toBe(checking);
  });

  test('the host as its own name is no address', () => {
    expect(parseSshG('hostname web1', 'web1')).toEqual({});
  });
});

describe('answerKey', () => {
  const all = { kind: 'host', patterns: ['*'] } as const;
  const web = { kind: 'host', patterns: ['web?', '!web9'] } as const;

  test.each([
    ['hosts that no line names share an answer', [all, web], 'db1', '*'],
    ['a host that a line names has its own', [all, web], 'web1', 'web1'],
    ['a negated host is not named', [all, web], 'web9', '*'],
    ['with Match every host has its own', [all, { kind: 'match' } as const], 'db1', 'db1'],
  ])('%s', (_what, blocks, host, key) => {
    expect(answerKey(blocks, host)).toBe(key);
  });
});
