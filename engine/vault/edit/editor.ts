import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';

/** How an editor ended: by itself, or because this program got a signal to end. */
export type EditorEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly why: string; readonly isMissing: boolean }
  | { readonly kind: 'told'; readonly signal: NodeJS.Signals };

/** Time for an editor to end after the signal, before SIGKILL. Milliseconds. */
const PATIENCE = 3_000;
/** Signals of the keyboard. The terminal sends them to the editor too, which decides what they mean. */
const OF_KEYBOARD: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const OF_OTHERS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP'];

/** Prevents signals from ending this program while clear text exists. */
export interface SignalGuard {
  /**
   * Returns the first signal that asked this program to end; undefined if none did. Signals of a terminal's keyboard do
   * not count.
   */
  told(): NodeJS.Signals | undefined;
  /**
   * Sets the process whose descendants get SIGTERM and SIGHUP; without a terminal, also SIGINT and SIGQUIT. If it has
   * no descendants, it gets them itself. Undefined: nobody gets them.
   */
  handTo(child: ChildProcess | undefined): void;
  stop(): void;
}

/** Runs an editor on a file and waits for its end. Ctrl-C ends only the editor, if the editor allows it. */
export function runEditor(editor: string, file: string, guard: SignalGuard): Promise<EditorEnd> {
  // As git, it lets the shell split the variable, which may hold arguments. The traps keep the shell alive until the
  // editor has ended.
  const child = spawn('sh', ['-c', `trap : INT QUIT; ${editor} "$1"`, 'editor', file], { stdio: 'inherit' });
  guard.handTo(child);
  return new Promise<EditorEnd>((resolve) => {
    child.on('error', (error) => resolve({ kind: 'failed', why: error.message, isMissing: true }));
    child.on('exit', (status, signal) => {
      const told = guard.told();
      if (told !== undefined) resolve({ kind: 'told', signal: told });
      else if (status === 0) resolve({ kind: 'done' });
      else resolve({ kind: 'failed', why: endOf(status, signal), isMissing: status === 127 });
    });
  }).finally(() => guard.handTo(undefined));
}

function endOf(status: number | null, signal: NodeJS.Signals | null): string {
  const number = status !== null && status > 128 ? status - 128 : undefined;
  const name = signal ?? Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  if (name !== undefined) return `It was ended by ${name}.`;
  return status === 127 ? 'There is no such program.' : `It ended with exit status ${status}.`;
}

/** Holds signals from now until `stop`, which puts the earlier listeners back. */
export function guardSignals(): SignalGuard {
  const handed = process.stdin.isTTY ? OF_OTHERS : [...OF_OTHERS, ...OF_KEYBOARD];
  const before = [...OF_KEYBOARD, ...OF_OTHERS].map((signal) => ({
    signal,
    listeners: process.rawListeners(signal) as NodeJS.SignalsListener[],
  }));
  let first: NodeJS.Signals | undefined;
  let editor: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  const handOn = (signal: NodeJS.Signals): void => {
    first ??= signal;
    if (editor === undefined) return;
    const all = descendantsOf(editor.pid);
    // The first process is the shell around the editor. It ends after the editor.
    send(all.length > 1 ? all.slice(1) : all, signal);
    timer ??= setTimeout(() => send(descendantsOf(editor?.pid), 'SIGKILL'), PATIENCE);
  };
  const leave = (): void => undefined;
  for (const { signal } of before) {
    process.removeAllListeners(signal);
    process.on(signal, handed.includes(signal) ? handOn : leave);
  }
  return {
    told: () => first,
    handTo(child) {
      editor = child;
      clearTimeout(timer);
    },
    stop() {
      for (const { signal, listeners } of before) {
        process.removeAllListeners(signal);
        for (const listener of listeners) process.on(signal, listener);
      }
    },
  };
}

/** Signals parents first, so that no parent starts its next program. */
function send(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // The process has already ended.
    }
  }
}

/** Returns a process and all its descendants, in any process group. Without /proc, returns only the process. */
function descendantsOf(pid: number | undefined): readonly number[] {
  if (pid === undefined) return [];
  const children = new Map<number, number[]>();
  for (const { pid: child, parent } of processes()) children.set(parent, [...(children.get(parent) ?? []), child]);
  const found = [pid];
  for (const one of found) found.push(...(children.get(one) ?? []));
  return found;
}

function processes(): readonly { readonly pid: number; readonly parent: number }[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const parent = parentOf(name);
        return parent === undefined ? [] : [{ pid: Number(name), parent }];
      });
  } catch {
    return [];
  }
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
