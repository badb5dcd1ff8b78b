import { Problem } from '../../errors/problem.ts';

/** Whether anything of what was asked may have happened on the host. Only where it is `no` may it be tried again. */
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
 * The host, or the user to become on it, cannot be reached (any more). `started` tells whether a script may have begun.
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
  /** `time`: it took longer than allowed. `silence`: it printed nothing for that long. */
  readonly limit: 'time' | 'silence';
  readonly limitMs: number;
  readonly ranMs: number;
  /** The last lines that it printed. */
  readonly lastOutput: string;
  /** False where the host did not confirm that its processes ended. */
  readonly ended: boolean;
  /** Which of the scripts of its frame. */
  readonly part: string;
}

/** A script ran longer, or was silent longer, than allowed. Its processes on the host were ended. */
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

/** The host was not done with being looked at in time. */
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

/** Somebody wanted the run to end while the host was being connected to. */
export function stoppedBefore(host: string): Unreachable {
  return new Unreachable({
    code: 'stopped',
    host,
    what: `${host}: stopped before it was connected`,
    remedy: 'Run it again.',
  });
}
