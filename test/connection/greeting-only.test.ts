import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { decodeFacts } from '../../engine/connection/shell/facts.ts';
import { GREETING } from '../../engine/connection/shell/greeting.ts';
import { lockScript } from '../../engine/connection/shell/lock.ts';
import { BUSYBOXES } from '../busyboxes.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test.each(BUSYBOXES)('$name alone tells the same facts as the programs of this machine', ({ only }) => {
  const usual = decodeFacts(execFileSync('sh', ['-c', GREETING]).toString());
  const { HOME: home, LOGNAME: name } = process.env;
  const seen = decodeFacts(
    execFileSync(`${only}/sh`, ['-c', GREETING], { env: { PATH: only, HOME: home, LOGNAME: name } }).toString(),
  );
  expect({ ...seen, time: 0 }).toEqual({ ...usual, time: 0, package_manager: seen.package_manager });
});

/** Without flock, a folder is the lock; the lock is void if the process that it names no longer exists. */
test.each(BUSYBOXES)('$name alone takes the lock, once', ({ only }) => {
  const folder = temporaryFolder('runbook-lock-');
  const script = (holder: string): string =>
    lockScript(holder).replaceAll('/run/runbook', folder).replaceAll('/tmp', folder);
  const run = (text: string): string => execFileSync(`${only}/sh`, { input: text, env: { PATH: only } }).toString();
  expect(run(`${script('first')}\n${only}/sh <<'other'\n${script('second')}\nother\n`)).toMatch(
    /^taken\nlocked\nfirst \(process \d+ of user \d+\)\n$/,
  );
  expect(run(script('third'))).toBe('taken\n');
});
