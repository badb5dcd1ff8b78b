import { quote } from '../base/quote.ts';
import { unguessable } from '../base/unguessable.ts';

/**
 * What begins and ends the answer to one script on stdout and on stderr. A script cannot know its own. It starts with a character
 * that output seldom ends in, so that output is hardly ever held back as a possible beginning of it.
 */
export function newMarker(): string {
  return `_${unguessable(16)}`;
}

/**
 * Lines that a fresh `sh` gets once, before its first frame. Descriptor 8 is the session itself, 9 is for the lock.
 *
 * It may be another shell: where a start-up file of the login user's shell runs `exec zsh`, the command line that asks for `sh` is lost,
 * and these lines are the first that such a shell reads. zsh and the Korn shells read byte by byte, so that `sh` goes on where they stopped.
 * What others have put into the environment to change how programs work is taken out.
 */
export const SESSION_SETUP = [
  '[ -z "$ZSH_VERSION$KSH_VERSION" ] || { whence -v sh >/dev/null 2>&1 && exec sh; }',
  'exec 8<&0',
  'trap : TERM',
  'unset ENV BASH_ENV CDPATH IFS GREP_OPTIONS POSIXLY_CORRECT TAR_OPTIONS BLOCK_SIZE BLOCKSIZE',
  // To unset POSIXLY_CORRECT ends bash's POSIX mode. `command`, as a shell that has no such option would be over otherwise.
  '[ -z "$BASH_VERSION" ] || command set -o posix 2>/dev/null',
  'LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}',
  'export LC_ALL PATH',
  'umask 022',
  'cd 2>/dev/null || cd /',
  '',
].join('\n');

/**
 * A script as text for a session's stdin. It is one command to the shell, so all of it is read before any of it runs:
 * - the script runs in a subshell that reads /dev/null, and has neither the session nor the lock open;
 *   `eval` keeps a syntax error inside;
 * - a watcher ends the whole process group as soon as the session's stdin ends: the controller is gone, or wants it ended.
 *   Who does not heed TERM within two seconds gets KILL. That part is a process of its own, for the watcher itself
 *   is ended before the last marker is written: it must never take a byte of the next frame.
 */
export function encodeFrame({ script, marker }: FramedScript): string {
  return `{ printf ${marker}{;printf ${marker}{ >&2;${WATCH}${inside(script)};printf '${marker}}%d\n' "$?";${UNWATCH}printf '${marker}}\n' >&2;}\n`;
}

// Braces, not parentheses: with a trap set, dash would fork once more for those, and `$!` would be the wrong process.
const WATCH = `{ read -r _ <&8||{ (trap '' TERM;kill -s TERM 0;sleep 2;kill -s KILL 0)&};} >/dev/null 2>&1 9<&-&`;
const UNWATCH = '{ kill -s KILL $!;wait $!;} 2>/dev/null;';

function inside(script: string): string {
  return `(eval ${quote(script)}) </dev/null 8<&- 9<&-`;
}

/** A change with what goes before and behind it. */
export interface FramedChange {
  /** The engine's own text. Where it fails, the change is not begun; what it prints is its stderr. */
  readonly ahead: FramedScript | undefined;
  readonly change: FramedScript;
  /** Runs whatever the change came to. */
  readonly look: FramedScript;
}

/** As `encodeFrame`, for a change. Each script has a shell and an answer of its own, so none can be taken for another. */
export function encodeChangeFrame({ ahead, change, look }: FramedChange): string {
  // What is printed at once goes as one packet: the end of an answer with the beginning of the next.
  const both =
    `${inside(change.script)};printf '${change.marker}}%d\n${look.marker}{' "$?";printf '${change.marker}}\n${look.marker}{' >&2;` +
    `${inside(look.script)};printf '${look.marker}}%d\n' "$?";`;
  const begins = `${change.marker}{`;
  const end = `${UNWATCH}printf '${look.marker}}\n' >&2;}\n`;
  if (ahead === undefined) return `{ printf ${begins};printf ${begins} >&2;${WATCH}${both}${end}`;
  const { marker } = ahead;
  const begun = `printf '${marker}{${marker}}0\n${begins}';printf '${marker}}\n${begins}' >&2;`;
  const notBegun = `printf '${notBegunOnStdout(ahead, change, look)}';printf '${marker}}\n${begins}${change.marker}}\n${look.marker}{' >&2;`;
  return `{ printf ${marker}{ >&2;${WATCH}if ${inside(ahead.script)} >&2;then ${begun}${both}else ${notBegun}fi;${end}`;
}

/**
 * A change and the look behind it in one subshell, and with nobody to watch: two processes less. For scripts that are over before
 * anybody could end them. The look runs when the change ends, be it by `exit`. As each write becomes a packet, there are few: what the
 * change prints all counts as its stderr, and so does the look's stderr.
 */
export function encodeBriefFrame({ ahead, change, look }: FramedChange): string {
  const before = ahead === undefined ? '' : `${ahead.marker}{${ahead.marker}}0\n`;
  const begins = `${before}${change.marker}{${change.marker}}%d\n${look.marker}{`;
  const looks = `look(){ S=$?;trap - EXIT;set +eC;umask 022;exec >&7 7>&-;printf '${begins}' $S;eval ${quote(look.script)};exit $?;}`;
  const both =
    `(${looks};trap look EXIT;exec 7>&1 >&2;eval ${quote(change.script)}) </dev/null 8<&- 9<&-;set -- "$?";` +
    // Behind the first end nothing is read any more. The rest is for a subshell that was killed, and never came to the look.
    `printf '${look.marker}}%d\n${begins}${look.marker}}%d\n' $1 $1 $1;set --;` +
    `printf '${change.marker}}\n${look.marker}{${look.marker}}\n' >&2;`;
  if (ahead === undefined) return `{ printf ${change.marker}{ >&2;${both}}\n`;
  const { marker } = ahead;
  const notBegun =
    `printf '${notBegunOnStdout(ahead, change, look)}';` +
    `printf '${marker}}\n${change.marker}{${change.marker}}\n${look.marker}{${look.marker}}\n' >&2;`;
  return (
    `{ printf ${marker}{ >&2;if ${inside(ahead.script)} >&2;then printf '${marker}}\n${change.marker}{' >&2;${both}` +
    `else ${notBegun}fi;}\n`
  );
}

function notBegunOnStdout(ahead: FramedScript, change: FramedScript, look: FramedScript): string {
  return `${ahead.marker}{${ahead.marker}}1\n${change.marker}{${change.marker}}0\n${look.marker}{${look.marker}}0\n`;
}

export interface FramedScript {
  readonly script: string;
  readonly marker: string;
}

/**
 * A script that reads the session's stdin to its end: a file that is brought. The shell is over with it, for whatever is
 * still to come on stdin must never be taken for commands.
 */
export function encodeLastFrame(script: string, marker: string): string {
  return (
    `{ printf ${marker}{;printf ${marker}{ >&2;(eval ${quote(script)}) 8<&- 9<&-;` +
    `printf '${marker}}%d\n' "$?";printf '${marker}}\n' >&2;exit;}
`
  );
}

/**
 * A script that prints little text and soon ends, as the greeting does. The session's shell takes what it prints and writes all of the
 * answer at once, as each write becomes a packet; empty lines at the end and what is said on stderr are dropped. It costs one
 * process, which nobody watches.
 */
export function encodeShortFrame(script: string, marker: string): string {
  return (
    `{ runbook_said=$({ eval ${quote(script)};} </dev/null 8<&- 9<&-);printf '${marker}{%s${marker}}%d\\n' "$runbook_said" "$?";` +
    `unset runbook_said;printf '${marker}{${marker}}\\n' >&2;}\n`
  );
}

/** A lock's script must run in the session's own shell, for its descriptor 9 must stay. It must not fail to parse, nor exit. */
export function encodeBareFrame(script: string, marker: string): string {
  return `{ printf ${marker}{;printf ${marker}{ >&2;${script}\nprintf '${marker}}%d\\n' "$?";printf '${marker}}\\n' >&2;}\n`;
}

/** Keeps the first `limit` bytes and, apart from that, the last few. Takes no more memory for many small pieces than for one large one. */
export class BoundedOutput {
  readonly #limit: number;
  #kept = Buffer.alloc(0);
  #keptBytes = 0;
  #tail = Buffer.alloc(0);
  #cut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(data: Buffer): void {
    const part = data.subarray(0, this.#limit - this.#keptBytes);
    if (part.length > 0) this.#keep(part);
    if (part.length < data.length) {
      this.#cut = true;
      this.#tail = Buffer.concat([this.#tail, data.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    }
  }

  #keep(part: Buffer): void {
    const bytes = this.#keptBytes + part.length;
    if (bytes > this.#kept.length) {
      const larger = Buffer.allocUnsafeSlow(this.#keptBytes === 0 ? bytes : Math.min(this.#limit, Math.max(bytes, 2 * this.#kept.length)));
      this.#kept.copy(larger, 0, 0, this.#keptBytes);
      this.#kept = larger;
    }
    part.copy(this.#kept, this.#keptBytes);
    this.#keptBytes = bytes;
  }

  get cut(): boolean {
    return this.#cut;
  }

  content(): Buffer {
    return this.#kept.subarray(0, this.#keptBytes);
  }

  /** The content without a line that was cut: of a secret that is cut in two, neither half would be found. */
  wholeLines(): Buffer {
    const content = this.content();
    return this.#cut ? content.subarray(0, content.lastIndexOf('\n') + 1 || content.length) : content;
  }

  /** The last lines, for messages; whole ones, where there are several. */
  lastText(): string {
    const end = this.#cut ? this.#tail : this.content().subarray(-TAIL_BYTES);
    const lines = end.toString().trimEnd().split('\n');
    const isCut = this.#cut || this.#keptBytes > TAIL_BYTES;
    return lines.slice(isCut && lines.length > 1 ? Math.max(1, lines.length - TAIL_LINES) : -TAIL_LINES).join('\n');
  }
}

const TAIL_BYTES = 2048;
const TAIL_LINES = 10;

type Position = 'before' | 'inside' | 'status' | 'done' | 'garbled';

/** Digits of an exit status, with room for shells that add signals to it. What is longer is no status. */
const MOST_STATUS = 5;

/**
 * Finds one answer in one stream, however it is cut into chunks. What comes before the begin marker (a banner, the late output
 * of an earlier background process) is dropped. Holds back only what may be the beginning of a marker.
 */
export class FrameDecoder {
  readonly #begin: Buffer;
  readonly #end: Buffer;
  readonly #onOutput: (data: Buffer) => void;
  #held: Buffer = Buffer.alloc(0);
  #position: Position = 'before';
  #status = '';

  constructor(marker: string, onOutput: (data: Buffer) => void) {
    this.#begin = Buffer.from(`${marker}{`);
    this.#end = Buffer.from(`${marker}}`);
    this.#onOutput = onOutput;
  }

  get done(): boolean {
    return this.#position === 'done';
  }

  /** What stands behind the end marker is no exit status: this is not the shell that was started. Nothing more is read. */
  get garbled(): boolean {
    return this.#position === 'garbled';
  }

  /** What the stream said behind the end marker: the exit status on stdout, nothing on stderr. */
  get status(): string {
    return this.#status;
  }

  /** Takes the next chunk; tells whether the answer is complete. */
  write(chunk: Buffer): boolean {
    let data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    if (this.#position === 'before') {
      const found = data.indexOf(this.#begin);
      if (found === -1) {
        this.#held = Buffer.from(data.subarray(data.length - beginningAtEnd(data, this.#begin)));
        return false;
      }
      data = data.subarray(found + this.#begin.length);
      this.#position = 'inside';
    }
    if (this.#position === 'inside') {
      const found = data.indexOf(this.#end);
      if (found === -1) {
        const certain = data.length - beginningAtEnd(data, this.#end);
        if (certain > 0) this.#onOutput(data.subarray(0, certain));
        this.#held = Buffer.from(data.subarray(certain));
        return false;
      }
      if (found > 0) this.#onOutput(data.subarray(0, found));
      data = data.subarray(found + this.#end.length);
      this.#position = 'status';
    }
    if (this.#position === 'status') {
      const newline = data.indexOf(0x0a);
      this.#status += data.subarray(0, newline === -1 ? MOST_STATUS + 1 : newline).toString('latin1', 0, MOST_STATUS + 1);
      if (!/^[0-9]{0,5}$/.test(this.#status)) this.#position = 'garbled';
      else if (newline !== -1) this.#position = 'done';
    }
    return this.done;
  }
}

/** How many bytes at the end of the data are a beginning of the marker. */
function beginningAtEnd(data: Buffer, marker: Buffer): number {
  const first = marker[0] ?? 0;
  for (let at = data.indexOf(first, data.length - Math.min(data.length, marker.length - 1)); at !== -1; at = data.indexOf(first, at + 1)) {
    if (data.compare(marker, 0, data.length - at, at) === 0) return data.length - at;
  }
  return 0;
}
