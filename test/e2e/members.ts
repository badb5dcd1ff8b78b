import type { Lab } from '../../lab/hosts.ts';
import { beside } from './beside.ts';

/** How the members of etcd fared: see etcd-watch.ts. */
export interface MembersSummary {
  readonly asked: number;
  /** How many were down together at worst, and when. */
  readonly worst: number;
  readonly worstAt: string;
}

/** Does `work` while the members of etcd are asked whether they are up, and says how they fared. */
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
