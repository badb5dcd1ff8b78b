import { execFile } from 'node:child_process';
import { describe, expect, test, vi } from 'vitest';
import { TimedOut } from '../../engine/connection/base/unreachable.ts';
import { SHELLS, testShell } from './test-shell.ts';

/** Waits until the process group has no process left. */
function gone(leader: number): Promise<void> {
  expect(leader).toBeGreaterThan(1);
  return vi.waitFor(() => expect(() => process.kill(-leader, 0)).toThrow('ESRCH'), { timeout: 20_000 });
}

/** A process that survives TERM, and one that does not. */
const STUBBORN = '(trap "" TERM; sleep 600) & sleep 600';

/** A controller that dies while its script runs, after the script has printed its process group. */
const DYING_CONTROLLER = `
  import { connect } from ${JSON.stringify(new URL('../../engine/connection/connection.ts', import.meta.url).href)};
  const host = await (await connect({ kind: 'local', name: 'localhost' })).changing({ kind: 'login' });
  await host.change(${JSON.stringify(`echo $$; ${STUBBORN}`)}, {
    onOutput: (text) => { process.stdout.write(text); process.kill(process.pid, 'SIGKILL'); },
  });
`;

describe.concurrent.each(SHELLS)('with %s', (program) => {
  test.concurrent('a script over its time is ended with all its processes, and the session goes on', async () => {
    const shell = await testShell(program);
    const connection = await shell.connect();
    const host = await connection.changing({ kind: 'login' });
    const failure = await host
      .change(`echo "pid $$"; ${STUBBORN}`, { timeoutMs: 200 })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TimedOut);
    expect(failure).toMatchObject({
      code: 'timed-out',
      limit: 'time',
      ended: true,
      lastOutput: expect.stringMatching(/^pid \d+$/),
    });
    if (failure instanceof TimedOut) await gone(Number(failure.lastOutput.slice('pid '.length)));
    expect((await host.look('echo alive')).stdout.toString()).toBe('alive\n');
    await connection.close();
    await shell.remove();
  });

  test.concurrent('kill ends what runs', async () => {
    const shell = await testShell(program);
    const connection = await shell.connect();
    const host = await connection.changing({ kind: 'login' });
    const leader = Number((await host.look('echo $$')).stdout.toString());
    const up = Promise.withResolvers<void>();
    const running = host
      .change(`echo up; ${STUBBORN}`, { onOutput: () => up.resolve() })
      .catch((error: unknown) => error);
    await up.promise;
    await connection.kill();
    expect(await running).toMatchObject({ code: 'stopped', started: 'maybe' });
    await gone(leader);
    await shell.remove();
  });

  test.concurrent('an aborted signal ends what runs', async () => {
    const shell = await testShell(program);
    const stop = new AbortController();
    const connection = await shell.connect({ signal: stop.signal });
    const host = await connection.changing({ kind: 'login' });
    const running = host
      .change('echo up; sleep 600', { onOutput: () => stop.abort() })
      .catch((error: unknown) => error);
    expect(await running).toMatchObject({ code: 'stopped', started: 'maybe' });
    await connection.close();
    await shell.remove();
  });

  test.concurrent('a script does not go on when the controller dies', async () => {
    const shell = await testShell(program);
    const output = await new Promise<string>((resolve) => {
      const env = { ...process.env, PATH: shell.path };
      execFile(process.execPath, ['--input-type=module', '-e', DYING_CONTROLLER], { env }, (_error, stdout) =>
        resolve(stdout),
      );
    });
    await gone(Number(output));
    await shell.remove();
  });
});
