import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { KnownHostsIndex } from '../../../engine/connection/ssh/known-hosts-index.ts';
import { hashedName, matchesHost, parseKnownHosts } from '../../../engine/connection/ssh/known-hosts.ts';

const NAMES = ['web1', 'web2', 'db.example.org', '[web1]:2222', '10.0.0.1'];

/** The first field of a line: names, wildcards, exclusions, and hashes with salts of any length. */
const hosts = fc.oneof(
  fc
    .array(fc.constantFrom(...NAMES, 'WEB1', 'web?', '*', '*.example.org', '!web1', '!*'), {
      minLength: 1,
      maxLength: 3,
    })
    .map((names) => names.join(',')),
  fc.constantFrom(...NAMES).map(hashedName),
  fc.tuple(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(...NAMES)).map(([salt, name]) => {
    const hash = createHmac('sha1', salt).update(name).digest('base64');
    return `|1|${Buffer.from(salt).toString('base64')}|${hash}`;
  }),
);
const line = fc
  .tuple(fc.constantFrom('', '@revoked ', '@cert-authority '), hosts)
  .map(([marker, names]) => `${marker}${names} ssh-ed25519 AAAA`);

test('finds the entries that comparing each of them finds, in the order of the file', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom(...NAMES), (lines, name) => {
      const entries = parseKnownHosts(lines.join('\n'), 'known_hosts');
      const index = new KnownHostsIndex(entries);
      expect(index.about(name)).toEqual(entries.filter((entry) => matchesHost(entry, name)));
      expect(index.hasAuthority).toBe(lines.some((one) => one.startsWith('@cert-authority')));
    }),
  );
});

test('a hashed name is found with a salt of any length', () => {
  for (const length of [0, 1, 20, 63, 64, 65, 200]) {
    const salt = Buffer.alloc(length, 'salt');
    const hash = createHmac('sha1', salt).update('web1').digest('base64');
    const index = new KnownHostsIndex(parseKnownHosts(`|1|${salt.toString('base64')}|${hash} ssh-rsa AAAA`, 'f'));
    expect([index.about('web1').length, index.about('web2').length], `${length} bytes`).toEqual([1, 0]);
  }
});
