import type { Argument, Command, Option } from 'commander';

/** The kind of word at the cursor. */
export type Wanted =
  /** The name of a subcommand, or an argument. */
  | { readonly kind: 'word' }
  | { readonly kind: 'option' }
  /** The value of an option; `before` is the part of the word before the value: `--output=`. */
  | { readonly kind: 'value'; readonly option: Option; readonly before: string };

/** A command line up to the cursor, as the definitions of the commands read it. */
export interface CommandLine {
  /** The command or subcommand at the cursor. */
  readonly command: Command;
  /** Arguments before the cursor. */
  readonly arguments: readonly string[];
  /** Values of options before the cursor, by the long name of the option. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly current: string;
  readonly wanted: Wanted;
}

/** Reads the words after the name of `command`. The last one is the word at the cursor, which may be empty. */
export function readCommandLine(command: Command, words: readonly string[]): CommandLine {
  const reader = new Reader(command);
  for (const word of words.slice(0, -1)) reader.take(word);
  return reader.at(words.at(-1) ?? '');
}

/** Returns the argument that a word at the cursor would be; undefined if the command takes no more. */
export function argumentAt({ command, arguments: given }: CommandLine): Argument | undefined {
  const all = command.registeredArguments;
  const last = all.at(-1);
  return all[given.length] ?? (last?.variadic === true ? last : undefined);
}

class Reader {
  #command: Command;
  readonly #arguments: string[] = [];
  readonly #options = new Map<string, string[]>();
  /** An option that takes the next word as its value. */
  #pending: Option | undefined;
  #isEnded = false;

  constructor(command: Command) {
    this.#command = command;
  }

  take(word: string): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending !== undefined && (pending.required || !word.startsWith('-'))) this.#give(pending, word);
    else if (this.#isEnded || !word.startsWith('-') || word === '-') this.#word(word);
    else if (word === '--') this.#isEnded = true;
    else if (word.startsWith('--')) this.#long(word);
    else this.#short(word);
  }

  at(current: string): CommandLine {
    return {
      command: this.#command,
      arguments: this.#arguments,
      options: this.#options,
      current,
      wanted: this.#wantedAt(current),
    };
  }

  #wantedAt(current: string): Wanted {
    const pending = this.#pending;
    if (pending !== undefined && (pending.required || !current.startsWith('-')))
      return { kind: 'value', option: pending, before: '' };
    if (this.#isEnded || !current.startsWith('-')) return { kind: 'word' };
    const equals = current.indexOf('=');
    const option = equals < 0 ? undefined : this.#find(current.slice(0, equals));
    return option === undefined ? { kind: 'option' } : { kind: 'value', option, before: current.slice(0, equals + 1) };
  }

  #find(flag: string): Option | undefined {
    return this.#command.options.find(({ long, short }) => long === flag || short === flag);
  }

  #word(word: string): void {
    const inner = this.#command.commands.find((one) => one.name() === word);
    if (inner !== undefined && this.#arguments.length === 0) this.#command = inner;
    else this.#arguments.push(word);
  }

  #long(word: string): void {
    const equals = word.indexOf('=');
    const option = this.#find(equals < 0 ? word : word.slice(0, equals));
    if (option === undefined) return;
    if (equals >= 0) this.#give(option, word.slice(equals + 1));
    else if (option.required || option.optional) this.#pending = option;
    else this.#give(option, '');
  }

  /** Reads `-vv`, `-i file` and `-ifile`. */
  #short(word: string): void {
    for (let at = 1; at < word.length; at += 1) {
      const option = this.#find(`-${word[at] ?? ''}`);
      if (option === undefined) return;
      if (!option.required && !option.optional) this.#give(option, '');
      else if (at + 1 < word.length) return this.#give(option, word.slice(at + 1));
      else this.#pending = option;
    }
  }

  #give(option: Option, value: string): void {
    const name = option.long ?? option.flags;
    this.#options.set(name, [...(this.#options.get(name) ?? []), value]);
  }
}
