import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSite, type Ended, type Site, type ToldEvent } from './site.ts';

let site: Site;

const mark = (name: string): object => ({ name, shell: `echo ${name} >>${site.folder}/marks` });

const marks = async (): Promise<string> => {
  const text = await readFile(join(site.folder, 'marks'), 'utf8').catch(() => '');
  await writeFile(join(site.folder, 'marks'), '');
  return text;
};

const play = async (tasks: readonly object[], onEvent: (event: ToldEvent) => void): Promise<Ended> => {
  const book = await site.playbook('restart.yml', JSON.stringify([{ name: 'Restart', hosts: 'all', tasks }]));
  return site.run(['play', book, '--output', 'json'], onEvent);
};

const named = (event: ToldEvent, type: string, name: string): boolean =>
  event.type === type && JSON.stringify(event['task']).includes(`"${name}"`);

describe.skipIf(process.getuid?.() !== 0)('a server that is started anew (the tests need root, for mounts)', () => {
  beforeAll(async () => {
    site = await startSite({ one: {} });
  });
  afterAll(() => site.stop());

  waiting();
  withoutWaiting();
});

function waiting(): void {
  test('is waited for where the play begins with wait_for_connection', async () => {
    await site.server.down();
    let isUp: Promise<void> | undefined;
    const ended = await play([{ wait_for_connection: { timeout: 120 } }, mark('after')], (event) => {
      if (event.type === 'play_started') isUp ??= site.server.up();
    });
    await isUp;
    expect(ended.status, ended.stdout).toBe(0);
    expect(await marks()).toBe('after\n');
  });

  test('is waited for amid a play, and what was done before is not done again', async () => {
    const gate = {
      name: 'gate',
      query: `until [ -e ${site.folder}/gate ]; do sleep 0.05; done`,
      delegate_to: 'localhost',
    };
    let isUp: Promise<void> | undefined;
    const ended = await play(
      [mark('before'), gate, { name: 'waiting', wait_for_connection: { timeout: 120 } }, mark('after')],
      (event) => {
        if (named(event, 'task_finished', 'before'))
          void site.server.down().then(() => writeFile(join(site.folder, 'gate'), ''));
        if (named(event, 'task_started', 'waiting')) isUp ??= site.server.up();
      },
    );
    await isUp;
    expect(ended.status, ended.stdout).toBe(0);
    expect(await marks()).toBe('before\nafter\n');
  });
}

function withoutWaiting(): void {
  test('between two tasks without wait_for_connection: the host is lost at a task that is named, and nothing is done twice', async () => {
    const gate = {
      name: 'gate',
      query: `until [ -e ${site.folder}/gate-2 ]; do sleep 0.05; done`,
      delegate_to: 'localhost',
    };
    const ended = await play([mark('before'), gate, mark('after')], (event) => {
      if (!named(event, 'task_finished', 'before')) return;
      void site.server
        .down()
        .then(() => site.server.up())
        .then(() => writeFile(join(site.folder, 'gate-2'), ''));
    });
    expect(ended.status, ended.stdout).toBe(4);
    expect(ended.stdout).toMatch(/"host_unreachable".*"during":\{[^}]*"after"/);
    expect(await marks()).toBe('before\n');
  });
}
