import { createHash, randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { Problem } from '../../errors/problem.ts';
import { START_LIMIT_MS } from '../base/early-output.ts';
import { quote } from '../base/quote.ts';
import { Unreachable } from '../base/unreachable.ts';
import { last } from './frame.ts';
import type { Shell } from './shell.ts';

export interface UploadSource {
  /** In bytes. */
  readonly size: number;
  /** The digest, as hexadecimal digits. */
  readonly sha256?: string | undefined;
  /**
   * Resolves to true if the file still has the time stamps it had when `sha256` was computed; the upload then does not
   * compute it again.
   */
  isUnchanged?(): Promise<boolean>;
  /** Opens the content. A chunk may be overwritten after the next one has been delivered. */
  open(): Readable | AsyncIterable<Uint8Array>;
}

/** A private directory that is made for a file that is sent. The path of the file is then relative to it. */
export interface UploadRoom {
  /** Shell text that makes the directory and enters it, or exits. */
  readonly enter: string;
  /** Shell text that runs in the directory and removes it if the file did not arrive. */
  readonly leave: string;
}

export interface Destination {
  readonly host: string;
  readonly path: string;
  readonly mode: string;
  readonly room?: UploadRoom | undefined;
  /**
   * Maximal time in which the host accepts no data, and maximal time until it confirms the whole file. Milliseconds.
   */
  readonly limitMs: number;
  /** Called with the number of bytes sent so far. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/**
 * Sends a file to a path, which is created. The shell that is used ends with it. The host keeps the file only if all of
 * it arrived: a lost connection leaves no file. Throws Problem `upload-failed` (the host could not store it) or
 * `source-changed` (size or digest of the source have changed), and Unreachable.
 */
export async function upload(shell: Shell, source: UploadSource, to: Destination): Promise<void> {
  const ready = randomBytes(8).toString('hex');
  const script = arrivalScript(to, source.size, ready);
  const began = Promise.withResolvers<void>();
  const answer = shell.exchange(last(script), {
    script: { onOutput: (text) => (text.includes(ready) ? began.resolve() : undefined) },
  });
  let answered = false;
  const over = answer.then(
    () => void (answered = true),
    () => void (answered = true),
  );
  const patience = setTimeout(() => began.reject(noAnswer(to.host)), START_LIMIT_MS);
  await Promise.race([began.promise, over]).finally(() => clearTimeout(patience));
  const problem = answered ? undefined : await feed(shell, source, to, { over, isOver: () => answered });
  if (problem instanceof Unreachable) throw problem;
  const { status, stderr } = await inTime(answer, to);
  if (status === 1) {
    throw new Problem({
      code: 'upload-failed',
      what: `${to.host}: ${to.path.startsWith('./') ? 'the new file' : to.path} cannot be written`,
      why: stderr.toString().trim(),
      remedy:
        'Check the free space and the permissions of that folder, and whether its file system is mounted read-only.',
    });
  }
  if (problem !== undefined) throw problem;
  if (status !== 0) throw sourceChanged(to.path, 'what arrived is not of the stated size');
}

/**
 * dd passes its data to the disk immediately, so that `sync` has little to do at the end: for three files of 100 MB 3
 * ms instead of 130 ms. The data stays in memory for the digest. A dd that does not support this says so before it
 * reads anything, and cat follows if nothing was written. If dd has read something nevertheless, the size is wrong at
 * the end; if the disk accepted no byte, the message of dd tells why.
 */
function arrivalScript(
  {
    path,
    mode,
    room = NO_ROOM,
  }: { readonly path: string; readonly mode: string; readonly room?: UploadRoom | undefined },
  bytes: number,
  ready: string,
): string {
  return `umask 077
set -C
${room.enter}
p=${quote(path)}
drop() { left=$1; rm -f -- "$p"; ${room.leave}; exit $left; }
if [ -e "$p" ] || [ -L "$p" ]; then rm -f -- "$p"; fi
true >"$p" && chmod ${quote(mode)} -- "$p" && exec 3>>"$p" && printf ${ready} || drop 1
e=$(dd bs=256k iflag=fullblock oflag=nocache status=none 2>&1 >&3) || {
  if [ -s "$p" ]; then printf '%s\\n' "$e" >&2; drop 1; fi
  cat >&3 || drop 1
}
size=$(wc -c <"$p") && [ "$size" -eq ${bytes} ] || {
  case $e in *'No space left'*|*quota*) printf '%s\\n' "$e" >&2; drop 1;; esac
  drop 2
}`;
}

const NO_ROOM: UploadRoom = { enter: ':', leave: ':' };

/** Whether the host has already answered: then it accepts no more data. */
interface HostAnswer {
  readonly over: Promise<void>;
  readonly isOver: () => boolean;
}

/**
 * Writes at the speed of the host. If the source has changed, it stops before the end, so that the host drops the file.
 */
async function feed(shell: Shell, source: UploadSource, to: Destination, answer: HostAnswer): Promise<unknown> {
  let sent = 0;
  const send = async (piece: Uint8Array): Promise<void> => {
    await inTime(Promise.race([written(shell.stdin, piece), answer.over]), to);
    to.onSent?.(sent);
  };
  const digest = source.sha256 === undefined || source.isUnchanged !== undefined ? undefined : createHash('sha256');
  let lastPiece: Uint8Array | undefined;
  try {
    for await (const piece of source.open()) {
      if (answer.isOver()) return undefined;
      const chunk: Uint8Array = typeof piece === 'string' ? Buffer.from(piece) : piece;
      if (chunk.length === 0) continue;
      digest?.update(chunk);
      sent += chunk.length;
      if (sent > source.size) return sourceChanged(to.path, `it is larger than ${source.size} bytes`);
      // The last chunk is held back until the digest is known to be right.
      if (sent === source.size) lastPiece = chunk;
      else await send(chunk);
    }
    const change = await changeOf(source, sent, digest?.digest('hex'));
    if (change !== undefined) return sourceChanged(to.path, change);
    if (lastPiece !== undefined) await send(lastPiece);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    shell.stdin.end();
  }
}

/** Returns how the source differs from its stated size and digest; undefined if it does not. */
async function changeOf(source: UploadSource, sent: number, sha256: string | undefined): Promise<string | undefined> {
  if (sent < source.size) return `it has ${sent} bytes, not ${source.size}`;
  if (sha256 !== undefined && sha256 !== source.sha256) return `its SHA-256 is ${sha256}, not ${source.sha256}`;
  return (await source.isUnchanged?.()) === false ? 'it was written to meanwhile' : undefined;
}

/** Resolves when the chunk was written, so that its buffer can be used again, or when writing failed. */
function written(stdin: Writable, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    stdin.write(piece, () => resolve());
  });
}

async function inTime<Result>(promise: Promise<Result>, { host, path, limitMs }: Destination): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const what = `${host}: the host takes no more of ${path}`;
    const why = `The host was silent for ${limitMs / 1000} s.`;
    const remedy =
      'Check on the host whether its disk hangs. If the disk is only slow, allow more time by `--look-timeout SECONDS`.';
    late.reject(new Unreachable({ code: 'no-answer', host, what, why, remedy, started: 'no' }));
  }, limitMs);
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}

function noAnswer(host: string): Unreachable {
  return new Unreachable({
    code: 'no-shell',
    host,
    what: `${host}: no shell answers for an upload`,
    why: `Nothing came within ${START_LIMIT_MS / 1000} s.`,
    remedy:
      "Check on the host what the login user's shell waits for when it starts, and whether the file system hangs.",
  });
}

function sourceChanged(path: string, why: string): Problem {
  return new Problem({
    code: 'source-changed',
    what: `The source of ${path} changed while it was uploaded`,
    why,
    remedy: 'Run this again when nobody writes to the source. Nothing was changed on the host.',
  });
}
