import { createHash } from 'node:crypto';
import { answersIn, askEach } from './base/answers.ts';
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
const ofCommands: Omit<ResourceKind<ProbeDetail, ProbeState>, 'name'> = {
  isNameless: true,
  observe: (requests) => askEach(requests.map(({ detail }) => detail.script)),
  decode(output, requests) {
    const answers = answersIn(output, requests.length);
    return new Map(requests.flatMap(({ id }, index) => answers.slice(index, index + 1).map((told) => [id, told])));
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
  ...ofCommands,
  after: () => 'stale',
};

/**
 * The answer of another machine, which no change on the host affects. Only after a failed command does a change matter:
 * it may install the program, the key or the name that the command lacked.
 */
const remotes: ResourceKind<ProbeDetail, ProbeState> = {
  name: 'remote',
  ...ofCommands,
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
