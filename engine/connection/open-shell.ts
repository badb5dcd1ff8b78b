import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { onAbort } from './on-abort.ts';
import { quote } from './quote.ts';
import { Shell } from './shell.ts';
import type { Traffic } from './shell.ts';
import type { BecomePrivilege } from './target.ts';
import type { TargetProcess, Transport } from './transport.ts';
import { stoppedBefore, TimedOut, Unreachable } from './unreachable.ts';

/** Slow login scripts, a sudo that asks a directory service: more than that is a host that hangs. */
export const START_LIMIT_MS = 30_000;

/** It is understood by fish and csh as well. */
const LOGIN_SHELL = 'exec sh';

/** What is run at once in a new shell. */
export interface FirstScripts {
  /** Prints little and soon ends, see `encodeShortFrame`. */
  readonly script: string;
  /** In the session's own shell, ahead of the script. */
  readonly bare?: string | undefined;
  /** Ends the attempt. */
  readonly signal?: AbortSignal | undefined;
}

export interface OpenedShell {
  readonly shell: Shell;
  /** What the script answered. */
  readonly greeting: string;
  /** What the bare one answered. */
  readonly bare: string;
}

/** Opens the login user's shell and runs its first scripts, in one round trip once the channel is there. Throws Unreachable. */
export async function openLoginShell(transport: Transport, host: string, traffic: Traffic, first: FirstScripts): Promise<OpenedShell> {
  const process = await transport.start(LOGIN_SHELL);
  const early = new EarlyOutput(process);
  const shell = new Shell(process, transport, host, traffic);
  try {
    const limit = { timeoutMs: START_LIMIT_MS, signal: first.signal };
    if (first.bare === undefined) {
      const completed = await shell.runShort(first.script, limit);
      return { shell, greeting: completed.stdout.toString(), bare: '' };
    }
    const [bare, completed] = await shell.runBareFirst(first.bare, first.script, limit);
    return { shell, greeting: completed.stdout.toString(), bare: bare.stdout.toString() };
  } catch (error) {
    if (error instanceof Unreachable && error.code !== 'session-ended') throw error;
    throw new Unreachable({
      code: 'no-shell',
      host,
      what: `${host}: the login works, but no shell answers`,
      why: [error instanceof TimedOut ? `Nothing came within ${START_LIMIT_MS / 1000} s.` : reason(error), early.said()].join('\n').trim(),
      remedy:
        'The login user needs a shell (see /etc/passwd), a POSIX `sh` in its PATH, and no forced command or SFTP-only account. ' +
        'A start-up file of that shell, such as ~/.bashrc, that starts another shell (`exec fish`, `exec tcsh`) or asks something must do so for terminals only: `case $- in *i*) exec fish;; esac`.',
      cause: error,
    });
  } finally {
    early.stop();
  }
}

/** As `openLoginShell`, where such a shell has answered before: what it runs first tells soon enough whether this one does. */
export async function startLoginShell(transport: Transport, host: string, traffic: Traffic): Promise<Shell> {
  return new Shell(await transport.start(LOGIN_SHELL), transport, host, traffic);
}

/**
 * Opens a shell for another user, and runs a script in the very shell if there is one: at no round trip of its own where sudo asks
 * nothing. The password, where one is given, is only sent when sudo asks for it. Throws Unreachable.
 */
export async function openSudoShell(
  transport: Transport,
  host: string,
  traffic: Traffic,
  privilege: BecomePrivilege,
  options: { readonly bare?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<{ readonly shell: Shell; readonly bare: string }> {
  const { bare, signal } = options;
  const ready = randomBytes(8).toString('hex');
  const prompt = randomBytes(8).toString('hex');
  const asking = privilege.password === undefined ? '-n' : `-S -p ${prompt}`;
  const command = `exec env LC_ALL=C sudo -H ${asking} -u ${quote(privilege.user)} -- sh -c 'printf ${ready} >&2; exec sh'`;
  const process = await transport.start(command);
  const early = new EarlyOutput(process, signal);
  const shell = new Shell(process, transport, host, traffic);
  const sentAhead = bare !== undefined && privilege.password === undefined ? shell.runBare(bare) : undefined;
  if (sentAhead !== undefined) traffic.roundTrips -= 1;
  // What sudo says tells more than that the shell is over.
  sentAhead?.catch(() => {});
  try {
    let answer = await early.next([ready, prompt]);
    if (answer === prompt && privilege.password !== undefined) {
      process.stdin.write(`${privilege.password}\n`);
      answer = await early.next([ready, prompt]);
      if (answer === prompt) throw wrongPassword(host, privilege.user);
    }
    if (answer === ready) {
      const said = bare === undefined ? undefined : await (sentAhead ?? shell.runBare(bare));
      return { shell, bare: said?.stdout.toString() ?? '' };
    }
    if (answer === 'stopped') throw stoppedBefore(host);
    throw (
      transport.lost ??
      sudoFailure(host, privilege, answer === 'ended' ? await process.ended : undefined, early.said().replaceAll(prompt, ''))
    );
  } catch (error) {
    process.stdin.end();
    process.abandon();
    throw error;
  } finally {
    early.stop();
  }
}

/** What a process says before it is a session: banners, complaints, sudo's questions. */
class EarlyOutput {
  readonly #streams: readonly Readable[];
  readonly #ended: Promise<unknown>;
  readonly #listen: (data: Buffer) => void;
  readonly #signal: AbortSignal | undefined;
  #text = '';
  #from = 0;
  #heard: () => void = () => {};

  constructor(process: TargetProcess, signal?: AbortSignal) {
    this.#signal = signal;
    this.#streams = [process.stdout, process.stderr];
    this.#ended = process.ended;
    this.#listen = (data) => {
      if (this.#text.length < 16_384) this.#text += data.toString();
      this.#heard();
    };
    for (const stream of this.#streams) stream.on('data', this.#listen);
  }

  /** Which of the words comes first, from where the last call left off. */
  next(words: readonly string[]): Promise<string> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => done('silent'), START_LIMIT_MS);
      const forget = onAbort(this.#signal, () => done('stopped'));
      const done = (answer: string): void => {
        clearTimeout(timer);
        forget();
        this.#heard = () => {};
        resolve(answer);
      };
      this.#heard = () => {
        for (const word of words) {
          const at = this.#text.indexOf(word, this.#from);
          if (at === -1) continue;
          this.#from = at + word.length;
          return done(word);
        }
      };
      void this.#ended.then(() => done('ended'));
      this.#heard();
    });
  }

  said(): string {
    return this.#text.trim().split('\n').slice(-8).join('\n').slice(-1000);
  }

  stop(): void {
    for (const stream of this.#streams) stream.off('data', this.#listen);
  }
}

function reason(error: unknown): string {
  return error instanceof Unreachable ? (error.why ?? '') : '';
}

function wrongPassword(host: string, user: string): Unreachable {
  return new Unreachable({
    code: 'sudo-password-wrong',
    host,
    what: `${host}: sudo does not accept the password for becoming ${user}`,
    why: 'It was tried once, so that no account gets locked.',
    remedy: "Correct `ansible_become_password`: it is the login user's own password unless sudo is set up otherwise.",
  });
}

function sudoFailure(host: string, privilege: BecomePrivilege, status: number | undefined, said: string): Unreachable {
  const common = { host, why: said === '' ? `sudo said nothing; exit status ${status ?? 'unknown'}` : said };
  if (status === 127 || /not found|No such file/.test(said)) {
    return new Unreachable({
      ...common,
      code: 'sudo-missing',
      what: `${host}: there is no sudo, so nobody can become ${privilege.user}`,
      remedy: `Install sudo on the host, or log in as ${privilege.user} and leave out \`become\`.`,
    });
  }
  if (/unknown user|no passwd entry/.test(said)) {
    return new Unreachable({
      ...common,
      code: 'no-such-account',
      what: `${host}: there is no account ${privilege.user} to become`,
      remedy: `Correct become_user, or make the account ahead of this with user:, or with the package that brings it.`,
    });
  }
  if (/must have a tty/.test(said)) {
    return new Unreachable({
      ...common,
      code: 'sudo-refused',
      what: `${host}: sudo wants a terminal`,
      remedy: 'Remove `requiretty` from the sudoers file, or add `Defaults:USER !requiretty` for the login user.',
    });
  }
  if (/password is required|no password was provided|terminal is required|conversation failed/.test(said)) {
    return new Unreachable({
      ...common,
      code: 'sudo-password-needed',
      what: `${host}: sudo wants a password for becoming ${privilege.user}`,
      remedy: 'Give `ansible_become_password` (from the vault), or allow the login user NOPASSWD in the sudoers file.',
    });
  }
  if (/incorrect password|Sorry, try again/.test(said)) return wrongPassword(host, privilege.user);
  return new Unreachable({
    ...common,
    code: 'sudo-refused',
    what: `${host}: sudo does not let the login user become ${privilege.user}`,
    remedy: `See with \`sudo -l\` on the host what is allowed; it must be able to run \`sh\` as ${privilege.user}, and that user must exist.`,
  });
}
