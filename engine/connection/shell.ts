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
import type { TargetProcess, Transport } from './transport.ts';
import { TimedOut, Unreachable } from './unreachable.ts';

/** What a script did. A status above 128 is 128 + the signal that ended it. */
export interface Completed {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Output beyond the bound was dropped. */
  readonly cut: boolean;
}

export interface RunOptions {
  readonly timeoutMs?: number | undefined;
  /** How long it may print nothing. */
  readonly silenceMs?: number | undefined;
  /** Per stream; 1 MiB unless told. What comes after it is read and dropped. */
  readonly maxOutputBytes?: number | undefined;
  readonly onOutput?: ((text: string) => void) | undefined;
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

  /** A change and a look right behind it, whatever the change came to, in one round trip. `options` are the change's. */
  async runChange(scripts: ChangeScripts, options: RunOptions, lookOptions: RunOptions): Promise<Changed> {
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
    const [ahead, change, look] = await this.#exchange([options, options, lookOptions], (markers) =>
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

  /** One frame and its answers, as many as there are options. Time limits are those of the first. */
  #exchange<Options extends readonly [RunOptions, ...RunOptions[]]>(
    options: Options,
    encode: (markers: { readonly [Index in keyof Options]: string }) => string,
  ): Promise<{ readonly [Index in keyof Options]: Completed }> {
    if (this.#running !== undefined) throw new Error('A shell runs one script at a time');
    const over = this.#over ?? this.#transport.lost;
    if (over !== undefined) return Promise.reject(withStarted(over, 'no'));
    const [{ timeoutMs, silenceMs }] = options;
    return new Promise((resolve, reject) => {
      const began = performance.now();
      let silence: NodeJS.Timeout | undefined;
      let last: BoundedOutput | undefined;
      const heard = (output: BoundedOutput): void => {
        last = output;
        silence?.refresh();
      };
      const answers = mapTuple(options, (one) => new Answer(one, heard));
      const frame = Buffer.from(this.#setup + encode(mapTuple(answers, (answer) => answer.marker)));
      this.#setup = '';
      const expire = (kind: 'time' | 'silence', limitMs: number): void => {
        if (timedOut !== undefined) return;
        clearTimeout(time);
        clearTimeout(silence);
        const ranMs = performance.now() - began;
        // Before the end: a shell that is ended may say so.
        const lastOutput = last?.lastText() ?? '';
        timedOut = (async () => {
          const ended = await this.end();
          finish();
          reject(new TimedOut({ host: this.#host, limit: kind, limitMs, ranMs, lastOutput, ended }));
        })();
      };
      let timedOut: Promise<void> | undefined;
      const time = startTimer(timeoutMs, (ms) => expire('time', ms));
      silence = startTimer(silenceMs, (ms) => expire('silence', ms));
      const finish = (): void => {
        clearTimeout(time);
        clearTimeout(silence);
        this.#running = undefined;
      };
      this.#running = {
        take: (stream, data) => {
          for (const answer of answers) answer.take(stream, data);
          // Once it is being ended, an answer only tells that it was.
          if (this.#over !== undefined || !answers.every((answer) => answer.done)) return;
          finish();
          this.#traffic.roundTrips += 1;
          resolve(mapTuple(answers, (answer) => answer.completed()));
        },
        stop: (error) => {
          if (timedOut !== undefined) return;
          finish();
          reject(withStarted(error, 'maybe'));
        },
      };
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
  async end(): Promise<boolean> {
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
        const timer = setTimeout(resolve, ENDING_GRACE_MS, false);
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

  take(stream: 'stdout' | 'stderr', data: Buffer): void {
    const decoder = this.#decoders[stream];
    if (!decoder.done) decoder.write(data);
  }

  completed(): Completed {
    const { stdout, stderr } = this.#output;
    return {
      status: Number.parseInt(this.#decoders.stdout.status, 10),
      stdout: stdout.content(),
      stderr: stderr.content(),
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

function startTimer(ms: number | undefined, expire: (ms: number) => void): NodeJS.Timeout | undefined {
  return ms === undefined ? undefined : setTimeout(() => expire(ms), ms);
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
