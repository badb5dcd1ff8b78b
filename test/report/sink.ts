import { Writable } from 'node:stream';
import type { HostRecap, RunEvent, TaskFinished, TaskIdentity, TaskOutcome } from '../../engine/run/base/events.ts';

/** A stream that keeps everything that is written to it. */
export class Sink extends Writable {
  text = '';

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }

  lines(): readonly string[] {
    return this.text.split('\n');
  }
}

export function taskAt(line: number, name = `Task ${line}`): TaskIdentity {
  return { id: `tasks.yml:${line}:3`, name, module: 'copy', role: undefined, handler: false };
}

export function finished(
  host: string,
  task: TaskIdentity,
  outcome: TaskOutcome,
  more: Partial<TaskFinished> = {},
): TaskFinished {
  return {
    type: 'task_finished',
    host,
    delegatedTo: undefined,
    task,
    item: undefined,
    outcome,
    result: undefined,
    milliseconds: 1,
    ...more,
  };
}

export function changed(field = 'mode', before = '0644', after = '0600'): TaskOutcome {
  return {
    kind: 'changed',
    differences: [{ kind: 'field', of: '/etc/x', field, before, after }],
    certainty: 'certain',
    notifies: [],
  };
}

export function recapOf(host: string, more: Partial<HostRecap> = {}): HostRecap {
  return {
    host,
    ok: 0,
    changed: 0,
    unknown: 0,
    skipped: 0,
    failed: 0,
    ignored: 0,
    rescued: 0,
    unreachable: false,
    interrupted: false,
    owed: [],
    roundTrips: 1,
    ...more,
  };
}

export function started(mode: 'play' | 'plan', hosts: readonly string[], partial: readonly string[] = []): RunEvent {
  return {
    type: 'run_started',
    runId: 'run-1',
    mode,
    playbook: 'site.yml',
    inventory: ['hosts.yml'],
    at: new Date(0),
    hosts,
    partial,
  };
}

export function playStarted(hosts: readonly string[], play = 'Play', batch = 1, batches = 1): RunEvent {
  return { type: 'play_started', play, place: `site.yml:${play}`, hosts, batch, batches };
}

export function ended(...recap: readonly HostRecap[]): RunEvent {
  return { type: 'run_finished', recap, stopped: undefined, milliseconds: 1 };
}
