import type { Readable, Writable } from 'node:stream';
import type { PatchedLibrary } from '../ssh2/ssh2-patches.ts';

export type { PatchedLibrary };
import type { Unreachable } from './unreachable.ts';

/** A process on a target, with its three streams. */
export interface TargetProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /**
   * Resolves to the exit status when the process has ended and its streams are closed; `undefined` if the status is
   * unknown.
   */
  readonly ended: Promise<number | undefined>;
  /** Closes the streams immediately. The processes on the target may continue. */
  abandon(): void;
}

export type TransportName = 'local' | 'ssh2' | 'openssh';

/** Starts processes on a target: over an SSH connection, or locally. */
export interface Transport {
  readonly name: TransportName;
  /** The loaded ssh2; undefined for a transport that does not use it. */
  readonly library?: PatchedLibrary | undefined;
  /** Starts a process. `command` is one line for an unknown login shell: plain words and single quotes only. */
  start(command: string): Promise<TargetProcess>;
  /** Why the connection to the target is gone; undefined while it exists. */
  readonly lost: Unreachable | undefined;
  /** Resolves when the connection to the target is gone: lost or closed. */
  readonly gone: Promise<void>;
  /** Bytes on the wire, encryption included; undefined if the transport has no wire of its own. */
  wireBytes(): { readonly sent: number; readonly received: number } | undefined;
  close(): Promise<void>;
}
