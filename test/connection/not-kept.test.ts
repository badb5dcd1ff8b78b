import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseSshG, readConfig } from '../../engine/connection/ssh-config/ssh-config.ts';
import type { SshOptions } from '../../engine/connection/ssh-config/ssh-options.ts';

/** Returns the options that the ssh of this machine prints for these lines. */
function optionsOf(...lines: readonly string[]): SshOptions {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-not-kept-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'config');
  writeFileSync(file, lines.join('\n'));
  return parseSshG(execFileSync('ssh', ['-F', file, '-G', 'localhost'], { stdio: 'pipe' }).toString());
}

test.each<[readonly string[], readonly string[] | undefined]>([
  [['ForwardAgent yes'], ['ForwardAgent']],
  [['SetEnv TOKEN=x'], ['SetEnv']],
  [['SendEnv TOKEN'], ['SendEnv']],
  [['SendEnv LANG LC_*'], undefined],
  [['PermitLocalCommand yes', 'LocalCommand notify'], ['LocalCommand']],
  [['LocalCommand notify'], undefined],
  [['PermitLocalCommand yes'], undefined],
  // Options for people at a terminal, and options that the transport sets itself.
  [['RequestTTY force'], undefined],
  [['RemoteCommand tmux attach'], undefined],
  [['LocalForward 8080 localhost:80', 'RemoteForward 9090 localhost:90', 'DynamicForward 1080'], undefined],
  [['ControlMaster auto', 'ControlPath ~/.ssh/%C', 'ControlPersist 10m'], undefined],
  [['ServerAliveInterval 5', 'ConnectTimeout 3', 'ConnectionAttempts 3', 'TCPKeepAlive no'], undefined],
  [['UpdateHostKeys no', 'VisualHostKey yes', 'LogLevel QUIET', 'BatchMode yes', 'AddKeysToAgent yes'], undefined],
  [['Compression yes', 'IPQoS throughput', 'RekeyLimit 1G 1h'], undefined],
  // Options that are kept. For the first ones, the address comes from ssh.
  [['CanonicalDomains example.org', 'CanonicalizePermittedCNAMEs *.a.org:*.b.org'], undefined],
  [['HashKnownHosts yes', 'StrictHostKeyChecking accept-new', 'HostKeyAlias web'], undefined],
  [['AddressFamily inet', 'BindAddress 127.0.0.1', 'Port 2222', 'User ops'], undefined],
  // Options for which the system's ssh is used.
  [['CheckHostIP yes', 'VerifyHostKeyDNS yes', 'RequiredRSASize 4096', 'RevokedHostKeys /dev/null'], undefined],
])('of %j, %j is named as not kept', (lines, names) => {
  expect(readConfig(optionsOf(...lines), optionsOf(), 'localhost').notKept).toEqual(names);
});

test('each option is named once', () => {
  const { notKept } = readConfig(
    optionsOf('SetEnv A=1', 'SendEnv B', 'SendEnv C', 'ForwardAgent yes'),
    optionsOf(),
    'localhost',
  );
  expect(notKept?.toSorted()).toEqual(['ForwardAgent', 'SendEnv', 'SetEnv']);
});
