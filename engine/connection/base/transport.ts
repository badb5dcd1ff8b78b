import type { Readable, Writable } from 'node:stream';
import type { PatchedLibrary } from '../ssh2/ssh2-patches.ts';

export type { PatchedLibrary };
import type { Unreachable } from './unreachable.ts';

/** A process on a target, with its three streams. */
export interface TargetProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process has ended and its streams are closed; `undefined` where the status is not known. */
  readonly ended: Promise<number | undefined>;
  /** Lets go of it at once. Whether its processes end is up to them. */
  abandon(): void;
}

export type TransportName = 'local' | 'ssh2' | 'openssh';

/** How processes are started on a target: over an SSH connection, or right here. */
export interface Transport {
  readonly name: TransportName;
  /** ssh2 as it is used here; undefined where another program is the way. */
  readonly library?: PatchedLibrary | undefined;
  /** `command` is one line for the login shell, whatever that is: plain words and single quotes only. */
  start(command: string): Promise<TargetProcess>;
  /** Why the way to the target is gone; undefined while it is there. */
  readonly lost: Unreachable | undefined;
  /** Resolves when the way to the target is gone, lost or closed. */
  readonly gone: Promise<void>;
  /** Bytes on the wire, encryption included; undefined where there is no wire of its own. */
  wireBytes(): { readonly sent: number; readonly received: number } | undefined;
  close(): Promise<void>;
}
