import { quote } from '../base/quote.ts';

/** The result of a script. A status above 128 is 128 + the number of the signal that ended it. */
export interface Completed {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** True if output beyond the limit was dropped. */
  readonly cut: boolean;
}

/**
 * Scripts that are sent to a session together and run one after the other. Each has an answer between its own markers.
 */
export interface Frame<Part extends string, Answer> {
  /** The names of the scripts, in their order. */
  readonly parts: readonly [Part, ...Part[]];
  /** Returns the text for the stdin of the session, with a marker for each script. */
  encode(marker: (part: Part) => string): string;
  /** Combines the results of the scripts to one answer. */
  answer(completed: (part: Part) => Completed): Answer;
}

export type ScriptFrame = Frame<'script', Completed>;

/** A change with the scripts before and after it. Each runs in a shell of its own. */
export interface ChangeScripts {
  /**
   * Commands of the engine before the change; may be empty. If they fail, the change does not run. Their output becomes
   * their stderr.
   */
  readonly ahead: string;
  readonly change: string;
  /** Runs after the change, whatever its result is. */
  readonly look: string;
}

export type Changed =
  | { readonly kind: 'begun'; readonly change: Completed; readonly look: Completed }
  | { readonly kind: 'not_begun'; readonly ahead: Completed };

export interface ChangeFrame extends Frame<'ahead' | 'change' | 'look', Changed> {
  readonly scripts: ChangeScripts;
  /** If true, the scripts are not interrupted while they run. */
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

/** Combines two frames to one: two frames in one round trip, one after the other. */
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
 * Commands for a new `sh`, before its first frame. Descriptor 8 is the session itself, 9 is for the lock. The shell may
 * not be `sh`: if a start-up file of the login shell runs `exec zsh`, the command line that starts `sh` is lost, and
 * that shell reads these lines first. zsh and the Korn shells read byte by byte, so `sh` continues where they stopped.
 * Environment variables that change how programs work are removed.
 */
export const SESSION_SETUP = [
  '[ -z "$ZSH_VERSION$KSH_VERSION" ] || { whence -v sh >/dev/null 2>&1 && exec sh; }',
  'exec 8<&0',
  'trap : TERM',
  'unset ENV BASH_ENV CDPATH IFS GREP_OPTIONS POSIXLY_CORRECT TAR_OPTIONS BLOCK_SIZE BLOCKSIZE',
  // Unsetting POSIXLY_CORRECT ends the POSIX mode of bash. `command` keeps other shells, which lack this option, from
  // exiting.
  '[ -z "$BASH_VERSION" ] || command set -o posix 2>/dev/null',
  'LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}',
  'export LC_ALL PATH',
  'umask 022',
  'cd 2>/dev/null || cd /',
  '',
].join('\n');

/**
 * Encodes a script as text for the stdin of a session. The text is one command, so the shell reads all of it before it
 * runs any of it:
 * - the script runs in a subshell with /dev/null as stdin, and with neither the session nor the lock open; `eval`
 * contains a syntax error;
 * - a watcher ends the whole process group as soon as the stdin of the session ends: the controller is gone, or wants
 * the script to end. A process that ignores TERM for two seconds gets KILL. A separate process sends KILL, because the
 * watcher itself is ended before the last marker is written: it must never read a byte of the next frame.
 */
export function watched(script: string): ScriptFrame {
  return scriptFrame(
    (marker) =>
      `{ printf ${marker}{;printf ${marker}{ >&2;${WATCH}${inside(script)};printf '${marker}}%d\n' "$?";${UNWATCH}printf '${marker}}\n' >&2;}\n`,
  );
}

// Braces, not parentheses: with a trap set, dash would fork once more for parentheses, and `$!` would be the wrong
// process.
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

/**
 * Like `watched`, for a change. Each script has its own shell and its own answer, so that no answer is taken for
 * another.
 */
export function watchedChange(scripts: ChangeScripts): ChangeFrame {
  return changeFrame(scripts, false, encodeWatched);
}

function encodeWatched({ ahead, change, look }: FramedChange): string {
  // Text that is printed by one command becomes one packet: the end of one answer with the beginning of the next.
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
 * Runs a change and the look after it in one subshell without a watcher, which saves two processes. It is for scripts
 * that end before anybody could interrupt them. The look also runs if the change calls `exit`. Because each write
 * becomes a packet, there are few writes: all output of the change counts as its stderr, and so does the stderr of the
 * look.
 */
export function briefChange(scripts: ChangeScripts): ChangeFrame {
  return changeFrame(scripts, true, encodeBrief);
}

function encodeBrief({ ahead, change, look }: FramedChange): string {
  const before = ahead === undefined ? '' : `${ahead.marker}{${ahead.marker}}0\n`;
  const begins = `${before}${change.marker}{${change.marker}}%d\n${look.marker}{`;
  const looks = `look(){ S=$?;trap - EXIT;set +eC;umask 022;exec >&7 7>&-;printf '${begins}' $S;eval ${quote(look.script)};exit $?;}`;
  // bash reports a killed subshell with its whole text, so the text must not contain a marker.
  const both =
    `${looks};(trap look EXIT;exec 7>&1 >&2;eval ${quote(change.script)}) </dev/null 8<&- 9<&-;set -- "$?";unset -f look;` +
    // After the first end marker nothing more is read. The rest serves a subshell that was killed before the look.
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
 * A script that reads the stdin of the session to its end: the content of a file. The shell ends with it, because later
 * input must never be taken for commands.
 */
export function last(script: string): ScriptFrame {
  return scriptFrame(
    (marker) =>
      `{ printf ${marker}{;printf ${marker}{ >&2;(eval ${quote(script)}) 8<&- 9<&-;` +
      `printf '${marker}}%d\n' "$?";printf '${marker}}\n' >&2;exit;}\n`,
  );
}

/**
 * A script that prints little text and ends soon, such as the greeting. The shell of the session collects the output
 * and writes the whole answer in one packet; empty lines at the end and stderr are dropped. It costs one process, and
 * has no watcher.
 */
export function short(script: string): ScriptFrame {
  return scriptFrame(
    (marker) =>
      `{ runbook_said=$({ eval ${quote(script)};} </dev/null 8<&- 9<&-);printf '${marker}{%s${marker}}%d\\n' "$runbook_said" "$?";` +
      `unset runbook_said;printf '${marker}{${marker}}\\n' >&2;}\n`,
  );
}

/**
 * A script that runs in the shell of the session itself, such as the script of a lock, whose descriptor 9 must stay
 * open. It must be free of syntax errors and must not exit.
 */
export function bare(script: string): ScriptFrame {
  return scriptFrame(
    (marker) =>
      `{ printf ${marker}{;printf ${marker}{ >&2;${script}\nprintf '${marker}}%d\\n' "$?";printf '${marker}}\\n' >&2;}\n`,
  );
}
