import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { module as keypair } from '../../engine/modules/openssh_keypair.ts';
import { SystemHost } from './system-host.ts';
import { told } from './told.ts';

type Step = readonly [args: object, told: string, command?: string];

const STEPS: readonly Step[] = [
  [
    { path: '/home/r/id', type: 'ed25519', comment: "it's me" },
    '/home/r/id key: absent → ed25519 256',
    'stat -c %a /home/r/id; cut -d " " -f 1,3- /home/r/id.pub; rm /home/r/id.pub',
  ],
  [
    { path: '/home/r/id', type: 'ed25519', comment: "it's me" },
    "/home/r/id.pub key: absent → that of the private key\n/home/r/id comment:  → it's me",
  ],
  [{ path: '/home/r/id', type: 'ed25519', comment: 'other' }, "/home/r/id comment: it's me → other"],
  [{ path: '/home/r/id', type: 'ed25519' }, 'in_sync'],
  [{ path: '/home/by-link/id', type: 'ed25519' }, 'in_sync'],
  [{ path: '/home/r/id', type: 'rsa', size: 2048, regenerate: 'never' }, 'in_sync'],
  [{ path: '/home/r/id', type: 'rsa', size: 2048 }, '/home/r/id key: ed25519 256 → rsa 2048'],
  [
    { path: '/home/r/id', type: 'ecdsa', regenerate: 'fail' },
    '/home/r/id is a key of type rsa with 2048 bits, not ecdsa: Correct type and size; or leave regenerate out, if the key may be replaced.',
  ],
  [{ path: '/home/r/id', type: 'ecdsa', size: 521 }, '/home/r/id key: rsa 2048 → ecdsa 521'],
  [
    { path: '/home/r/locked', type: 'ed25519' },
    '/home/r/locked cannot be read as a private key without a passphrase: Load key "/home/r/locked": incorrect passphrase supplied to decrypt private key',
  ],
  [
    { path: '/home/r/locked', type: 'ed25519', regenerate: 'full_idempotence' },
    '/home/r/locked key: absent → ed25519 256',
  ],
  [
    { path: '/home/none/id', type: 'ed25519' },
    'the directory /home/none does not exist: /home/none/id would be in it.',
  ],
  [
    { path: '/home/al/id', type: 'ed25519' },
    'another user can change names on the way to /home/al/id: Make the key as its owner: become: true and become_user: NAME. If this user is trusted, set unsafe_path: true.',
  ],
  [
    { path: '/home/al/pipe', type: 'ed25519' },
    'another user can change names on the way to /home/al/pipe: Make the key as its owner: become: true and become_user: NAME. If this user is trusted, set unsafe_path: true.',
  ],
  [{ path: '/home/r/id', state: 'absent' }, '/home/r/id state: a file → absent\n/home/r/id.pub state: a file → absent'],
];

describe.skipIf(SystemHost.missing !== undefined)('on a host', () => {
  let host: SystemHost;
  beforeAll(async () => {
    host = await SystemHost.start();
    const made = host.run(
      'mkdir /home/r /home/al && ln -s r /home/by-link && chown nobody /home/al && mkfifo /home/al/pipe && ssh-keygen -q -t ed25519 -N a-passphrase -f /home/r/locked',
    );
    expect(made.status, made.stderr.toString()).toBe(0);
  });
  afterAll(() => host.stop());

  test('a key is made, kept, changed, and removed', { timeout: 120_000 }, async () => {
    for (const [args, expected, command] of STEPS) {
      const { outcome, failure, result } = await host.apply(keypair, args);
      expect({ args, told: told(outcome), failure }).toEqual({ args, told: expected, failure: undefined });
      if (outcome.kind !== 'change') continue;
      expect({ args, again: told(host.plan(keypair, args)) }).toEqual({ args, again: 'in_sync' });
      if (command === undefined) continue;
      expect(result?.['public_key']).toMatch(/^ssh-ed25519 \S+ it's me$/);
      expect(host.run(command).stdout.toString()).toBe("600\nssh-ed25519 it's me\n");
    }
  });
});
