import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { startCuttingProxy, type CuttingProxy, type Direction } from './cutting-proxy.ts';
import { startSite, type Ended, type Site, type ToldEvent } from './site.ts';

// The connection of one of two hosts is cut after a number of bytes; the numbers are spread over the whole
// conversation. RUNBOOK_CUTS=60 RUNBOOK_SEED=N sets how many cuts there are, and their seed.
const CUTS = Number(process.env['RUNBOOK_CUTS'] ?? 4);
const SEED = Number(process.env['RUNBOOK_SEED'] ?? Date.now() % 1_000_000);

let site: Site;
let proxy: CuttingProxy;
let playbook: string;

const content = Array.from({ length: 40_000 }, (_, line) => `line ${line}\n`).join('');

const total = { to_server: 0, to_client: 0 };

async function play(...more: readonly string[]): Promise<Ended> {
  if (more.length === 0) {
    await rm(join(site.folder, 'root'), { recursive: true, force: true });
    await mkdir(join(site.folder, 'root'));
  }
  const port = `{{#if (eq inventory_hostname 'cut')}}${proxy.port}{{else}}${site.server.port}{{/if}}`;
  const variables = JSON.stringify({ ansible_port: port, ...(more.length === 0 ? {} : { again: true }) });
  return site.run(['play', playbook, '--output', 'json', '-e', variables, '--no-lock', ...more]);
}

const read = (host: string, name: string): Promise<string> =>
  readFile(join(site.folder, 'root', host, name), 'utf8').catch(() => '');

const events = (ended: Ended): readonly ToldEvent[] =>
  ended.stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as ToldEvent] : []));

const random = seededRandom(SEED);

const points = Array.from({ length: CUTS }, (_, index): readonly [Direction, number] => [
  index % 2 === 0 ? 'to_server' : 'to_client',
  random(),
]);

describe.skipIf(process.getuid?.() !== 0)(
  `a cut connection (RUNBOOK_SEED=${SEED}; the test needs root, for mounts)`,
  () => {
    beforeAll(async () => {
      site = await startSite({ cut: {}, whole: {} });
      proxy = await startCuttingProxy(site.server.port);
      await writeFile(join(site.folder, 'large'), content);
      const at = '{{inventory_dir}}/root/{{inventory_hostname}}';
      playbook = await site.playbook(
        'cut.yml',
        JSON.stringify([
          {
            name: 'Cut',
            hosts: 'all',
            strategy: 'free',
            tasks: [
              { name: 'folder', file: { path: at, state: 'directory', mode: '0755' } },
              // The task leaves a mark each time, and prints a lot.
              {
                name: 'mark',
                shell: `echo once >>${at}/marks; head -c 200000 /dev/urandom | od -An -tx1`,
                when: 'default(again, false) == false',
              },
              { name: 'large', copy: { src: 'large', dest: `${at}/large`, mode: '0640' }, notify: 'reload' },
              {
                name: 'small',
                copy: { content: 'small\n'.repeat(3000), dest: `${at}/small`, mode: '0644' },
                notify: 'reload',
              },
            ],
            handlers: [
              { name: 'reload', shell: `cat ${at}/large ${at}/small >${at}/.loaded && mv ${at}/.loaded ${at}/loaded` },
            ],
          },
        ]),
      );
      expect(await play()).toMatchObject({ status: 0 });
      for (const direction of ['to_server', 'to_client'] as const) total[direction] = proxy.count(direction);
    });
    afterAll(async () => {
      await proxy.stop();
      await site.stop();
    });

    cuts();
  },
);

function cuts(): void {
  test.each(points)(
    '%s, after %d of it: the verdict is right, the other host is through, and the next run mends it',
    async (direction, share) => {
      proxy.cutAfter(direction, Math.max(1, Math.floor(share * total[direction])));
      const ended = await play();
      const told = events(ended);
      const lost = told.find((event) => event.type === 'host_unreachable');
      expect([ended.status, lost?.host], ended.stderr).toEqual(lost === undefined ? [0, undefined] : [4, 'cut']);
      await site.quiet();

      const marks = await read('cut', 'marks');
      const isMarkTold = told.some(
        (event) =>
          event.host === 'cut' && event.type === 'task_finished' && JSON.stringify(event.task).includes('"mark"'),
      );
      const during = JSON.stringify(lost?.['during'] ?? {});
      expect(['', 'once\n'], 'it was run twice').toContain(marks);
      if (marks !== '')
        expect(isMarkTold || during.includes('"mark"'), `it may have been run, and is not told: ${during}`).toBe(true);
      if (isMarkTold) expect(marks).toBe('once\n');
      for (const name of ['large', 'small'])
        expect(['', name === 'large' ? content : 'small\n'.repeat(3000)], `${name} is torn`).toContain(
          await read('cut', name),
        );
      expect(await read('whole', 'loaded')).toBe(content + 'small\n'.repeat(3000));
      expect(await read('whole', 'marks')).toBe('once\n');

      expect(await play('--diff')).toMatchObject({ status: 0 });
      expect(await read('cut', 'marks')).toBe(marks);
      expect(await read('cut', 'loaded')).toBe(content + 'small\n'.repeat(3000));
      expect((await readdir(join(site.folder, 'root/cut'))).toSorted()).toEqual([
        'large',
        'loaded',
        ...(marks === '' ? [] : ['marks']),
        'small',
      ]);
      expect(await readdir(site.owed)).toEqual([]);
    },
  );
}
