import type { Command } from 'commander';

/** One command of the program, whose definition is loaded when it is needed. */
export interface CommandEntry {
  readonly description: string;
  readonly add: (command: Command, done: (status: number) => void) => Promise<void>;
}

/** The commands by name, in the order in which they are listed. */
export type Commands = ReadonlyMap<string, CommandEntry>;
