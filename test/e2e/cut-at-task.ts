import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import type { Lab } from '../../lab/hosts.ts';
import { type RunbookEvent, controllerCommand } from '../lab/controller.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Where a run is cut off: when this task has ended on the host. */
export interface CutAt {
  readonly task: string;
  readonly role: string;
  /** SIGINT: as by Ctrl-C. */
  readonly by: 'SIGINT' | 'SIGKILL';
}

export interface CutOptions {
  readonly lab: Lab;
  readonly host: string;
  readonly inventory: string;
  readonly playbook: string;
  readonly point: CutAt;
}

/** Plays until the task has ended on the host, and ends the run there. Fails if the run ends before. */
export async function cutAtTask({ lab, host, inventory, playbook, point }: CutOptions): Promise<void> {
  const [command = '', ...argv] = controllerCommand(
    lab,
    ['play', `playbooks/${playbook}`, '--wait-lock', '120'],
    inventory,
  );
  const child = spawn(command, argv, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const closed = once(child, 'close');
  const { pid } = child;
  let isCut = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (isCut || !line.startsWith('{') || !line.endsWith('}')) continue;
    const event: RunbookEvent = JSON.parse(line);
    const { task } = event;
    if (event.type !== 'task_finished' || event.host !== host || task?.name !== point.task || task.role !== point.role)
      continue;
    isCut = true;
    if (pid !== undefined && child.exitCode === null) process.kill(-pid, point.by);
  }
  await closed;
  expect(isCut, `the run came to the task ${point.task}`).toBe(true);
  expect(child.exitCode, `the run was cut off at ${point.task}`).not.toBe(0);
}
