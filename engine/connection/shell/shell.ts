import type { Writable } from 'node:stream';
import { onAbort } from '../base/on-abort.ts';
import type { TargetProcess, Transport } from '../base/transport.ts';
import { TimedOut, Unreachable, type TimedOutDetails } from '../base/unreachable.ts';
import { BoundedOutput } from './bounded-output.ts';
import { FrameDecoder, newMarker } from './frame-decoder.ts';
import { SESSION_SETUP, type Completed, type Frame } from './frame.ts';

/** Limits of one script of a frame: time and output. */
export interface ScriptLimits {
  /** Maximal time from the start of the script, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Maximal time without output, in milliseconds. */
  readonly silenceMs?: number | undefined;
  /** Maximal output per stream; default 1 MiB. Output beyond it is read and dropped. */
  readonly maxOutputBytes?: number | undefined;
  readonly onOutput?: ((text: string, stream: 'stdout' | 'stderr') => void) | undefined;
  /** Ends the script and the shell; the call then throws Unreachable `stopped`. */
  readonly signal?: AbortSignal | undefined;
}

/** Bytes and round trips through the shells of one connection. */
export interface Traffic {
  roundTrips: number;
  bytesSent: number;
  bytesReceived: number;
}

const DEFAULT_OUTPUT_BYTES = 1024 * 1024;
/** Time to end a script: TERM, two seconds, KILL, and the way there and back. Milliseconds. */
const ENDING_GRACE_MS = 8_000;
/** Time to end a script that changes nothing, while an operator waits. Milliseconds. */
const STOPPING_GRACE_MS = 3_000;

interface Running {
  readonly take: (stream: 'stdout' | 'stderr', data: Buffer) => void;
  readonly stop: (error: Unreachable) => void;
}

/**
 * A long-lived `sh` on a target. Scripts are sent as frames, one at a time; no effect of a script on its shell remains
 * after it.
 */
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

  /** False as soon as the shell accepts no more scripts. */
  get usable(): boolean {
    return this.#over === undefined && this.#transport.lost === undefined;
  }

  get stdin(): Writable {
    return this.#process.stdin;
  }

  /**
   * Sends a frame, and resolves to the combined answer of its scripts, in one round trip. The limits of each script
   * count from the end of the one before it. Throws Unreachable and TimedOut; a status other than 0 is not an error
   * here.
   */
  exchange<Part extends string, Result>(
    frame: Frame<Part, Result>,
    limits: { readonly [Each in Part]: ScriptLimits },
  ): Promise<Result> {
    if (this.#running !== undefined) throw new Error('A shell runs one frame at a time');
    const over = this.#over ?? this.#transport.lost;
    if (over !== undefined) return Promise.reject(withStarted(over, 'no'));
    return new Promise((resolve, reject) => {
      const watch = new Watch<Part>((expired) => {
        // Read before the shell is ended, because the shell may print something then.
        const lastOutput = answers.lastText(expired.part);
        void this.end().then((ended) => {
          finish();
          reject(new TimedOut({ ...expired, host: this.#host, lastOutput, ended }));
        });
      });
      const answers = new Answers(frame.parts, limits, () => watch.heard());
      const text = Buffer.from(this.#setup + frame.encode((part) => answers.to(part).marker));
      this.#setup = '';
      let [current] = frame.parts;
      const { signal } = limits[current];
      const forget = onAbort(signal, () => void this.end(STOPPING_GRACE_MS).then(() => this.#over && stop(this.#over)));
      const finish = (): void => {
        watch.stop();
        forget();
        this.#running = undefined;
      };
      const stop = (error: Unreachable): void => {
        if (watch.expired) return;
        finish();
        reject(withStarted(error, 'maybe'));
      };
      watch.begin(current, limits[current]);
      const take: Running['take'] = (stream, data) => {
        answers.take(stream, data);
        // An answer that comes while the shell is being ended only says that it was ended.
        if (this.#over !== undefined) return;
        if (answers.garbled) {
          this.#over = garbled(this.#host);
          stop(this.#over);
          this.#process.abandon();
          return;
        }
        const next = frame.parts.find((part) => !answers.to(part).done);
        if (next === undefined) {
          finish();
          this.#traffic.roundTrips += 1;
          resolve(frame.answer((part) => answers.to(part).completed()));
        } else if (next !== current) watch.begin((current = next), limits[next]);
      };
      this.#running = { take, stop };
      this.#traffic.bytesSent += text.length;
      this.#process.stdin.write(text);
    });
  }

  #take(stream: 'stdout' | 'stderr', data: Buffer): void {
    this.#traffic.bytesReceived += data.length;
    this.#running?.take(stream, data);
  }

  /**
   * Ends the shell and, through the watcher of the frame, its running scripts. Pending calls throw `stopped`. Resolves
   * to true when the host confirms it, and to false if the host does not within some seconds.
   */
  end(graceMs = ENDING_GRACE_MS): Promise<boolean> {
    this.#ending ??= this.#end(graceMs);
    return this.#ending;
  }

  async #end(graceMs: number): Promise<boolean> {
    this.#over ??= new Unreachable({
      code: 'stopped',
      host: this.#host,
      what: `${this.#host}: the run was ended here, and a change may be half done`,
      remedy: 'Run it again: it looks at what is there, and does the rest.',
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
      remedy: 'Check the host for an out-of-memory kill or a limit on sessions.',
    });
  }
}

type Expired<Part> = Pick<TimedOutDetails, 'limit' | 'limitMs' | 'ranMs'> & { readonly part: Part };

/** Watches the time and the silence of a script. */
class Watch<Part> {
  readonly #expire: (expired: Expired<Part>) => void;
  #time: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  expired = false;

  /** `expire` is called once. */
  constructor(expire: (expired: Expired<Part>) => void) {
    this.#expire = expire;
  }

  /** Starts to watch a script, in place of the one before. */
  begin(part: Part, { timeoutMs, silenceMs }: ScriptLimits): void {
    this.stop();
    const began = performance.now();
    const timer = (limit: 'time' | 'silence', limitMs: number | undefined): NodeJS.Timeout | undefined => {
      if (limitMs === undefined) return undefined;
      return setTimeout(() => {
        this.stop();
        this.expired = true;
        this.#expire({ limit, limitMs, ranMs: performance.now() - began, part });
      }, limitMs);
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

/** Collects the answers to the scripts of one frame. */
class Answers<Part extends string> {
  readonly #answers: ReadonlyMap<Part, Answer>;
  /** The last output of each script. */
  readonly #last = new Map<Part, BoundedOutput>();

  constructor(parts: readonly Part[], limits: { readonly [Each in Part]: ScriptLimits }, heard: () => void) {
    const hear = (part: Part, output: BoundedOutput): void => {
      this.#last.set(part, output);
      heard();
    };
    this.#answers = new Map(parts.map((part) => [part, new Answer(limits[part], (output) => hear(part, output))]));
  }

  to(part: Part): Answer {
    const answer = this.#answers.get(part);
    if (answer === undefined) throw new Error(`The frame has no ${part}`);
    return answer;
  }

  lastText(part: Part): string {
    return this.#last.get(part)?.lastText() ?? '';
  }

  get garbled(): boolean {
    return this.#answers.values().some((answer) => answer.garbled);
  }

  take(stream: 'stdout' | 'stderr', data: Buffer): void {
    for (const answer of this.#answers.values()) answer.take(stream, data);
  }
}

/** Collects the answer to one script from both streams. */
class Answer {
  readonly marker = newMarker();
  readonly #output: { readonly stdout: BoundedOutput; readonly stderr: BoundedOutput };
  readonly #decoders: { readonly stdout: FrameDecoder; readonly stderr: FrameDecoder };

  constructor(options: ScriptLimits, heard: (output: BoundedOutput) => void) {
    const limit = options.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES;
    const output = { stdout: new BoundedOutput(limit), stderr: new BoundedOutput(limit) };
    const decoder = (stream: 'stdout' | 'stderr'): FrameDecoder =>
      new FrameDecoder(this.marker, (data) => {
        output[stream].add(data);
        heard(output[stream]);
        options.onOutput?.(data.toString(), stream);
      });
    this.#output = output;
    this.#decoders = { stdout: decoder('stdout'), stderr: decoder('stderr') };
  }

  get done(): boolean {
    return this.#decoders.stdout.done && this.#decoders.stderr.done;
  }

  /** True if the output is not an answer of a shell. */
  get garbled(): boolean {
    const { stdout, stderr } = this.#decoders;
    return (
      stdout.garbled || stderr.garbled || (stdout.done && stdout.status === '') || (stderr.done && stderr.status !== '')
    );
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

function garbled(host: string): Unreachable {
  return new Unreachable({
    code: 'no-sense',
    host,
    what: `${host}: the answer is not that of a shell`,
    why: 'The answer has something else in the place of an exit status.',
    remedy: 'Check on the host which shell the login user has, and whether its start-up files replace `sh`.',
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
