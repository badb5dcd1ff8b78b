import type { Lab } from '../../lab/hosts.ts';
import { beside } from './beside.ts';

/** The result of a client in use: see load-client.ts. */
export interface LoadSummary {
  readonly asked: number;
  readonly written: number;
  readonly failed: number;
  readonly failures: readonly { readonly at: string; readonly what: string; readonly why: string }[];
  readonly lost: readonly string[];
  readonly worstMs: number;
  /** The longest time without a successful answer. */
  readonly gapMs: number;
}

/** Requests per second. */
const RATE = '20';

/** Runs `work` while a client sends requests to the API at `server`, and returns the results of both. */
export async function underLoad<Result>(
  lab: Lab,
  pki: string,
  server: string,
  work: () => Promise<Result>,
): Promise<readonly [Result, LoadSummary]> {
  return await beside<Result, LoadSummary>(lab, 'load-client.ts', [pki, server, RATE], work);
}
