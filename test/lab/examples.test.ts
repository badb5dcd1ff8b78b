import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Lab } from '../../lab/hosts.ts';
import { down, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { copyOfExamples, exampleNames, optionsOf, RUNBOOK } from '../examples/projects.ts';

const NAME = 'examples';
const reason = unfitness();

/** What a host shows when the example has been played. */
const RESULTS: Readonly<Record<string, (lab: Lab, folder: string) => Promise<void>>> = {
  async web(lab, folder) {
    // Over TLS, by the authority that the play has made.
    const authority = join(folder, 'pki/web-ca.crt');
    const args = ['--silent', '--fail', '--cacert', authority, '--resolve', 'www.example.org:443:192.168.1.26', 'https://www.example.org'];
    const [command = '', ...argv] = [...lab.enter, 'curl', ...args];
    expect(execFileSync(command, argv, { encoding: 'utf8' })).toBe('Hello from web1');
  },
  async 'rolling-update'(lab) {
    const answers = await lab.ssh('k8s-master-1', 'for i in 1 2 3 4; do curl --silent --fail http://127.0.0.1/ || exit 1; done');
    expect(new Set(answers.trim().split('\n')).size).toBe(2);
  },
  async users(lab) {
    expect(await lab.ssh('k8s-master-1', 'id -nG ada')).toContain('admins');
    expect(await lab.ssh('k8s-master-1', 'sudo cat ~grace/.ssh/authorized_keys')).toContain('grace@example.org');
    expect(await lab.ssh('k8s-master-1', 'sudo getent shadow ada')).toContain('$6$example1$');
  },
  async backup(lab) {
    expect(await lab.ssh('k8s-master-1', 'systemctl is-active backup.timer')).toContain('active');
    expect(await lab.ssh('k8s-master-1', 'sudo sh -c "tar -tzf /var/backups/nightly/*.tar.gz"')).toContain('etc/passwd');
  },
};

const recap = z.object({
  type: z.literal('run_finished'),
  recap: z.array(z.object({ host: z.string(), changed: z.number(), failed: z.number(), unreachable: z.boolean() })),
});

interface Played {
  readonly status: number | null;
  readonly changed: number;
  /** What a failing assertion should show. */
  readonly said: string;
}

describe.skipIf(reason !== undefined)(`examples on hosts${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  const copy = copyOfExamples();
  let lab: Lab;

  beforeAll(async () => {
    lab = await up({ name: NAME, hosts: 3 });
  });
  afterAll(async () => {
    await down(NAME);
    rmSync(copy, { recursive: true, force: true });
  });

  function runbook(command: string, example: string, ...more: readonly string[]): Played {
    const args = [command, 'site.yml', ...optionsOf(example), '-i', '../lab.yml', '-e', `lab_name=${NAME}`, ...more];
    const done = spawnSync(process.execPath, [RUNBOOK, ...args, '--output', 'json'], { cwd: join(copy, 'examples', example), encoding: 'utf8' });
    const last = recap.safeParse(JSON.parse(done.stdout.trimEnd().split('\n').at(-1) ?? 'null'));
    const changed = (last.data?.recap ?? []).reduce((sum, host) => sum + host.changed, 0);
    return { status: done.status, changed, said: done.stdout.slice(-3000) + done.stderr };
  }

  // The example that needs no host is played by test/examples.
  test.each(exampleNames().filter((name) => name !== 'reviewed-plan'))(
    '%s is planned, played, as it should be, and in sync afterwards',
    async (example) => {
      const planned = runbook('plan', example, '--detailed-exitcode');
      expect(planned.status, planned.said).toBe(2);
      const played = runbook('play', example);
      expect(played.status, played.said).toBe(0);
      expect(played.changed, played.said).toBeGreaterThan(0);
      await RESULTS[example]?.(lab, join(copy, 'examples', example));
      const again = runbook('play', example);
      expect(again.status, again.said).toBe(0);
      expect(again.changed, again.said).toBe(0);
    },
  );

  test('every example that is played here has its result looked at', () => {
    expect([...Object.keys(RESULTS), 'reviewed-plan'].toSorted()).toEqual(exampleNames());
  });

  test('a new release reaches the servers of the rolling update while the balancer answers every request', async () => {
    const client = `sudo systemd-run --quiet --collect --unit=client sh -c 'while sleep 0.1; do curl --silent --fail http://127.0.0.1/ >>/tmp/answers || echo lost >>/tmp/answers; done'`;
    await lab.ssh('k8s-master-1', client);
    const played = runbook('play', 'rolling-update', '-e', 'release=2.0');
    expect(played.status, played.said).toBe(0);
    const answers = await lab.ssh('k8s-master-1', 'sudo systemctl stop client; cat /tmp/answers');
    expect(answers).toContain('release 1.0');
    expect(answers).toContain('release 2.0');
    expect(answers).not.toContain('lost');
    expect(answers.trimEnd().split('\n').at(-1)).toContain('release 2.0');
  });
});
