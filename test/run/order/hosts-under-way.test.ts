import { expect, test } from 'vitest';
import { HostsUnderWay } from '../../../engine/run/order/hosts-under-way.ts';

/** Hosts that begin as soon as they may. `begun` has their names in that order. */
function hosts(underWay: HostsUnderWay, names: readonly string[]) {
  const begun: string[] = [];
  const ends = new Map<string, Promise<() => void>>();
  for (const name of names) {
    const end = underWay.begin();
    ends.set(name, end);
    void end.then(() => begun.push(name));
  }
  const end = async (name: string): Promise<void> => (await ends.get(name))?.();
  return { begun, end };
}

async function settled(): Promise<void> {
  await new Promise(setImmediate);
}

test('hosts begin in their order, and no more are under way than may be', async () => {
  const { begun, end } = hosts(new HostsUnderWay(2), ['a', 'b', 'c', 'd']);
  await settled();
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  await settled();
  expect(begun).toEqual(['a', 'b', 'c']);
  await end('b');
  await settled();
  expect(begun).toEqual(['a', 'b', 'c']);
});

test('a host that waits lets the next one begin, and goes on without a wait', async () => {
  const underWay = new HostsUnderWay(1);
  const { begun, end } = hosts(underWay, ['a', 'b', 'c']);
  await settled();
  const goOn = underWay.aside();
  await settled();
  expect(begun).toEqual(['a', 'b']);
  goOn();
  goOn();
  await end('b');
  await settled();
  expect(begun).toEqual(['a', 'b']);
  await end('a');
  await settled();
  expect(begun).toEqual(['a', 'b', 'c']);
});

test('a wait that fails ends like any other', async () => {
  const underWay = new HostsUnderWay(1);
  const { begun, end } = hosts(underWay, ['a', 'b', 'c']);
  await settled();
  await expect(underWay.during(() => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  await end('b');
  await settled();
  expect(begun).toEqual(['a', 'b']);
});
