import type { Writable } from 'node:stream';
import {
  BoundedOutput,
  encodeBareFrame,
  encodeBriefFrame,
  encodeChangeFrame,
  encodeFrame,
  encodeLastFrame,
  encodeShortFrame,
  FrameDecoder,
  newMarker,
  SESSION_SETUP,
} from './frame.ts';
import type { FramedChange } from './frame.ts';
import { onAbort } from '../base/on-abort.ts';
import type { TargetProcess, Transport } from '../base/transport.ts';
import { TimedOut, Unreachable } from '../base/unreachable.ts';

/** What a script did. A status above 128 is 128 + the signal that ended it. */
export interface Completed {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Output beyond the bound was dropped. */
  readonly cut: boolean;
}

export interface RunOptions {
  /** From when it is its turn. */
  readonly timeoutMs?: number | undefined;
  /** How long it may print nothing. */
  readonly silenceMs?: number | undefined;
  /** Per stream; 1 MiB unless told. What comes after it is read and dropped. */
  readonly maxOutputBytes?: number | undefined;
  readonly onOutput?: ((text: string) => void) | undefined;
  /** Ends it, and the shell with it: Unreachable `stopped`. */
  readonly signal?: AbortSignal | undefined;
}

/** Each runs in a shell of its own. */
export interface ChangeScripts {
  /** The engine's own text; may be empty. Where it fails, the change is not begun. */
  readonly ahead: string;
  readonly change: string;
  readonly look: string;
  /** Neither takes long, and nothing ends them while they run: see `encodeBriefFrame`. */
  readonly brief: boolean;
}

/** Each of the scripts has limits of its own. */
export interface ChangeLimits {
  readonly ahead: RunOptions;
  readonly change: RunOptions;
  readonly look: RunOptions;
}

export type Changed =
  | { readonly kind: 'begun'; readonly change: Completed; readonly look: Completed }
  | { readonly kind: 'not_begun'; readonly ahead: Completed };

/** What passed through the shells of one connection. */
export interface Traffic {
  roundTrips: number;
  bytesSent: number;
  bytesReceived: number;
}

const DEFAULT_OUTPUT_BYTES = 1024 * 1024;
/** TERM, two seconds, KILL, and the way there and back. */
const ENDING_GRACE_MS = 8_000;
/** For what changes nothing, and whose operator waits for the end. */
const STOPPING_GRACE_MS = 3_000;

interface Running {
  readonly take: (stream: 'stdout' | 'stderr', data: Buffer) => void;
  readonly stop: (error: Unreachable) => void;
}

/** One long-lived `sh` on a target. Scripts go in as frames, one at a time; nothing that a script does to its shell outlives it. */
export class Shell {
  readonly #process: TargetProcess;
  readonly #transport: Transport;
  readonly #host: string;
  readonly #traffic: Traffic;
  #setup: string = SESSION_SETUP;
  #running: Running | undefined;
  #over: Unreachable | undefined;
  #hasEnded = false;
  #ending: Promise<boolean> | undefined;

  constructor(process: TargetProcess, transport: Transport, host: string, traffic: Traffic) {
    this.#process = process;
    this.#transport = transport;
    this.#host = host;
    this.#traffic = traffic;
    process.stdout.on('data', (data: Buffer) => this.#take('stdout', data));
    process.stderr.on('data', (data: Buffer) => this.#take('stderr', data));
    void process.ended.then((status) => {
      this.#hasEnded = true;
      this.#over ??= transport.lost ?? this.#endedByItself(status);
      this.#running?.stop(this.#over);
    });
  }

  /** False as soon as it takes no more scripts. */
  get usable(): boolean {
    return this.#over === undefined && this.#transport.lost === undefined;
  }

  /** Runs the script in a subshell. Throws Unreachable and TimedOut; a status other than 0 is no error here. */
  run(script: string, options: RunOptions = {}): Promise<Completed> {
    return this.#exchange([options], ([marker]) => encodeFrame({ script, marker })).then(([completed]) => completed);
  }

  /** A change and a look right behind it, whatever the change came to, in one round trip. */
  async runChange(scripts: ChangeScripts, { ahead: aheadOptions, change: options, look: lookOptions }: ChangeLimits): Promise<Changed> {
    const encode = scripts.brief ? encodeBriefFrame : encodeChangeFrame;
    const framed = (change: string, look: string): Pick<FramedChange, 'change' | 'look'> => ({
      change: { script: scripts.change, marker: change },
      look: { script: scripts.look, marker: look },
    });
    if (scripts.ahead === '') {
      const answers = await this.#exchange([options, lookOptions], ([change, look]) =>
        encode({ ahead: undefined, ...framed(change, look) }),
      );
      return { kind: 'begun', change: answers[0], look: answers[1] };
    }
    const [ahead, change, look] = await this.#exchange([aheadOptions, options, lookOptions], (markers) =>
      encode({ ahead: { script: scripts.ahead, marker: markers[0] }, ...framed(markers[1], markers[2]) }),
    );
    return ahead.status === 0 ? { kind: 'begun', change, look } : { kind: 'not_begun', ahead };
  }

  /** As `run`, for a script that prints little and soon ends: see `encodeShortFrame`. */
  runShort(script: string, options: RunOptions = {}): Promise<Completed> {
    return this.#exchange([options], ([marker]) => encodeShortFrame(script, marker)).then(([completed]) => completed);
  }

  /** The lock's script in the session's own shell and, right behind it, a short one: both in one round trip. */
  runBareFirst(bare: string, script: string, options: RunOptions = {}): Promise<readonly [Completed, Completed]> {
    return this.#exchange([options, options], ([first, second]) => encodeBareFrame(bare, first) + encodeShortFrame(script, second));
  }

  /** For the lock alone: runs in the session's own shell, see `encodeBareFrame`. */
  runBare(script: string, options: RunOptions = {}): Promise<Completed> {
    return this.#exchange([options], ([marker]) => encodeBareFrame(script, marker)).then(([completed]) => completed);
  }

  /** Runs a script that reads what is then written to `stdin`, up to its end. The shell is over with it. */
  runLast(script: string, options: RunOptions = {}): Promise<Completed> {
    return this.#exchange([options], ([marker]) => encodeLastFrame(script, marker)).then(([completed]) => completed);
  }

  get stdin(): Writable {
    return this.#process.stdin;
  }

  /** One frame and its answers, as many as there are options. The limits of each count from the end of the one before it. */
  #exchange<Options extends readonly [RunOptions, ...RunOptions[]]>(
    options: Options,
    encode: (markers: { readonly [Index in keyof Options]: string }) => string,
  ): Promise<{ readonly [Index in keyof Options]: Completed }> {
    if (this.#running !== undefined) throw new Error('A shell runs one script at a time');
    const over = this.#over ?? this.#transport.lost;
    if (over !== undefined) return Promise.reject(withStarted(over, 'no'));
    return new Promise((resolve, reject) => {
      let last: BoundedOutput | undefined;
      const limits = new Limits((kind, limitMs, ranMs, part) => {
        // Before the end: a shell that is ended may say so.
        const lastOutput = last?.lastText() ?? '';
        void this.end().then((ended) => {
          finish();
          reject(new TimedOut({ host: this.#host, limit: kind, limitMs, ranMs, lastOutput, ended, part }));
        });
      });
      const answers = mapTuple(
        options,
        (one) =>
          new Answer(one, (output) => {
            last = output;
            limits.heard();
          }),
      );
      const frame = Buffer.from(this.#setup + encode(mapTuple(answers, (answer) => answer.marker)));
      this.#setup = '';
      const forget = onAbort(options[0].signal, () => void this.end(STOPPING_GRACE_MS).then(() => this.#over && stop(this.#over)));
      const finish = (): void => {
        limits.stop();
        forget();
        this.#running = undefined;
      };
      const stop = (error: Unreachable): void => {
        if (limits.expired) return;
        finish();
        reject(withStarted(error, 'maybe'));
      };
      let part = 0;
      limits.begin(options[0], part);
      const take: Running['take'] = (stream, data) => {
        for (const answer of answers) answer.take(stream, data);
        // Once it is being ended, an answer only tells that it was.
        if (this.#over !== undefined) return;
        if (answers.some((answer) => answer.garbled)) {
          this.#over = garbled(this.#host);
          stop(this.#over);
          this.#process.abandon();
          return;
        }
        const next = answers.findIndex((answer) => !answer.done);
        if (next === -1) {
          finish();
          this.#traffic.roundTrips += 1;
          resolve(mapTuple(answers, (answer) => answer.completed()));
        } else if (next > part) limits.begin(options[(part = next)] ?? {}, part);
      };
      this.#running = { take, stop };
      this.#traffic.bytesSent += frame.length;
      this.#process.stdin.write(frame);
    });
  }

  #take(stream: 'stdout' | 'stderr', data: Buffer): void {
    this.#traffic.bytesReceived += data.length;
    this.#running?.take(stream, data);
  }

  /**
   * Ends the shell and, by way of the frame's watcher, whatever it runs. What runs here is told `stopped`.
   * Resolves when the host confirms, with false where it does not within some seconds.
   */
  end(graceMs = ENDING_GRACE_MS): Promise<boolean> {
    this.#ending ??= this.#end(graceMs);
    return this.#ending;
  }

  async #end(graceMs: number): Promise<boolean> {
    this.#over ??= new Unreachable({
      code: 'stopped',
      host: this.#host,
      what: `${this.#host}: the session was ended`,
      remedy: 'Run it again.',
    });
    if (this.#hasEnded) return true;
    this.#process.stdin.end();
    const grace = new AbortController();
    const ended = await Promise.race([
      this.#process.ended.then(() => true),
      new Promise<false>((resolve) => {
        const timer = setTimeout(resolve, graceMs, false);
        grace.signal.addEventListener('abort', () => clearTimeout(timer));
      }),
    ]);
    grace.abort();
    if (!ended) this.#process.abandon();
    return ended && this.#transport.lost === undefined;
  }

  #endedByItself(status: number | undefined): Unreachable {
    return new Unreachable({
      code: 'session-ended',
      host: this.#host,
      what: `${this.#host}: the shell of the session ended by itself`,
      why: status === undefined ? 'It was ended by a signal.' : `Its exit status is ${status}.`,
      remedy: 'Look on the host for who ends processes: memory running out, or a limit on sessions.',
    });
  }
}

/** How long a script may take, and be silent. */
class Limits {
  readonly #expire: (limit: 'time' | 'silence', limitMs: number, ranMs: number, part: number) => void;
  #time: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  expired = false;

  /** `expire` is called once. */
  constructor(expire: (limit: 'time' | 'silence', limitMs: number, ranMs: number, part: number) => void) {
    this.#expire = expire;
  }

  /** In the place of those that hold so far; `part` tells whose they are. */
  begin({ timeoutMs, silenceMs }: RunOptions, part: number): void {
    this.stop();
    const began = performance.now();
    const timer = (limit: 'time' | 'silence', ms: number | undefined): NodeJS.Timeout | undefined => {
      if (ms === undefined) return undefined;
      return setTimeout(() => {
        this.stop();
        this.expired = true;
        this.#expire(limit, ms, performance.now() - began, part);
      }, ms);
    };
    this.#time = timer('time', timeoutMs);
    this.#silence = timer('silence', silenceMs);
  }

  heard(): void {
    if (!this.expired) this.#silence?.refresh();
  }

  stop(): void {
    clearTimeout(this.#time);
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }
}

/** The answer to one script, put together from what both streams bring. */
class Answer {
  readonly marker = newMarker();
  readonly #output: { readonly stdout: BoundedOutput; readonly stderr: BoundedOutput };
  readonly #decoders: { readonly stdout: FrameDecoder; readonly stderr: FrameDecoder };

  constructor(options: RunOptions, heard: (output: BoundedOutput) => void) {
    const limit = options.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES;
    const output = { stdout: new BoundedOutput(limit), stderr: new BoundedOutput(limit) };
    const decoder = (stream: 'stdout' | 'stderr'): FrameDecoder =>
      new FrameDecoder(this.marker, (data) => {
        output[stream].add(data);
        heard(output[stream]);
        options.onOutput?.(data.toString());
      });
    this.#output = output;
    this.#decoders = { stdout: decoder('stdout'), stderr: decoder('stderr') };
  }

  get done(): boolean {
    return this.#decoders.stdout.done && this.#decoders.stderr.done;
  }

  /** What came is no answer of a shell. */
  get garbled(): boolean {
    const { stdout, stderr } = this.#decoders;
    return stdout.garbled || stderr.garbled || (stdout.done && stdout.status === '') || (stderr.done && stderr.status !== '');
  }

  take(stream: 'stdout' | 'stderr', data: Buffer): void {
    const decoder = this.#decoders[stream];
    if (!decoder.done) decoder.write(data);
  }

  completed(): Completed {
    const { stdout, stderr } = this.#output;
    return {
      status: Number.parseInt(this.#decoders.stdout.status, 10),
      stdout: stdout.wholeLines(),
      stderr: stderr.wholeLines(),
      cut: stdout.cut || stderr.cut,
    };
  }
}

/** `map` that keeps the length of a tuple known. */
function mapTuple<Tuple extends readonly unknown[], Result>(
  tuple: Tuple,
  map: (item: Tuple[number]) => Result,
): { readonly [Index in keyof Tuple]: Result } {
  return tuple.map((item) => map(item)) as { readonly [Index in keyof Tuple]: Result };
}

function garbled(host: string): Unreachable {
  return new Unreachable({
    code: 'no-sense',
    host,
    what: `${host}: what answers is no shell`,
    why: 'Where the exit status of a script should stand, something else came.',
    remedy: "Look on the host what the login user's shell is, and what its start-up files put in the place of `sh`.",
  });
}

function withStarted(error: Unreachable, started: 'no' | 'maybe'): Unreachable {
  if (error.started === started) return error;
  return new Unreachable({
    code: error.code,
    host: error.host,
    what: error.what,
    why: error.why,
    remedy: error.remedy,
    started,
    cause: error.cause,
  });
}
