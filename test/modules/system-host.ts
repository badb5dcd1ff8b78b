import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Completed } from '../../engine/connection/connection.ts';
import type { Facts } from '../../engine/connection/shell/facts.ts';
import type { AnyModule, Context, Outcome } from '../../engine/modules/base/module.ts';
import { composeObservation } from '../../engine/resources/base/observation.ts';
import type { Prediction, Request, Seen } from '../../engine/resources/base/resource.ts';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { Vault } from '../../engine/vault/vault.ts';
import { settledResult } from './try-module.ts';

export const FACTS: Facts = {
  hostname: 'one',
  fqdn: 'one',
  os: { family: 'debian', distribution: 'debian', version: '12', codename: 'bookworm' },
  architecture: 'x86_64',
  userspace_bits: 64,
  kernel: '6.1.0',
  init: 'systemd',
  package_manager: 'apt',
  default_ipv4: null,
  all_ipv4: [],
  all_ipv6: [],
  interfaces: {},
  user: 'root',
  home: '/root',
  uid: 0,
  machine_id: '0123456789abcdef0123456789abcdef',
  memory_mb: 1024,
  processors: 2,
  virtualization: 'none',
  time: 0,
  selinux: 'disabled',
};

export function contextOf(facts: Partial<Facts> = {}): Context {
  return {
    host: 'one',
    facts: { ...FACTS, ...facts },
    now: new Date('2026-01-02T03:04:05Z'),
    user: 'root',
    runId: 'r1',
    preamble: '',
    vault: new Vault([]),
    placeOf: () => ({ file: 'site.yml', line: 1, column: 1 }),
  };
}

interface Keyed {
  readonly key: string;
}

/** The input of a plan: states by request; those of the second list may be changed by an earlier task. */
export function seenAs(states: readonly (readonly [Keyed, unknown])[], later: readonly Keyed[] = []): Seen {
  const known = new Map(states.map(([request, state]) => [request.key, state]));
  return {
    of<Detail, State>(request: Request<Detail, State>): State {
      if (!known.has(request.key)) throw new Error(`${request.key} was not observed`);
      return known.get(request.key) as State;
    },
    certainty: (request) => (later.some((one) => one.key === request.key) ? 'after_change' : 'certain'),
  };
}

export function planWith(module: AnyModule, args: object, seen: Seen, facts: Partial<Facts> = {}): Outcome {
  return module.plan(module.arguments.parse(args), undefined, seen, contextOf(facts));
}

/** A host on which a module can be tried. */
export abstract class Host {
  abstract run(script: string, shell?: readonly string[]): Completed;

  look(requests: readonly Request[], shell?: readonly string[]): Seen {
    const { script, decode } = composeObservation(requests, 'f00f00f00f00');
    const states = decode(this.run(script, shell));
    return {
      of<Detail, State>(request: Request<Detail, State>): State {
        if (!states.has(request.key)) throw new Error(`${request.key} was not observed`);
        return states.get(request.key) as State;
      },
      certainty: () => 'certain',
    };
  }

  plan(module: AnyModule, args: object, facts?: Partial<Facts>, shell?: readonly string[]): Outcome {
    const parsed = module.arguments.parse(args);
    return module.plan(
      parsed,
      undefined,
      this.look(module.observes(parsed, undefined, contextOf(facts)), shell),
      contextOf(facts),
    );
  }

  /** Plans, applies, and compares the predictions with the result. */
  async apply(
    module: AnyModule,
    args: object,
    facts?: Partial<Facts>,
    shell?: readonly string[],
  ): Promise<{ outcome: Outcome; failure: string | undefined; result?: ValueMap }> {
    const outcome = this.plan(module, args, facts, shell);
    if (outcome.kind !== 'change') return { outcome, failure: undefined };
    const apply = await outcome.apply();
    const done = this.run(apply.script, shell);
    if (done.status !== 0) return { outcome, failure: `exit ${done.status}: ${done.stderr.toString('utf8')}` };
    const own = module.observes(module.arguments.parse(args), undefined, contextOf(facts));
    const seen = this.look([...own, ...outcome.predictions.map(({ request }) => request)], shell);
    const faults = outcome.predictions.map((one: Prediction) =>
      one.request.kind.disagreement(one.state, seen.of(one.request)),
    );
    const result = settledResult(outcome, apply.finish?.(done).result ?? outcome.planned, seen);
    return { outcome, failure: faults.find((fault) => fault !== undefined), result };
  }
}

/** A host within this machine with its own names, network and /etc, which is removed at the end. Needs root. */
export class SystemHost extends Host {
  readonly #folder: string;
  readonly #holder: ChildProcess;

  private constructor(folder: string, holder: ChildProcess) {
    super();
    this.#folder = folder;
    this.#holder = holder;
  }

  static readonly missing: string | undefined =
    spawnSync('unshare', ['-m', '-n', '-u', 'true']).status === 0 ? undefined : 'needs root and namespaces';

  /** Numbers of new accounts begin at 47000, because processes of this machine may have the numbers from 1000 on. */
  static async start(): Promise<SystemHost> {
    const folder = mkdtempSync(join(tmpdir(), 'runbook-host-'));
    const script = `set -e
cp -a /etc "$1/etc"; mkdir "$1/home" "$1/spool"
sed -i 's/^\\([UG]ID_MIN\\)[[:blank:]].*/\\1 47000/' "$1/etc/login.defs"
mount --bind "$1/etc" /etc; mount --bind "$1/home" /home; mount --bind "$1/spool" /var/spool
rm -f /etc/fstab; : >/etc/fstab
echo ready
exec cat`;
    const holder = spawn('unshare', ['-m', '-n', '-u', '--propagation', 'private', 'sh', '-c', script, 'sh', folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      holder.stdout?.once('data', () => resolve());
      holder.once('exit', (status) => reject(new Error(`the host ended with ${status}`)));
    });
    return new SystemHost(folder, holder);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#holder.once('exit', resolve));
    this.#holder.stdin?.end();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  run(script: string, shell: readonly string[] = ['sh']): Completed {
    const done = spawnSync('nsenter', ['-t', String(this.#holder.pid), '-m', '-n', '-u', ...shell], {
      input: `(\n${script}\n) </dev/null\n`,
    });
    return { status: done.status ?? 255, stdout: done.stdout, stderr: done.stderr, cut: false };
  }
}
