import { readFileSync } from 'node:fs';

/** Identifies a process, also among later processes with the same number. */
export interface ProcessMark {
  readonly pid: number;
  /**
   * The start time of the process, in clock ticks since the boot of the machine; empty if the machine does not show it.
   */
  readonly began: string;
}

/** Returns the mark of this process. */
export function ownProcess(): ProcessMark {
  return { pid: process.pid, began: beginOf(process.pid) };
}

/** Returns whether the process still exists. */
export function isSameProcess(mark: ProcessMark | undefined): boolean {
  if (mark === undefined) return false;
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return mark.began === beginOf(mark.pid);
}

/** Reads field 22 of `stat` in proc(5); the name in field 2 may contain blanks. */
function beginOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
