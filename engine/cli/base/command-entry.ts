import type { Command } from 'commander';

/** A command of the program. `add` loads its definition when it is needed. */
export interface CommandEntry {
  readonly description: string;
  readonly add: (command: Command, done: (status: number) => void) => Promise<void>;
}

/** The commands by name, in the order of the help. */
export type Commands = ReadonlyMap<string, CommandEntry>;
