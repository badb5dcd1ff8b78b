import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Changing, type Connection, connect } from '../../engine/connection/connection.ts';
import type { Apply } from '../../engine/modules/base/module.ts';
import { Machine } from '../../engine/run/machine/machine.ts';
import { syncedAtOnce } from '../../engine/run/machine/sync-files.ts';
import { Vault } from '../../engine/vault/vault.ts';

// Only a loss of power would show the real content of the disk. So this test reads the scripts of a real session on
// their way.

let folder: string;
let connection: Connection;
let machine: Machine;
let sent: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'runbook-on-disk-'));
  connection = await connect({ kind: 'local', name: 'localhost' });
  sent = [];
  machine = new Machine(recorded(connection), {
    changes: { value: 0, done: 0 },
    vault: new Vault([]),
    interrupt: new AbortController().signal,
    reopen: async () => connection,
    explained: (error) => error,
    becoming: () => {},
  });
});
afterEach(async () => {
  await connection.close();
  rmSync(folder, { recursive: true });
});

function recorded(real: Connection): Connection {
  const changing = async (privilege: Parameters<Connection['changing']>[0]): Promise<Changing> => {
    const handle = await real.changing(privilege);
    return {
      ...handle,
      change: (script, options) => {
        sent.push(script);
        return handle.change(script, options);
      },
      changeAndLook: (frame, options, lookOptions) => {
        sent.push(`${frame.scripts.ahead} then ${frame.scripts.change}`);
        return handle.changeAndLook(frame, options, lookOptions);
      },
    };
  };
  return new Proxy(real, {
    get: (target, name) => {
      if (name === 'changing') return changing;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function make(apply: Apply): Promise<number> {
  const limits = { timeoutMs: undefined, silenceMs: undefined, begun: () => {} };
  const applied = await machine.change({
    privilege: { kind: 'login' },
    apply,
    before: '',
    own: [],
    touches: [],
    limits,
  });
  return applied.kind === 'begun' ? applied.completed.status : -1;
}

const at = (name: string): string => join(folder, name);
const write = (name: string): Apply => ({ script: `echo x >${at(name)}`, brief: true, unsynced: at(name) });
const synced = (): readonly string[] => sent.filter((script) => script.includes(' sync '));

test('new files are synced together, before anything but a brief change is made', async () => {
  for (const name of ['a', 'b']) await make(write(name));
  await make({ script: `mkdir ${at('d')}`, brief: true });
  expect(synced()).toEqual([]);
  expect(await make({ script: 'echo restart' })).toBe(0);
  expect(synced()).toEqual([expect.stringMatching(/\/a .*\/b;[^]* sync "\$@"[^]* then echo restart$/)]);
  await machine.settle();
  expect(synced()).toHaveLength(1);
});

test('what no change has synced is synced at the end', async () => {
  for (const name of ['a', 'b']) await make(write(name));
  rmSync(at('a'));
  await machine.settle();
  await machine.settle();
  expect(sent.slice(2)).toEqual([expect.stringContaining(`${at('a')} ${at('b')}`)]);
});

test('a file that was not written is not synced', async () => {
  expect(await make({ ...write('no/such/folder'), script: 'exit 1' })).toBe(1);
  await machine.settle();
  expect(synced()).toEqual([]);
});

test('many new files are synced in between', async () => {
  for (let count = 0; count < 250; count += 1) await make(write(`f${count}`));
  expect(synced()).toHaveLength(1);
  await machine.settle();
  expect(synced()).toHaveLength(2);
});

test('a file for another host is synced at once', async () => {
  writeFileSync(at('a'), '');
  const apply = syncedAtOnce(write('a'));
  expect(apply.unsynced).toBe(undefined);
  expect(await make(apply)).toBe(0);
  expect(synced()).toHaveLength(1);
  await machine.settle();
  expect(sent).toHaveLength(1);
});
