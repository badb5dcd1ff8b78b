import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startCuttingProxy, type CuttingProxy } from './cutting-proxy.ts';
import { startSite, type Ended, type RunningPlay, type Site, type ToldEvent } from './site.ts';

/** Signals in their order: the next one is sent after the response to the one before. */
type Signs = readonly ('SIGINT' | 'SIGTERM' | 'SIGKILL')[];

const named = (...all: readonly Signs[]): [string, Signs][] => all.map((signs) => [signs.join(', '), signs]);
const ENDINGS = named(['SIGKILL'], ['SIGINT', 'SIGINT'], ['SIGTERM', 'SIGTERM'], ['SIGINT', 'SIGINT', 'SIGINT']);

let site: Site;
let proxy: CuttingProxy;
let silent: Server;

const play = async (port: number, onEvent: (event: ToldEvent) => void): Promise<RunningPlay> => {
  const book = await site.playbook(
    'play.yml',
    JSON.stringify([{ name: 'Play', hosts: 'all', tasks: [{ command: 'sleep 600' }] }]),
  );
  return site.start(['play', book, '--output', 'json', '-e', JSON.stringify({ ansible_port: port })], onEvent);
};

async function end(running: RunningPlay, signs: Signs): Promise<Ended> {
  let said = '';
  running.process.stderr?.on('data', (data: Buffer) => (said += data.toString()));
  const answers = ['Interrupted:', 'Ending what runs'];
  for (const [index, sign] of signs.entries()) {
    const before = answers[index - 1];
    // Signals in quick succession count as one, so one may have to be repeated.
    const pressing = setInterval(() => running.process.kill(sign), 200);
    onTestFinished(() => clearInterval(pressing));
    if (before === undefined) running.process.kill(sign);
    await Promise.race([
      running.ended,
      vi.waitFor(() => expect(said).toContain(answers[index]), { timeout: 30_000, interval: 10 }),
    ]);
    clearInterval(pressing);
  }
  return running.ended;
}

describe.skipIf(process.getuid?.() !== 0)(
  'of a run that is ended nothing stays on this machine (the tests need root, for mounts)',
  () => {
    beforeAll(async () => {
      site = await startSite({ one: {} });
      proxy = await startCuttingProxy(site.server.port);
      silent = createServer(() => {}).listen(0, '127.0.0.1');
      await once(silent, 'listening');
    });
    afterAll(async () => {
      silent.close();
      await proxy.stop();
      await site.stop();
    });

    endings();
  },
);

function endings(): void {
  test.each(ENDINGS)('while a change runs: %s', async (_, signs) => {
    const begun = Promise.withResolvers<void>();
    const running = await play(site.server.port, (event) => event.type === 'task_started' && begun.resolve());
    await Promise.race([begun.promise, running.ended]);
    const ended = await end(running, signs);
    // A third signal may come when the run is about to end, and then ends the program like any other.
    const ways = signs[0] === 'SIGKILL' ? ['SIGKILL'] : signs.length > 2 ? [130, 'SIGINT'] : [130];
    expect(ways).toContain(ended.status ?? ended.signal);
    await site.quiet();
  });

  test.each(ENDINGS)('while the connection hangs: %s', async (_, signs) => {
    const begun = Promise.withResolvers<void>();
    const running = await play(proxy.port, (event) => event.type === 'task_started' && begun.resolve());
    await Promise.race([begun.promise, running.ended]);
    proxy.stall();
    await end(running, signs);
    await site.quietHere();
    proxy.cut();
    await site.quiet();
  });

  test.each(named(['SIGKILL'], ['SIGINT'], ['SIGTERM']))(
    'while a silent host is connected to: %s',
    async (_, signs) => {
      const { port } = silent.address() as AddressInfo;
      const dialled = once(silent, 'connection');
      const running = await play(port, () => {});
      await Promise.race([dialled, running.ended]);
      await end(running, signs);
      await site.quietHere();
    },
  );
}
