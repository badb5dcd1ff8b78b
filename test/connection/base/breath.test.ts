import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EventLoopBudget } from '../../../engine/connection/base/breath.ts';

test('a timer has its turn amid the work of many', async () => {
  const loop = new EventLoopBudget();
  const work = Array.from({ length: 40 }, async () => {
    for (let step = 0; step < 4; step += 1) {
      await loop.breathe();
      workFor(2);
    }
  });
  let done = false;
  let ticks = 0;
  const timer = setInterval(() => (done ? undefined : (ticks += 1)), 1);
  await Promise.all(work);
  done = true;
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(2);
});

test('what many sockets received at once is handed on over several turns, whole and in its order', async () => {
  const loop = new EventLoopBudget();
  const SOCKETS = 30;
  const server = createServer((socket) => void socket.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const servers: Socket[] = [];
  server.on('connection', (socket) => servers.push(socket));
  const { port } = server.address() as AddressInfo;
  let turn = 0;
  const turns = setInterval(() => (turn += 1), 0);
  const handedOn: number[] = [];
  const texts = Array.from({ length: SOCKETS }, () => '');
  const ends = texts.map(
    (_, index) =>
      new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1');
        loop.receiveInTurn(socket);
        socket.on('data', (data) => {
          texts[index] += data.toString();
          handedOn.push(turn);
          workFor(4);
        });
        socket.on('end', resolve);
      }),
  );
  while (servers.length < SOCKETS) await sleep(1);
  for (const part of ['first ', 'second ']) for (const socket of servers) socket.write(part);
  for (const socket of servers) socket.end('third');
  await Promise.all(ends);
  clearInterval(turns);
  server.close();
  expect(texts).toEqual(texts.map(() => 'first second third'));
  const inOneTurn = Math.max(...handedOn.map((one) => handedOn.filter((other) => other === one).length));
  expect(inOneTurn).toBeLessThan(SOCKETS / 3);
});

test('what is held for a socket that is destroyed meanwhile is let go of', async () => {
  const loop = new EventLoopBudget();
  const server = createServer((socket) => void socket.on('error', () => {}).end('late'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  loop.receiveInTurn(socket);
  let came = false;
  socket.on('data', () => (came = true));
  const push = socket.push.bind(socket);
  const held = new Promise<void>((resolve) => {
    socket.push = (chunk: unknown): boolean => {
      // From here on, this turn counts as long in any case.
      void loop.breathe();
      workFor(20);
      const taken = push(chunk);
      socket.destroy();
      resolve();
      return taken;
    };
  });
  await held;
  let others = false;
  await loop.breathe();
  others = true;
  server.close();
  expect({ came, others }).toEqual({ came: false, others: true });
});

function workFor(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}
