import type { Download } from '../../modules/base/module.ts';
import type { TaskIdentity } from './events.ts';

/**
 * What a host does at the moment. Told to those who show a run while it goes on: it stands in no journal and in no JSON
 * output, and whoever does not listen misses no result.
 */
export interface HostActivity {
  readonly host: string;
  readonly activity: Activity;
}

export type Activity =
  /** The first connection is being made. */
  | { readonly kind: 'connecting' }
  /** Another run holds the lock of the host: who, as that run has left its name. */
  | { readonly kind: 'locked'; readonly holder: string }
  /** It has the lock, and goes on with what it did before. */
  | { readonly kind: 'unlocked' }
  /** It has come to a task. `number` counts the tasks of the play up to this one, `of` all that are known so far. */
  | {
      readonly kind: 'at_task';
      readonly task: TaskIdentity;
      readonly item: string | undefined;
      readonly number: number;
      readonly of: number;
    }
  /** It does nothing itself for its task, until it is told otherwise. */
  | { readonly kind: 'idle' }
  /** The task must not go on before other hosts have come to it. */
  | { readonly kind: 'waiting_for_hosts' }
  /** The task waits until fewer than `--forks` hosts are at work. */
  | { readonly kind: 'waiting_for_turn' }
  | { readonly kind: 'looking' }
  | { readonly kind: 'changing' }
  /** Of a change: bytes of a file that have left this machine. */
  | { readonly kind: 'sending'; readonly sent: number; readonly size: number }
  /** Of a change: how much of a file the host has downloaded. */
  | ({ readonly kind: 'fetching' } & Download)
  /** Of a change: a line that its command has printed. A renderer masks it. Never told under no_log. */
  | { readonly kind: 'printing'; readonly line: string }
  /** It waits for a state of the host, at most for so long. */
  | { readonly kind: 'awaiting'; readonly limitMs: number }
  /** A wait that the playbook asks for. */
  | { readonly kind: 'pausing'; readonly milliseconds: number; readonly prompt: string | undefined }
  /** An attempt failed, and the next one begins after the delay. */
  | { readonly kind: 'delaying'; readonly milliseconds: number }
  /** It takes no more part in the play. */
  | { readonly kind: 'left' };

export type TellLive = (event: HostActivity) => void;

/** Does the work, and tells meanwhile that the host does `activity`. */
export async function whileDoing<Result>(
  live: TellLive,
  { host, activity }: HostActivity,
  work: () => Promise<Result>,
): Promise<Result> {
  live({ host, activity });
  try {
    return await work();
  } finally {
    live({ host, activity: { kind: 'idle' } });
  }
}
