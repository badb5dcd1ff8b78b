import { Problem } from '../../errors/problem.ts';

/** Whether a part of the request may have been executed on the host. Only `no` allows another attempt. */
export type Started = 'no' | 'maybe';

export type UnreachableCode =
  | 'name-not-found'
  | 'connection-refused'
  | 'connect-timeout'
  | 'connection-failed'
  | 'connection-lost'
  | 'connection-dropped'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'host-key-revoked'
  | 'this-machine'
  | 'authentication-failed'
  | 'no-common-algorithm'
  | 'too-many-sessions'
  | 'jump-refused'
  | 'proxy-failed'
  | 'ssh-missing'
  | 'no-shell'
  | 'no-sense'
  | 'no-answer'
  | 'session-ended'
  | 'sudo-missing'
  | 'sudo-password-needed'
  | 'sudo-password-wrong'
  | 'sudo-refused'
  | 'become-missing'
  | 'become-password-needed'
  | 'become-password-wrong'
  | 'become-refused'
  | 'no-such-account'
  | 'stopped';

export interface UnreachableDetails {
  readonly code: UnreachableCode;
  readonly host: string;
  readonly what: string;
  readonly why?: string | undefined;
  readonly remedy: string;
  readonly started?: Started;
  readonly cause?: unknown;
}

/**
 * The host, or the user to become on it, cannot be reached (any more). `started` says whether a script may have begun.
 */
export class Unreachable extends Problem {
  declare readonly code: UnreachableCode;
  declare readonly remedy: string;
  readonly host: string;
  readonly started: Started;

  constructor(details: UnreachableDetails) {
    super(details);
    this.name = 'Unreachable';
    this.host = details.host;
    this.started = details.started ?? 'no';
  }
}

export interface TimedOutDetails {
  readonly host: string;
  /** `time`: it took longer than allowed. `silence`: it printed nothing for longer than allowed. */
  readonly limit: 'time' | 'silence';
  readonly limitMs: number;
  readonly ranMs: number;
  /** The last lines that the script printed. */
  readonly lastOutput: string;
  /** False if the host did not confirm that the processes of the script ended. */
  readonly ended: boolean;
  /** The script of the frame that took too long. */
  readonly part: string;
}

/** A script ran, or was silent, for longer than allowed. Its processes on the host were ended. */
export class TimedOut extends Problem {
  readonly host: string;
  readonly limit: 'time' | 'silence';
  readonly ranMs: number;
  readonly lastOutput: string;
  readonly ended: boolean;
  readonly part: string;

  constructor(details: TimedOutDetails) {
    const limit = seconds(details.limitMs);
    super({
      code: details.limit === 'time' ? 'timed-out' : 'silent',
      what:
        details.limit === 'time'
          ? `${details.host}: not done after ${limit}, so it was ended`
          : `${details.host}: no output for ${limit}, so it was ended after ${seconds(details.ranMs)}`,
      why: [
        details.lastOutput === '' ? 'It printed nothing.' : `Its last output:\n${details.lastOutput}`,
        ...(details.ended ? [] : ['The host did not confirm that its processes ended; some may still run.']),
      ].join('\n'),
      remedy: 'Find out on the host what the command waits for, or allow more time.',
    });
    this.name = 'TimedOut';
    this.host = details.host;
    this.limit = details.limit;
    this.ranMs = details.ranMs;
    this.lastOutput = details.lastOutput;
    this.ended = details.ended;
    this.part = details.part;
  }
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 1000)} s`;
}

/** Makes the problem of a host that did not finish a look in time. */
export function lookUnanswered(host: string, { ranMs, limit, lastOutput }: TimedOut): Unreachable {
  const told = lastOutput === '' ? 'It printed nothing.' : `What it printed last:\n${lastOutput}`;
  return new Unreachable({
    code: 'no-answer',
    host,
    what: `${host}: no answer to a look at it within ${seconds(ranMs)}`,
    why: limit === 'silence' ? `It was silent for longer than --silence allows. ${told}` : told,
    remedy:
      'Look on the host for what hangs: a network file system that is gone, a package manager that waits, a disk that fails. If it is only slow, allow it more time by `--look-timeout SECONDS`.',
    started: 'maybe',
  });
}

/** Makes the problem of a run that was stopped while the host was being connected. */
export function stoppedBefore(host: string): Unreachable {
  return new Unreachable({
    code: 'stopped',
    host,
    what: `${host}: stopped before it was connected`,
    remedy: 'Run it again.',
  });
}
