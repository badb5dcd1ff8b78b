import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Lab } from '../../lab/hosts.ts';

/** Runs `runbook` as an operator does, inside a lab's network. */
const ROOT = join(import.meta.dirname, '../..');
const RUNBOOK = join(ROOT, 'bin/runbook.js');

export interface RunbookResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The events of `--output json`. */
  readonly events: readonly RunbookEvent[];
}

export interface RunbookEvent {
  readonly type: string;
  readonly host?: string;
  readonly task?: { readonly name: string; readonly role?: string; readonly handler: boolean; readonly id: string };
  readonly item?: string;
  readonly outcome?: { readonly kind: string; readonly certainty?: string };
  readonly recap?: readonly Recap[];
}

export interface Recap {
  readonly host: string;
  readonly ok: number;
  readonly changed: number;
  readonly failed: number;
  readonly unreachable: boolean;
}

/** The argv of a controller inside the network of the lab. */
export function controllerCommand(
  lab: Lab,
  args: readonly string[],
  inventory = 'inventory/lab.yml',
): readonly string[] {
  const hosts = ['-i', inventory, '-e', `lab_name=${lab.state.name}`];
  return [...lab.enter, process.execPath, RUNBOOK, ...args, ...hosts, '--output', 'json'];
}

export async function runbook(lab: Lab, args: readonly string[], inventory?: string): Promise<RunbookResult> {
  const [command = '', ...argv] = controllerCommand(lab, args, inventory);
  const child = spawn(command, argv, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => out.push(data));
  child.stderr.on('data', (data: Buffer) => err.push(data));
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  const stdout = Buffer.concat(out).toString();
  const events = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): RunbookEvent => JSON.parse(line));
  return { status, stdout, stderr: Buffer.concat(err).toString(), events };
}

/** Returns the text for a failed assertion: the failed tasks and stderr. */
export function complaints(result: RunbookResult): string {
  const failed = result.events.filter((event) => event.outcome?.kind === 'failed' || event.type === 'host_unreachable');
  return [...failed.map((event) => JSON.stringify(event)), result.stderr].join('\n');
}

export function recapOf(result: RunbookResult): readonly Recap[] {
  return result.events.find((event) => event.type === 'run_finished')?.recap ?? [];
}

/** Returns `host: task` of all changes, in their order. */
export function changesOf(result: RunbookResult): readonly string[] {
  return result.events
    .filter((event) => event.type === 'task_finished' && event.outcome?.kind === 'changed')
    .map((event) => `${event.host ?? ''}: ${event.task?.name ?? ''}`);
}
