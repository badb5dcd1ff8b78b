import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const ANSIBLE = ['ansible-core==2.19.14', 'mitogen==0.3.54'];
const PYINFRA = ['pyinfra==3.10.0'];

/** The folder of a virtual environment, or why there is none. */
export type Installed = { readonly kind: 'there'; readonly folder: string } | { readonly kind: 'missing'; readonly why: string };

const installations = new Map<string, Promise<Installed>>();

export function ansible(): Promise<Installed> {
  return once(ANSIBLE);
}

export function pyinfra(): Promise<Installed> {
  return once(PYINFRA);
}

function once(packages: readonly string[]): Promise<Installed> {
  const name = packages.join('+').replaceAll('==', '-');
  let installation = installations.get(name);
  if (installation === undefined) installations.set(name, (installation = environment(name, packages)));
  return installation;
}

/** Installed once, under `${RUNBOOK_CACHE:-~/.cache/runbook}/bench`, named by what is in it. */
async function environment(name: string, packages: readonly string[]): Promise<Installed> {
  const cache = join(process.env['RUNBOOK_CACHE'] ?? join(homedir(), '.cache/runbook'), 'bench');
  const folder = join(cache, name);
  const done = join(folder, 'complete');
  if (existsSync(done)) return { kind: 'there', folder };
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(cache, { recursive: true });
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin/pip'), ['install', '--quiet', ...packages], { maxBuffer: 16 * 1024 * 1024 });
    await mkdir(done);
    return { kind: 'there', folder };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const why = error instanceof Error ? error.message.trim().split('\n').slice(0, 3).join(' ') : String(error);
    return { kind: 'missing', why: `${packages.join(' ')} cannot be installed: ${why}` };
  }
}
