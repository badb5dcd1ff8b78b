import type { Lab } from '../../lab/hosts.ts';
import { beside } from './beside.ts';

/** The result of watching the members of etcd: see etcd-watch.ts. */
export interface MembersSummary {
  readonly asked: number;
  /** The largest number of members that were down together, and when. */
  readonly worst: number;
  readonly worstAt: string;
}

/** Runs `work` while the members of etcd are asked for their health, and returns the results of both. */
export async function watchingMembers<Result>(
  lab: Lab,
  pki: string,
  work: () => Promise<Result>,
): Promise<readonly [Result, MembersSummary]> {
  return await beside<Result, MembersSummary>(
    lab,
    'etcd-watch.ts',
    [pki, ...lab.state.hosts.map((host) => host.address)],
    work,
  );
}
