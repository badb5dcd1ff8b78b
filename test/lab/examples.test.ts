import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, down, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { until } from '../../lab/until.ts';
import { changesIn, copyOfExamples, exampleNames, optionsOf, RUNBOOK } from '../examples/projects.ts';

const NAME = 'examples';
const reason = unfitness();

const BALANCER = 'http://192.168.1.26/';

/** The argv of a client in the network of the lab. */
function client(lab: Lab, ...args: readonly string[]): readonly [string, ...string[]] {
  const [command = '', ...argv] = [
    ...lab.enter,
    process.execPath,
    join(import.meta.dirname, 'http-client.ts'),
    ...args,
  ];
  return [command, ...argv];
}

function get(lab: Lab, ...args: readonly string[]): string {
  const [command, ...argv] = client(lab, ...args);
  return execFileSync(command, argv, { encoding: 'utf8' });
}

/** The result of the example on a host after it was played. */
const RESULTS: Readonly<Record<string, (lab: Lab, folder: string) => Promise<void>>> = {
  async web(lab, folder) {
    // Verified by the authority that the play has made.
    expect(get(lab, 'https://192.168.1.26/', join(folder, 'pki/web-ca.crt'), 'www.example.org')).toBe(
      'Hello from web1',
    );
  },
  async 'rolling-update'(lab) {
    const answers = [1, 2, 3, 4].map(() => get(lab, BALANCER));
    expect(new Set(answers).size, answers.join('')).toBe(2);
  },
  async users(lab) {
    expect(await lab.ssh('k8s-master-1', 'id -nG ada')).toContain('admins');
    expect(await lab.ssh('k8s-master-1', 'sudo cat ~grace/.ssh/authorized_keys')).toContain('grace@example.org');
    expect(await lab.ssh('k8s-master-1', 'sudo getent shadow ada')).toContain('$6$example1$');
  },
  async backup(lab) {
    expect(await lab.ssh('k8s-master-1', 'systemctl is-active backup.timer')).toContain('active');
    expect(await lab.ssh('k8s-master-1', 'sudo sh -c "tar -tzf /var/backups/nightly/*.tar.gz"')).toContain(
      'etc/passwd',
    );
  },
};

interface Played {
  readonly status: number | null;
  readonly changed: number;
  /** The text for a failed assertion. */
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
    const done = spawnSync(process.execPath, [RUNBOOK, ...args, '--output', 'json'], {
      cwd: join(copy, 'examples', example),
      encoding: 'utf8',
    });
    const changed = done.status === 0 && command === 'play' ? changesIn(done.stdout) : 0;
    return { status: done.status, changed, said: done.stdout.slice(-3000) + done.stderr };
  }

  // test/examples plays the example that needs no host.
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
    // Another example may use the port of the load balancer meanwhile.
    expect(runbook('play', 'rolling-update').status).toBe(0);
    const file = join(copy, 'answers');
    const [command, ...argv] = client(lab, BALANCER, '--forever');
    const asking = spawn(command, argv, { stdio: ['ignore', openSync(file, 'w'), 'ignore'] });
    const ended = once(asking, 'exit');
    try {
      await until('the client has an answer', async () => readFileSync(file, 'utf8').includes('release 1.0'), {
        timeoutMs: 60_000,
      });
      const played = runbook('play', 'rolling-update', '-e', 'release=2.0');
      expect(played.status, played.said).toBe(0);
    } finally {
      asking.kill();
      await ended;
    }
    const answers = readFileSync(file, 'utf8');
    expect(answers).toContain('release 1.0');
    expect(answers).toContain('release 2.0');
    expect(answers).not.toContain('lost');
    expect(get(lab, BALANCER)).toContain('release 2.0');
  });
});
