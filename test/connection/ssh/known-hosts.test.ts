import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  judgeHostKey,
  knownHostName,
  matchesHost,
  parseKnownHosts,
  type HostKeyVerdict,
} from '../../../engine/connection/ssh/known-hosts.ts';

const ED = 'AAAAC3NzaC1lZDI1NTE5AAAAIE';
const OTHER = 'AAAAC3NzaC1lZDI1NTE5AAAAIF';

function judge(text: string, address: string, port = 22): HostKeyVerdict['kind'] {
  const name = knownHostName(address, port);
  const matching = parseKnownHosts(text, 'known_hosts').filter((entry) => matchesHost(entry, name));
  return judgeHostKey(matching, 'ssh-ed25519', ED).kind;
}

function hashed(name: string): string {
  const salt = Buffer.from('12345678901234567890');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

describe('a host key', () => {
  test.each<[string, string, string, number, HostKeyVerdict['kind']]>([
    ['a plain line', `web1 ssh-ed25519 ${ED} a comment`, 'web1', 22, 'known'],
    ['capital letters in the address', `web1 ssh-ed25519 ${ED}`, 'WEB1', 22, 'known'],
    ['several names', `web1,10.0.0.1 ssh-ed25519 ${ED}`, '10.0.0.1', 22, 'known'],
    ['another port', `[web1]:2222 ssh-ed25519 ${ED}`, 'web1', 2222, 'known'],
    ['a line for port 22 and a host on another', `web1 ssh-ed25519 ${ED}`, 'web1', 2222, 'unknown'],
    ['a hashed name', `${hashed('web1')} ssh-ed25519 ${ED}`, 'web1', 22, 'known'],
    ['a hashed name with port', `${hashed('[web1]:2222')} ssh-ed25519 ${ED}`, 'web1', 2222, 'known'],
    ['a hashed name of another host', `${hashed('web2')} ssh-ed25519 ${ED}`, 'web1', 22, 'unknown'],
    ['wildcards', `*.example.org,web? ssh-ed25519 ${ED}`, 'web1', 22, 'known'],
    ['a dot that is no wildcard', `web.1 ssh-ed25519 ${ED}`, 'webx1', 22, 'unknown'],
    ['a negated pattern', `web*,!web1 ssh-ed25519 ${ED}`, 'web1', 22, 'unknown'],
    ['a changed key', `web1 ssh-ed25519 ${OTHER}`, 'web1', 22, 'changed'],
    ['a known key of another type only', 'web1 ssh-rsa AAAAB3', 'web1', 22, 'changed'],
    ['one of two known keys', `web1 ssh-ed25519 ${OTHER}\nweb1 ssh-ed25519 ${ED}`, 'web1', 22, 'known'],
    ['a revoked key', `web1 ssh-ed25519 ${ED}\n@revoked * ssh-ed25519 ${ED}`, 'web1', 22, 'revoked'],
    ['another revoked key', `web1 ssh-ed25519 ${ED}\n@revoked * ssh-ed25519 ${OTHER}`, 'web1', 22, 'known'],
    ['an authority only', `@cert-authority *.example.org ssh-ed25519 ${ED}`, 'web.example.org', 22, 'unknown'],
    ['a marker that is not known', `@nonsense web1 ssh-ed25519 ${ED}`, 'web1', 22, 'unknown'],
    ['comments, empty lines, and half a line', `# web1 ssh-ed25519 ${ED}\n\nweb1 ssh-ed25519`, 'web1', 22, 'unknown'],
  ])('with %s', (...[, text, address, port, kind]) => {
    expect(judge(text, address, port)).toBe(kind);
  });

  test('names the line that has another key', () => {
    const entries = parseKnownHosts(`# first\nweb1 ssh-ed25519 ${OTHER}\n`, '/home/x/known_hosts');
    expect(judgeHostKey(entries, 'ssh-ed25519', ED)).toMatchObject({
      kind: 'changed',
      entry: { file: '/home/x/known_hosts', line: 2 },
    });
  });

  test('any text is read without an error', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, address) => {
        judge(text, address);
      }),
    );
  });
});
