import { quote } from '../base/quote.ts';

/** What a script did. A status above 128 is 128 + the signal that ended it. */
export interface Completed {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Output beyond the bound was dropped. */
  readonly cut: boolean;
}

/**
 * What is sent to a session at a time: scripts that run one after the other, each of which answers between markers of
 * its own.
 */
export interface Frame<Part extends string, Answer> {
  /** The scripts, in their order. */
  readonly parts: readonly [Part, ...Part[]];
  /** The text for the session's stdin, with a marker for each script. */
  encode(marker: (part: Part) => string): string;
  /** What the scripts came to, together. */
  answer(completed: (part: Part) => Completed): Answer;
}

export type ScriptFrame = Frame<'script', Completed>;

/** A change with what goes before and behind it. Each runs in a shell of its own. */
export interface ChangeScripts {
  /** The engine's own text; may be empty. Where it fails, the change is not begun; what it prints is its stderr. */
  readonly ahead: string;
  readonly change: string;
  /** Runs whatever the change came to. */
  readonly look: string;
}

export type Changed =
  | { readonly kind: 'begun'; readonly change: Completed; readonly look: Completed }
  | { readonly kind: 'not_begun'; readonly ahead: Completed };

export interface ChangeFrame extends Frame<'ahead' | 'change' | 'look', Changed> {
  readonly scripts: ChangeScripts;
  /** Nobody ends the scripts while they run. */
  readonly isBrief: boolean;
}

function scriptFrame(encode: (marker: string) => string): ScriptFrame {
  return {
    parts: ['script'],
    encode: (marker) => encode(marker('script')),
    answer: (completed) => completed('script'),
  };
}

function changeFrame(scripts: ChangeScripts, isBrief: boolean, encode: (framed: FramedChange) => string): ChangeFrame {
  const { ahead } = scripts;
  return {
    scripts,
    isBrief,
    parts: ahead === '' ? ['change', 'look'] : ['ahead', 'change', 'look'],
    encode: (marker) =>
      encode({
        ahead: ahead === '' ? undefined : { script: ahead, marker: marker('ahead') },
        change: { script: scripts.change, marker: marker('change') },
        look: { script: scripts.look, marker: marker('look') },
      }),
    answer: (completed) => {
      if (ahead !== '' && completed('ahead').status !== 0) return { kind: 'not_begun', ahead: completed('ahead') };
      return { kind: 'begun', change: completed('change'), look: completed('look') };
    },
  };
}

/** Two frames in one round trip, one after the other. */
export function inOrder(
  first: ScriptFrame,
  second: ScriptFrame,
): Frame<'first' | 'second', readonly [Completed, Completed]> {
  return {
    parts: ['first', 'second'],
    encode: (marker) => first.encode(() => marker('first')) + second.encode(() => marker('second')),
    answer: (completed) => [completed('first'), completed('second')],
  };
}

/**
 * Lines that a fresh `sh` gets once, before its first frame. Descriptor 8 is the session itself, 9 is for the lock.
 *
 * It may be another shell: where a start-up file of the login user's shell runs `exec zsh`, the command line that asks
 * for `sh` is lost, and these lines are the first that such a shell reads. zsh and the Korn shells read byte by byte,
 * so that `sh` goes on where they stopped. What others have put into the environment to change how programs work is
 * taken out.
 */
export const SESSION_SETUP = [
  '[ -z "$ZSH_VERSION$KSH_VERSION" ] || { whence -v sh >/dev/null 2>&1 && exec sh; }',
  'exec 8<&0',
  'trap : TERM',
  'unset ENV BASH_ENV CDPATH IFS GREP_OPTIONS POSIXLY_CORRECT TAR_OPTIONS BLOCK_SIZE BLOCKSIZE',
  // To unset POSIXLY_CORRECT ends bash's POSIX mode. `command`, as a shell that has no such option would be over
  // otherwise.
  '[ -z "$BASH_VERSION" ] || command set -o posix 2>/dev/null',
  'LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}',
  'export LC_ALL PATH',
  'umask 022',
  'cd 2>/dev/null || cd /',
  '',
].join('\n');

/**
 * A script as text for a session's stdin. It is one command to the shell, so all of it is read before any of it runs:
 * - the script runs in a subshell that reads /dev/null, and has neither the session nor the lock open; `eval` keeps a
 *   syntax error inside;
 * - a watcher ends the whole process group as soon as the session's stdin ends: the controller is gone, or wants it
 *   ended. Who does not heed TERM within two seconds gets KILL. That part is a process of its own, for the watcher
 *   itself is ended before the last marker is written: it must never take a byte of the next frame.
 */
export function watched(script: string): ScriptFrame {
  return scriptFrame(
    (marker) =>
      `{ printf ${marker}{;printf ${marker}{ >&2;${WATCH}${inside(script)};printf '${marker}}%d\n' "$?";${UNWATCH}printf '${marker}}\n' >&2;}\n`,
  );
}

// Braces, not parentheses: with a trap set, dash would fork once more for those, and `$!` would be the wrong process.
const WATCH = `{ read -r _ <&8||{ (trap '' TERM;kill -s TERM 0;sleep 2;kill -s KILL 0)&};} >/dev/null 2>&1 9<&-&`;
const UNWATCH = '{ kill -s KILL $!;wait $!;} 2>/dev/null;';

function inside(script: string): string {
  return `(eval ${quote(script)}) </dev/null 8<&- 9<&-`;
}

interface FramedScript {
  readonly script: string;
  readonly marker: string;
}

interface FramedChange {
  readonly ahead: FramedScript | undefined;
  readonly change: FramedScript;
  readonly look: FramedScript;
}

/** As `watched`, for a change. Each script has a shell and an answer of its own, so none can be taken for another. */
export function watchedChange(scripts: ChangeScripts): ChangeFrame {
  return changeFrame(scripts, false, encodeWatched);
}

function encodeWatched({ ahead, change, look }: FramedChange): string {
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
 * A change and the look behind it in one subshell, and with nobody to watch: two processes less. For scripts that are
 * over before anybody could end them. The look runs when the change ends, be it by `exit`. As each write becomes a
 * packet, there are few: what the change prints all counts as its stderr, and so does the look's stderr.
 */
export function briefChange(scripts: ChangeScripts): ChangeFrame {
  return changeFrame(scripts, true, encodeBrief);
}

function encodeBrief({ ahead, change, look }: FramedChange): string {
  const before = ahead === undefined ? '' : `${ahead.marker}{${ahead.marker}}0\n`;
  const begins = `${before}${change.marker}{${change.marker}}%d\n${look.marker}{`;
  const looks = `look(){ S=$?;trap - EXIT;set +eC;umask 022;exec >&7 7>&-;printf '${begins}' $S;eval ${quote(look.script)};exit $?;}`;
  // bash tells of a subshell that was killed with its whole text, so no marker may stand in there.
  const both =
    `${looks};(trap look EXIT;exec 7>&1 >&2;eval ${quote(change.script)}) </dev/null 8<&- 9<&-;set -- "$?";unset -f look;` +
    // Behind the first end nothing is read any more. The rest is for a subshell that was killed, and never came to the
    // look.
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

/**
 * A script that reads the session's stdin to its end: a file that is brought. The shell is over with it, for whatever
 * is still to come on stdin must never be taken for commands.
 */
export function last(script: string): ScriptFrame {
  return scriptFrame(
    (marker) =>
      `{ printf ${marker}{;printf ${marker}{ >&2;(eval ${quote(script)}) 8<&- 9<&-;` +
      `printf '${marker}}%d\n' "$?";printf '${marker}}\n' >&2;exit;}\n`,
  );
}

/**
 * A script that prints little text and soon ends, as the greeting does. The session's shell takes what it prints and
 * writes all of the answer at once, as each write becomes a packet; empty lines at the end and what is said on stderr
 * are dropped. It costs one process, which nobody watches.
 */
export function short(script: string): ScriptFrame {
  return scriptFrame(
    (marker) =>
      `{ runbook_said=$({ eval ${quote(script)};} </dev/null 8<&- 9<&-);printf '${marker}{%s${marker}}%d\\n' "$runbook_said" "$?";` +
      `unset runbook_said;printf '${marker}{${marker}}\\n' >&2;}\n`,
  );
}

/**
 * A lock's script must run in the session's own shell, for its descriptor 9 must stay. It must not fail to parse, nor
 * exit.
 */
export function bare(script: string): ScriptFrame {
  return scriptFrame(
    (marker) =>
      `{ printf ${marker}{;printf ${marker}{ >&2;${script}\nprintf '${marker}}%d\\n' "$?";printf '${marker}}\\n' >&2;}\n`,
  );
}
