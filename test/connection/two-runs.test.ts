import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConnectionContext } from '../../engine/connection/ssh/connection-context.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIBtK';

test('the limits of two runs in one process are their own', async () => {
  const [wary, other] = [new ConnectionContext(), new ConnectionContext()];
  const done = Promise.withResolvers<void>();
  const greeted = { wary: 0, other: 0 };
  const far = (context: ConnectionContext): void => {
    // A server that is far away, which allows more simultaneous handshakes.
    const began = performance.now();
    const word = context.handshakes.expectFirstWord();
    while (performance.now() - began < 45);
    word.came();
  };
  far(wary);
  far(other);
  wary.handshakes.noteDrop();
  const all = (['wary', 'other'] as const).flatMap((name) =>
    Array.from({ length: 40 }, () =>
      (name === 'wary' ? wary : other).handshakes.withPermit(async () => {
        greeted[name] += 1;
        await done.promise;
      }),
    ),
  );
  await new Promise(setImmediate);
  expect(greeted.wary).toBe(10);
  expect(greeted.other).toBeGreaterThanOrEqual(30);
  done.resolve();
  await Promise.all(all);
});

test('the files of host keys are read by each run anew', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'runbook-known-')), 'known_hosts');
  writeFileSync(file, `a ssh-ed25519 ${KEY}\n`);
  const [first, second] = [new ConnectionContext(), new ConnectionContext()];
  expect(await first.knownHosts.about([file], 'a')).toHaveLength(1);
  writeFileSync(file, `${readFileSync(file, 'utf8')}b ssh-ed25519 ${KEY}\n`);
  expect(await first.knownHosts.about([file], 'b')).toHaveLength(0);
  expect(await second.knownHosts.about([file], 'b')).toHaveLength(1);
});
