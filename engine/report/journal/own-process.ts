import { readFileSync } from 'node:fs';

/** A process that can be told from a later one with the same number. */
export interface ProcessMark {
  readonly pid: number;
  /** When it began, in the kernel's ticks; empty where the machine does not tell. */
  readonly began: string;
}

export function ownProcess(): ProcessMark {
  return { pid: process.pid, began: beginOf(process.pid) };
}

/** Whether the process of the mark is still there. */
export function isSameProcess(mark: ProcessMark | undefined): boolean {
  if (mark === undefined) return false;
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return mark.began === beginOf(mark.pid);
}

/** Field 22 of proc(5)'s stat; the name in field 2 may hold blanks. */
function beginOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
