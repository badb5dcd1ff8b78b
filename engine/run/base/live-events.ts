import type { Download } from '../../modules/base/module.ts';
import type { TaskIdentity } from './events.ts';

/**
 * The current activity of a host, for displays of a running run. It is not part of the journal or of JSON output, and
 * no result depends on it.
 */
export interface HostActivity {
  readonly host: string;
  readonly activity: Activity;
}

export type Activity =
  /** The first connection is being made. */
  | { readonly kind: 'connecting' }
  /** Another run holds the lock of the host. `holder` is the name that the other run left. */
  | { readonly kind: 'locked'; readonly holder: string }
  /** The host is locked by this run now, and continues with its earlier activity. */
  | { readonly kind: 'unlocked' }
  /**
   * The host has reached a task. `number` counts the tasks of the play up to this one, `of` all tasks that are known so
   * far.
   */
  | {
      readonly kind: 'at_task';
      readonly task: TaskIdentity;
      readonly item: string | undefined;
      readonly number: number;
      readonly of: number;
    }
  /** The host does nothing for its task until the next activity. */
  | { readonly kind: 'idle' }
  /** The task waits until other hosts have reached it. */
  | { readonly kind: 'waiting_for_hosts' }
  /** The task waits until fewer than `--forks` hosts are at work. */
  | { readonly kind: 'waiting_for_turn' }
  | { readonly kind: 'looking' }
  | { readonly kind: 'changing' }
  /** During a change: bytes of a file that were sent. */
  | { readonly kind: 'sending'; readonly sent: number; readonly size: number }
  /** During a change: progress of a download on the host. */
  | ({ readonly kind: 'fetching' } & Download)
  /** During a change: a line that its command has printed. A renderer masks it. Not emitted under no_log. */
  | { readonly kind: 'printing'; readonly line: string }
  /** The host waits for one of its own states, for at most this time. */
  | { readonly kind: 'awaiting'; readonly limitMs: number }
  /** A pause of the playbook. */
  | { readonly kind: 'pausing'; readonly milliseconds: number; readonly prompt: string | undefined }
  /** An attempt has failed, and the next one begins after the delay. */
  | { readonly kind: 'delaying'; readonly milliseconds: number }
  /** The host takes no more part in the play. */
  | { readonly kind: 'left' };

export type TellLive = (event: HostActivity) => void;

/** Runs `work`, and reports `activity` for the host meanwhile. */
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
