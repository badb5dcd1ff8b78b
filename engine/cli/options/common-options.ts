import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DriftFormat } from '../../report/drift-report.ts';
import type { ClosingFlags } from './closing-options.ts';
import { type ControllerFlags, addControllerOptions } from './controller-access.ts';
import { limitPattern } from './limit.ts';
import type { SliceFlags } from './slice.ts';

/** Options of `play` and `plan`, as they were given. */
export interface PlayFlags extends InventoryFlags, ConnectionFlags, LockFlags, ClosingFlags, SliceFlags {
  readonly limit?: string;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly check?: true;
  readonly diff: boolean;
  readonly listHosts?: true;
  readonly listTasks?: true;
  readonly listTags?: true;
  readonly become?: true;
  readonly askBecomePass?: true;
  readonly detailedExitcode?: true;
  /** True: the last run of the playbook. */
  readonly resume?: string | true;
  /** The file for the plan. */
  readonly out?: string;
  readonly startAtTask?: string;
  readonly step?: true;
  readonly profile?: true;
}

/** Options of `drift`, as they were given. */
export interface DriftFlags extends InventoryFlags, ConnectionFlags, SliceFlags {
  readonly limit?: string;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly become?: true;
  readonly askBecomePass?: true;
  readonly format?: DriftFormat;
  readonly onFinish?: string;
  readonly events?: string;
}

export interface ApplyFlags extends ConnectionFlags, KeyFlags, LockFlags, ControllerFlags, ClosingFlags {
  readonly extraVars: readonly string[];
  readonly diff: boolean;
}

/** The options of `addKeyOptions`: keys for encrypted files. */
export interface KeyFlags {
  readonly identity: readonly string[];
  /** `LABEL@SOURCE`, for files that ansible-vault has encrypted. */
  readonly vaultId: readonly string[];
  readonly vaultPasswordFile: readonly string[];
  readonly askVaultPass?: true;
}

/** The options of `addInventoryOptions`. */
export interface InventoryFlags extends KeyFlags, ControllerFlags {
  readonly inventory: readonly string[];
  readonly extraVars: readonly string[];
}

/** The options of `addConnectionOptions`. */
export interface ConnectionFlags {
  readonly forks: number;
  readonly verbose: number;
  readonly output: 'auto' | 'plain' | 'json';
  readonly user?: string;
  readonly privateKey?: string;
  readonly timeout: number;
  readonly silence?: number;
  readonly lookTimeout: number;
}

const OUTPUTS: readonly string[] = ['auto', 'plain', 'json'];

/** Default of --forks: maximal number of hosts at the same time. */
export const FORKS = 50;

/** Default of --timeout: maximal time to connect to a host, in seconds. */
export const CONNECT_TIMEOUT = 10;

/** Default of --look-timeout: maximal time of a look at a host, in seconds. */
export const LOOK_TIMEOUT = 120;

/** Adds the options for the sources of hosts and variables. */
export function addInventoryOptions(command: Command): Command {
  const sources = command
    .option(
      '-i, --inventory <file>',
      'inventory file, folder, executable or "host1,"; may be given more than once',
      collect,
      [],
    )
    .option(
      '-e, --extra-vars <vars>',
      'name=value pairs, YAML or JSON in braces, or @file; takes precedence over every other variable',
      collect,
      [],
    );
  return addControllerOptions(addKeyOptions(sources));
}

/** Adds the options that name keys of encrypted files: `KeyFlags` without the lock and the limit. */
export function addKeyOptions(command: Command): Command {
  return command
    .option(
      '--identity <file>',
      'age identity or private SSH key that opens encrypted files and values; may be given more than once',
      collect,
      [],
    )
    .option(
      '--vault-id <label@source>',
      'password of ansible-vault: a file, an executable, or prompt; may be given more than once',
      collect,
      [],
    )
    .option(
      '--vault-password-file <file>',
      'password of ansible-vault without a label: a file or an executable',
      collect,
      [],
    )
    .option('-J, --ask-vault-pass', 'ask for the password of ansible-vault');
}

/** Adds `--limit`. Its value is a pattern, or `@file` with a host on each line. */
export function addLimitOption(command: Command): Command {
  return command.option(
    '-l, --limit <pattern>',
    'only these hosts; @file: the hosts that are named in a file, one per line',
    limitPattern,
  );
}

/** The options of `addLockOptions`. */
export interface LockFlags {
  /** Seconds. */
  readonly waitLock: number;
  /** False with --no-lock. */
  readonly lock: boolean;
}

/** Adds the options for the lock that keeps two runs from the same hosts. */
export function addLockOptions(command: Command): Command {
  return command
    .option('--no-lock', 'do not lock the hosts against other runs')
    .option(
      '--wait-lock <seconds>',
      'wait up to this many seconds for another run on the same hosts to end',
      nonNegative,
      0,
    );
}

/** Returns the lock that the flags ask for; undefined with --no-lock. */
export function lockOf({ lock, waitLock }: LockFlags): { readonly waitMs: number } | undefined {
  return lock ? { waitMs: waitLock * 1000 } : undefined;
}

/** Adds the options for connections and output. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option('-f, --forks <number>', 'work on at most this many hosts at the same time', positive, FORKS)
    .option(
      '-v, --verbose',
      'show more: tasks in sync, results, outputs (-vv: commands as well)',
      (_: string, count: number) => count + 1,
      0,
    )
    .addOption(
      new Option(
        '--output <format>',
        'auto (live rows on a terminal, otherwise plain lines), plain, or json (one object per line)',
      )
        .choices(OUTPUTS)
        .default('auto')
        .argParser(outputFormat),
    )
    .option('-u, --user <user>', 'the user to log in as, if the inventory sets none')
    .option('--private-key <file>', 'the key to log in with, if the inventory sets none')
    .option('-T, --timeout <seconds>', 'stop connecting to a host after this many seconds', positive, CONNECT_TIMEOUT)
    .option(
      '--silence <seconds>',
      'stop a command on a host that prints nothing for this many seconds (default: no limit)',
      positive,
    )
    .option(
      '--look-timeout <seconds>',
      'treat a host as unreachable if one look at its state takes longer than this many seconds',
      positive,
      LOOK_TIMEOUT,
    );
}

/** For an option that may be given several times: returns the values `before` with the new value at the end. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/**
 * For an option whose value is a list with commas, and that may be given several times: returns the values `before`
 * with the new ones at the end. Blanks around a value are removed, and empty values are left out.
 */
export function collectCommas(value: string, before: readonly string[]): readonly string[] {
  return [
    ...before,
    ...value
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  ];
}

/**
 * Does the same as `collectCommas`, and throws InvalidArgumentError if the value has no tag: a variable of a script that
 * is empty by accident must not run all tasks.
 */
export function collectTags(value: string, before: readonly string[]): readonly string[] {
  const tags = collectCommas(value, before);
  if (tags.length === before.length)
    throw new InvalidArgumentError('It names no tag: name one, or leave the option out for all tasks.');
  return tags;
}

/** Parses the value of an option. Throws InvalidArgumentError if it is not a whole number from 1. */
export function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return number;
}

function nonNegative(value: string): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) throw new InvalidArgumentError('It must be a number of seconds.');
  return number;
}

function outputFormat(value: string): string {
  if (!OUTPUTS.includes(value)) throw new InvalidArgumentError('It must be auto, plain or json.');
  return value;
}
