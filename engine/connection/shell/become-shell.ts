import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import { EarlyOutput } from '../base/early-output.ts';
import { quote } from '../base/quote.ts';
import type { BecomePrivilege } from '../base/target.ts';
import type { Transport } from '../base/transport.ts';
import { stoppedBefore } from '../base/unreachable.ts';
import { askedAgain, becomeFailure, otherQuestion } from './become-failure.ts';
import { bare, type Completed } from './frame.ts';
import { Shell, type Traffic } from './shell.ts';

export interface BecomeRequest {
  readonly transport: Transport;
  readonly host: string;
  readonly traffic: Traffic;
  readonly privilege: BecomePrivilege;
  /** A script that runs in the new shell itself. */
  readonly bare?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a shell for another user and runs a script in it; if nothing is asked, this needs no round trip of its own. The
 * password is sent only when the method asks for it. Throws Unreachable.
 */
export async function openBecomeShell(
  request: BecomeRequest,
): Promise<{ readonly shell: Shell; readonly bare: string }> {
  const { transport, host, traffic, privilege, bare: script, signal } = request;
  const becoming = becomingBy(privilege);
  const process = await transport.start(`exec env LC_ALL=C ${becoming.command}`);
  const early = new EarlyOutput(process, signal);
  const shell = new Shell(process, transport, host, traffic);
  const run = (text: string): Promise<Completed> => shell.exchange(bare(text), NO_LIMITS);
  // su takes the first line of input as the password if it asks for one.
  const asksNothing = privilege.password === undefined && privilege.method !== 'su';
  const sentAhead = script !== undefined && asksNothing ? run(script) : undefined;
  if (sentAhead !== undefined) traffic.roundTrips -= 1;
  // The messages of the method explain more than the end of the shell.
  sentAhead?.catch(() => {});
  try {
    const answer = await firstAnswer(early, process.stdin, becoming, request);
    if (answer === becoming.ready) {
      return { shell, bare: await answerOf(script === undefined ? undefined : (sentAhead ?? run(script))) };
    }
    if (answer === 'stopped') throw stoppedBefore(host);
    const status = answer === 'ended' ? await process.ended : undefined;
    const said = early.said().replaceAll(becoming.question, '');
    const explain = answer === 'silent' ? otherQuestion : becomeFailure;
    throw transport.lost ?? explain(host, privilege, said, status);
  } catch (error) {
    process.stdin.end();
    process.abandon();
    throw error;
  } finally {
    early.stop();
  }
}

async function answerOf(running: Promise<Completed> | undefined): Promise<string> {
  return (await running)?.stdout.toString() ?? '';
}

/**
 * Waits for the first output of the new shell, and returns it. If the output is a question for the password, sends the
 * password once and waits again. Throws Unreachable if the question comes a second time.
 */
async function firstAnswer(
  early: EarlyOutput,
  stdin: Writable,
  { ready, prompt, question }: Becoming,
  { host, privilege }: BecomeRequest,
): Promise<string> {
  const answer = await early.next([ready, prompt]);
  if (answer !== prompt || privilege.password === undefined) return answer;
  stdin.write(`${privilege.password}\n`);
  const next = await early.next([ready, prompt]);
  if (next === prompt) throw askedAgain(host, privilege, early.said().replaceAll(question, ''));
  return next;
}

const NO_LIMITS = { script: {} } as const;

interface Becoming {
  /** One line for the login shell, whichever that is. */
  readonly command: string;
  /** The first text that the new shell prints. */
  readonly ready: string;
  /** A text that the question for the password contains. */
  readonly prompt: string;
  /** What messages leave out of the output of the method. */
  readonly question: string;
}

/** Flags that decide how the method asks for the password. The inventory must not set them. */
const ASKING: ReadonlySet<string> = new Set(['-n', '-S', '--non-interactive', '--stdin']);

function becomingBy({ method, user, exe, flags, password }: BecomePrivilege): Becoming {
  const [ready, first, second] = twoHalves();
  // In two halves: a method that quotes the command which it refuses must not look as if it had run it.
  const shell = `printf %s%s ${first} ${second} >&2; exec sh`;
  const program = quote(exe ?? method);
  const words = flags?.split(/\s+/).filter((word) => word !== '' && !ASKING.has(word));
  const given = (usual: readonly string[]): string => (words ?? usual).map((word) => ` ${quote(word)}`).join('');
  const who = quote(user);
  switch (method) {
    case 'sudo': {
      const prompt = randomBytes(8).toString('hex');
      const asking = password === undefined ? '-n' : `-S -p ${prompt}`;
      return {
        command: `${program}${given(['-H'])} ${asking} -u ${who} -- sh -c '${shell}'`,
        ready,
        prompt,
        question: prompt,
      };
    }
    case 'su':
      // root can become an account whose own shell is not usable.
      return {
        command: `${program}${given([])} -s /bin/sh -c '${shell}' ${who}`,
        ready,
        prompt: 'assword:',
        question: 'Password: ',
      };
    case 'doas': {
      // doas asks only on a terminal.
      const prompt = randomBytes(8).toString('hex');
      return { command: `${program} -n${given([])} -u ${who} -- sh -c '${shell}'`, ready, prompt, question: prompt };
    }
    default:
      throw new Error(`unknown method ${JSON.stringify(method satisfies never)}`);
  }
}

function twoHalves(): readonly [whole: string, first: string, second: string] {
  const whole = randomBytes(16).toString('hex');
  return [whole, whole.slice(0, 16), whole.slice(16)];
}
