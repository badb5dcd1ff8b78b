import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parseSshArguments, SSH_FLAGS } from '../../../engine/connection/ssh-config/ssh-arguments.ts';

const ARGUMENTS = {
  kind: 'arguments',
  settings: [],
  configFile: undefined,
  patience: {},
  withoutEffect: [],
} as const;

describe('settings for ssh', () => {
  test.each<[string, readonly string[]]>([
    ['', []],
    ['  ', []],
    ['-o ProxyJump=bastion', ['ProxyJump=bastion']],
    ['-oProxyJump=bastion', ['ProxyJump=bastion']],
    ['-o "ProxyJump bastion"', ['ProxyJump=bastion']],
    ['-o "ProxyJump = bastion"', ['ProxyJump=bastion']],
    ['-J bastion -J other', ['ProxyJump=bastion', 'ProxyJump=other']],
    [`-o ProxyCommand="ssh -W %h:%p -q bastion"`, ['ProxyCommand=ssh -W %h:%p -q bastion']],
    [`-o 'ProxyCommand=ssh -W "[%h]:%p" bastion'`, ['ProxyCommand=ssh -W "[%h]:%p" bastion']],
    ['-o ProxyCommand=ssh\\ -W\\ %h:%p\\ bastion', ['ProxyCommand=ssh -W %h:%p bastion']],
    [
      '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null',
      ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'],
    ],
    ['-i ~/.ssh/a -i "/a b/key"', ['IdentityFile="~/.ssh/a"', 'IdentityFile="/a b/key"']],
    ['-p 2222 -l ops', ['Port=2222', 'User=ops']],
    ['-4A', ['AddressFamily=inet', 'ForwardAgent=yes']],
    ['-4p22', ['AddressFamily=inet', 'Port=22']],
    ['-o PreferredAuthentications=publickey', ['PreferredAuthentications=publickey']],
    ['-o NoSuchOption=x', ['NoSuchOption=x']],
    ['-o\tPort=22\n-4', ['Port=22', 'AddressFamily=inet']],
  ])('%j', (text, settings) => {
    expect(parseSshArguments(text)).toEqual({ ...ARGUMENTS, settings });
  });
});

test.each<[string, object]>([
  ['-F /a/config', { configFile: '/a/config' }],
  ['-F none -F other', { configFile: 'none' }],
  ['-o ConnectTimeout=30', { patience: { connectTimeoutMs: 30_000 } }],
  ['-o connecttimeout=1m30s', { patience: { connectTimeoutMs: 90_000 } }],
  ['-o ServerAliveInterval=5 -o ServerAliveInterval=9', { patience: { keepAliveMs: 5_000 } }],
  ['-o ServerAliveInterval=0', { patience: { keepAliveMs: 0 } }],
  ['-o ConnectionAttempts=3', { patience: { retries: 2 } }],
])('runbook does in its own way: %s', (text, kept) => {
  expect(parseSshArguments(text)).toEqual({ ...ARGUMENTS, ...kept });
});

test.each<[string, readonly string[]]>([
  ['-C -o ControlMaster=auto -o ControlPersist=60s', ['-C', 'ControlMaster', 'ControlPersist']],
  ['-o ControlPath=~/.ssh/%C -S none -M', ['ControlPath', '-S', '-M']],
  ['-vvv', ['-v', '-v', '-v']],
  ['-q -tt -T -x -X -Y', ['-q', '-t', '-t', '-T', '-x', '-X', '-Y']],
  ['-R 3128:localhost:3128 -L 1:a:2 -D 1080', ['-R', '-L', '-D']],
  ['-o LogLevel=DEBUG -o ServerAliveCountMax=2 -o IPQoS=throughput', ['LogLevel', 'ServerAliveCountMax', 'IPQoS']],
  ['-E /root/log -e none -g -y -w 0', ['-E', '-e', '-g', '-y', '-w']],
])('nothing comes of %s, each with a reason', (text, names) => {
  const parsed = parseSshArguments(text);
  if (parsed.kind === 'fault') throw new Error(parsed.why);
  expect(parsed).toMatchObject({ settings: [], configFile: undefined, patience: {} });
  expect(parsed.withoutEffect.map(({ what }) => what)).toEqual(names);
  for (const { why } of parsed.withoutEffect) expect(why).toMatch(/^\w.*\.$/);
});

test.each<[string, RegExp]>([
  ['-o ProxyCommand=ssh -W %h:%p bastion', /-W cannot be used/],
  ['-o ProxyCommand=nc bastion 22', /"bastion" is not an option of ssh/],
  ['bastion', /"bastion" is not an option/],
  ['-- bastion', /"--" is not an option/],
  ['--verbose', /"--verbose" is not an option/],
  ['-', /"-" is not an option/],
  ['-o', /-o has no value/],
  ['-4i', /-i has no value/],
  ['-o ProxyJump', /no.*with a value/],
  ['-o =x', /no.*with a value/],
  ['-o ConnectTimeout=soon', /no number/],
  ['-Z', /ssh has no option -Z/],
  ['-N', /-N cannot be used/],
  ['-n', /-n cannot be used/],
  ['-fW a:22', /-f cannot be used/],
  ['-o "ProxyJump=a', /quote has no end/],
  ['-o a\\', /backslash/],
])('%s is refused', (text, why) => {
  const parsed = parseSshArguments(text);
  expect(parsed).toMatchObject({
    kind: 'fault',
    why: expect.stringMatching(why),
    remedy: expect.stringMatching(/\.$/),
  });
});

test('every option that the ssh of this machine has is known', () => {
  // ssh prints its options if it is called without arguments.
  const usage = run('ssh');
  const letters = [...usage.matchAll(/\[-(\w+)/g)].flatMap(([, names = '']) => names.split(''));
  expect(letters.length).toBeGreaterThan(30);
  expect(letters.filter((letter) => SSH_FLAGS[letter] === undefined)).toEqual([]);
});

function run(program: string): string {
  try {
    return execFileSync(program, { stdio: 'pipe' }).toString();
  } catch (error) {
    return error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  }
}
