import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { connect, type ConnectOptions, type Connection } from '../../engine/connection/connection.ts';
import { BUSYBOXES } from '../busyboxes.ts';

/** The kinds of `sh` that hosts have, as far as this machine has them. */
export const SHELLS = ['/bin/dash', '/bin/bash', ...BUSYBOXES.map(({ path }) => path)].filter((path) =>
  existsSync(path),
);

export interface TestShell {
  /** A folder for the files of the test. */
  readonly folder: string;
  /** A PATH on which `sh` is the program. */
  readonly path: string;
  /** A local connection whose `sh` is the program. */
  connect(options?: ConnectOptions): Promise<Connection>;
  remove(): Promise<void>;
}

export async function testShell(program: string): Promise<TestShell> {
  const folder = await mkdtemp(join(tmpdir(), 'runbook-shell-'));
  await symlink(program, join(folder, 'sh'));
  const path = `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
  return {
    folder,
    path,
    connect: (options) => {
      const usual = process.env['PATH'];
      process.env['PATH'] = path;
      try {
        // The first `sh` is started before this call returns, so that the next test's PATH does not matter.
        return connect({ kind: 'local', name: 'localhost' }, options);
      } finally {
        process.env['PATH'] = usual;
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
