import { describe, expect, test } from 'vitest';
import { type Unit, shareHosts } from '../../../engine/run/slices/share-hosts.ts';
import { seededRandom } from '../../seeded-random.ts';

const single = (name: string): Unit => ({ key: name, hosts: [name] });
const hostsOf = (count: number): readonly Unit[] =>
  Array.from({ length: count }, (_, index) => single(`host${String(index).padStart(5, '0')}.example.org`));

function sizes(shared: ReadonlyMap<string, number>, of: number): readonly number[] {
  const counts = Array.from({ length: of }, () => 0);
  for (const index of shared.values()) counts[index - 1] = (counts[index - 1] ?? 0) + 1;
  return counts;
}

const spread = (counts: readonly number[]): number => Math.max(...counts) - Math.min(...counts);

describe.each([1, 2, 7, 50])('%i slices', (of) => {
  test.each([0, 1, 6, 49, 50, 51, 1000, 1049])('of %i hosts have each host once, and equal sizes', (count) => {
    const units = hostsOf(count);
    const shared = shareHosts(units, of);
    expect([...shared.keys()].toSorted()).toEqual(units.map(({ key }) => key));
    expect(spread(sizes(shared, of))).toBeLessThanOrEqual(1);
  });

  test('do not depend on the order of the hosts', () => {
    const units = hostsOf(300);
    const other = shareHosts(units.toReversed(), of);
    expect(other).toEqual(shareHosts(units, of));
  });

  test('lose at most one part of N to a new host, wherever it is in the inventory', () => {
    const units = hostsOf(1000);
    const before = shareHosts(units, of);
    for (let added = 0; added < 30; added += 1) {
      const after = shareHosts([...units, single(`host${added}00-new.example.org`)], of);
      const moved = [...before].filter(([host, index]) => after.get(host) !== index);
      expect(moved.length).toBeLessThanOrEqual(1000 / of);
    }
  });
});

test.each([2, 3, 7, 50])('groups stay whole in %i slices, and sizes differ by at most the largest group', (of) => {
  const random = seededRandom(20_261_130);
  for (let round = 0; round < 50; round += 1) {
    const units = Array.from({ length: of + 20 }, (_, group): Unit => ({
      key: `site${group}`,
      hosts: Array.from({ length: 1 + Math.floor(random() * 30) }, (__, index) => `site${group}-${index}`),
    }));
    const shared = shareHosts(units, of);
    for (const { hosts } of units) expect(new Set(hosts.map((host) => shared.get(host))).size).toBe(1);
    const largest = Math.max(...units.map(({ hosts }) => hosts.length));
    expect(spread(sizes(shared, of))).toBeLessThanOrEqual(largest);
  }
});

test('as many groups as slices: each slice has one, and keeps it when groups grow', () => {
  const sites = (sizes: readonly number[]): readonly Unit[] =>
    ['ams', 'fra', 'nyc'].map((key, site) => ({
      key,
      hosts: Array.from({ length: sizes[site] ?? 1 }, (_, index) => `${key}${index}`),
    }));
  const before = shareHosts(sites([1, 1, 10]), 3);
  expect(new Set(before.values()).size).toBe(3);
  const after = shareHosts(sites([5, 2, 30]), 3);
  for (const [host, index] of before) expect(after.get(host)).toBe(index);
});
