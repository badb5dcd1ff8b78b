import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';

/** How an editor ended: by itself, or because this program was told to end. */
export type EditorEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly why: string; readonly isMissing: boolean }
  | { readonly kind: 'told'; readonly signal: NodeJS.Signals };

/** How long an editor may take to end when it is told to. In milliseconds. */
const PATIENCE = 3_000;
/**
 * They come from the keyboard as a rule, and the editor on the terminal gets them as well: what they mean is its
 * affair.
 */
const OF_KEYBOARD: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const OF_OTHERS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP'];

/** While clear text lies about, no signal ends this program before that is gone. */
export interface SignalGuard {
  /** The first signal that asked for the end. */
  told(): NodeJS.Signals | undefined;
  /**
   * SIGTERM and SIGHUP, and where there is no terminal SIGINT and SIGQUIT, are handed on to this one and to all that it
   * has started.
   */
  handTo(child: ChildProcess | undefined): void;
  stop(): void;
}

/** Runs an editor on a file and waits for its end. Ctrl-C ends only the editor, where that lets itself be ended. */
export function runEditor(editor: string, file: string, guard: SignalGuard): Promise<EditorEnd> {
  // As git does: the variable may hold arguments, and the shell splits them. The traps keep the shell there until the
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

/** From now on until `stop`. What else listens to these signals has its say again afterwards. */
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
    // The first is the shell around the editor, which ends when that has ended.
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

/** Parents come first, so that none goes on to what it would start next. */
function send(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** A process and all that it has started, whatever process group they are in. Where there is no /proc, only itself. */
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
