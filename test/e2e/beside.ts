import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Lab } from '../../lab/hosts.ts';
import { stateFolder } from '../../lab/state.ts';

/** How a client in use fared: see load-client.ts. */
export interface LoadSummary {
  readonly asked: number;
  readonly written: number;
  readonly failed: number;
  readonly failures: readonly { readonly at: string; readonly what: string; readonly why: string }[];
  readonly lost: readonly string[];
  readonly worstMs: number;
}

/** How the members of etcd fared: see etcd-watch.ts. */
export interface MembersSummary {
  readonly asked: number;
  /** How many were down together at worst, and when. */
  readonly worst: number;
  readonly worstAt: string;
}

/** Requests a second. */
const RATE = '20';
const SERVER = 'https://192.168.1.34:8443';

/** Does `work` while a client asks the API and a watch asks the members of etcd, and says how those fared. */
export async function underLoad<Result>(
  lab: Lab,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly load: LoadSummary; readonly members: MembersSummary }> {
  const pki = join(stateFolder(lab.state.name), 'pki');
  const client = await begin<LoadSummary>(lab, 'load-client.ts', [pki, SERVER, RATE]);
  const watch = await begin<MembersSummary>(lab, 'etcd-watch.ts', [pki, ...lab.state.hosts.map((host) => host.address)]);
  try {
    const result = await work();
    return { result, members: await watch.end(), load: await client.end() };
  } finally {
    watch.kill();
    client.kill();
  }
}

interface Beside<Summary> {
  end(): Promise<Summary>;
  kill(): void;
}

/** Both scripts say `started`, end at a line on stdin, and then print their summary. */
async function begin<Summary>(lab: Lab, script: string, args: readonly string[]): Promise<Beside<Summary>> {
  const [command = '', ...enter] = lab.enter;
  const child = spawn(command, [...enter, process.execPath, join(import.meta.dirname, script), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value } = await lines.next();
    if (typeof value !== 'string') throw new Error(`${script} ended early`);
    return value;
  };
  if ((await line()) !== 'started') throw new Error(`${script} did not start`);
  return {
    async end() {
      child.stdin.end('\n');
      return JSON.parse(await line());
    },
    kill: () => void child.kill(),
  };
}
