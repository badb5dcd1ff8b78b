import type { Lab } from '../../lab/hosts.ts';
import { beside } from './beside.ts';

/** How a client in use fared: see load-client.ts. */
export interface LoadSummary {
  readonly asked: number;
  readonly written: number;
  readonly failed: number;
  readonly failures: readonly { readonly at: string; readonly what: string; readonly why: string }[];
  readonly lost: readonly string[];
  readonly worstMs: number;
  /** The longest time without any good answer. */
  readonly gapMs: number;
}

/** Requests a second. */
const RATE = '20';

/** Does `work` while a client asks the API at `server`, and says how the client fared. */
export async function underLoad<Result>(
  lab: Lab,
  pki: string,
  server: string,
  work: () => Promise<Result>,
): Promise<readonly [Result, LoadSummary]> {
  return await beside<Result, LoadSummary>(lab, 'load-client.ts', [pki, server, RATE], work);
}
