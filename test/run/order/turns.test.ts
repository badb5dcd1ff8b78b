import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { turns } from '../../../engine/run/order/turns.ts';

test('never more at once than there may be, connected hosts ahead of those to be connected, each kind in its order', async () => {
  const { connected, connecting } = turns(2);
  const began: string[] = [];
  let running = 0;
  const work = (name: string) => async (): Promise<string> => {
    began.push(name);
    running += 1;
    expect(running).toBeLessThanOrEqual(2);
    await turn();
    running -= 1;
    return name;
  };
  const all = [
    ...['a', 'b', 'c', 'd'].map((name) => connecting(work(`connect ${name}`))),
    ...['a', 'b'].map((name) => connected(work(`look at ${name}`))),
  ];
  await Promise.all(all);
  expect(began).toEqual(['connect a', 'connect b', 'look at a', 'look at b', 'connect c', 'connect d']);
  expect(await connected(work('again'))).toBe('again');
});

test('a failure gives its turn to the next one', async () => {
  const { connecting } = turns(1);
  const failing = connecting(() => Promise.reject(new Error('refused')));
  const next = connecting(() => Promise.resolve('there'));
  await expect(failing).rejects.toThrow('refused');
  await expect(next).resolves.toBe('there');
});
