import { createHash, randomBytes } from 'node:crypto';
import { quote } from '../connection/base/quote.ts';
import { type Request, type ResourceKind, request } from './base/resource.ts';

/** The answer of a command that only looks. In a prediction, unknown output is undefined. */
export interface ProbeState {
  readonly status: number;
  readonly stdout: Buffer | undefined;
  readonly stderr: string | undefined;
}

export interface ProbeDetail {
  /** Shell text. It may contain secrets, so it is never part of a key or a message. */
  readonly script: string;
}

/** A kind whose states are the answers of commands. */
const answers: Omit<ResourceKind<ProbeDetail, ProbeState>, 'name'> = {
  isNameless: true,
  observe(requests) {
    const boundary = randomBytes(12).toString('hex');
    // `eval` keeps a syntax error inside its own subshell, and keeps the text out of the arguments of processes. The
    // text sees no variable of the engine.
    const each = requests.map(
      ({ detail }) => `printf '%s' ${boundary}o
{ runbook_said=$( (eval ${quote(detail.script)}) 2>&1 >&3 3>&- </dev/null ); runbook_status=$?; } 3>&1
printf '%s' "${boundary}e$runbook_status:$runbook_said"; unset runbook_status runbook_said`,
    );
    return [`echo ${boundary}`, ...each, `printf '%s' ${boundary}z`].join('\n');
  },
  decode(output, requests) {
    const newline = output.indexOf(0x0a);
    const boundary = output.subarray(0, Math.max(newline, 0));
    if (boundary.length === 0) throw new Error('the observation of commands is empty');
    let at = newline + 1;
    const upTo = (mark: string): Buffer => {
      const end = Buffer.concat([boundary, Buffer.from(mark)]);
      const next = output.indexOf(end, at);
      if (next === -1) throw new Error('the observation of commands ended early');
      const piece = output.subarray(at, next);
      at = next + end.length;
      return piece;
    };
    upTo('o');
    return new Map(
      requests.map(({ id }, index): [string, ProbeState] => {
        const stdout = upTo('e');
        const ending = upTo(index === requests.length - 1 ? 'z' : 'o').toString('utf8');
        const colon = ending.indexOf(':');
        return [id, { status: Number(ending.slice(0, colon)), stdout, stderr: ending.slice(colon + 1) }];
      }),
    );
  },
  merge: (one) => one,
  disagreement(predicted, seen) {
    if (predicted.status === seen.status) return undefined;
    const error = seen.stderr?.trim() ?? '';
    return `it still ends with exit status ${seen.status}${error === '' ? '' : `: ${error.split('\n').slice(-5).join('\n')}`}`;
  },
};

/** A command of the operator that only looks: `query`, `check`. Any change on the host may change its answer. */
const probes: ResourceKind<ProbeDetail, ProbeState> = {
  name: 'probe',
  ...answers,
  after: () => 'stale',
};

/**
 * The answer of another machine, which no change on the host affects. Only after a failed command does a change matter:
 * it may install the program, the key or the name that the command lacked.
 */
const remotes: ResourceKind<ProbeDetail, ProbeState> = {
  name: 'remote',
  ...answers,
  after: ({ status }) => (status === 0 ? undefined : 'stale'),
};

/** Asks for the answer of a command. Equal texts have the same key, so one look runs them once. */
export function probe(script: string): Request<ProbeDetail, ProbeState> {
  return request(probes, digestOf(script), { script });
}

/** Asks for the answer of a command that asks another machine. */
export function remoteAnswer(script: string): Request<ProbeDetail, ProbeState> {
  return request(remotes, digestOf(script), { script });
}

function digestOf(script: string): string {
  return createHash('sha256').update(script).digest('hex').slice(0, 24);
}
