import { mkdirSync, mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reachCases } from './reach/reach-case.ts';
import { startServers, type Reach } from './reach/servers.ts';
import { tryReach } from './reach/try-reach.ts';

const cases = reachCases();
const folder = mkdtempSync(join(tmpdir(), 'runbook-reach-'));
chmodSync(folder, 0o755);
let reach: Reach;

describe.runIf(process.getuid?.() === 0)('what ssh reaches, runbook reaches, and nothing else', () => {
  beforeAll(async () => {
    reach = await startServers(join(folder, 'keys'), [...new Set(cases.flatMap((one) => one.servers))]);
  });
  afterAll(async () => {
    await reach.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('each case has a name of its own', () => {
    expect(new Set(cases.map((one) => one.what)).size).toBe(cases.length);
  });

  test.for(cases.map((one, index) => ({ ...one, index })))('$what', async ({ index, ...one }) => {
    const home = join(folder, `home-${index}`);
    mkdirSync(home);
    const { ssh, runbook } = await tryReach(one, reach, home);
    if (ssh !== undefined) expect(ssh.reached, `ssh: ${ssh.said}`).toBe(one.reached !== 'not');
    const reached = runbook.ok ? `by ${runbook.transport}` : 'not';
    expect(reached, runbook.said).toBe(one.reached);
    if (one.code !== undefined) expect(runbook.code, runbook.said).toBe(one.code);
  });
});
