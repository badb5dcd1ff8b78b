import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import { Problem } from '../../errors/problem.ts';
import { quote } from '../base/quote.ts';
import type { LoginMethod, PinnedAlgorithms, SshTarget } from '../base/target.ts';
import { fileList } from './file-list.ts';
import {
  answerKey,
  filesFor,
  hasOwnAnswer,
  readOutline,
  type Login,
  type Outline,
  type SshCall,
} from './ssh-config-outline.ts';
import { allowedAlgorithms, allowedMethods, beyondSsh2, isSet, notKept, type SshOptions } from './ssh-options.ts';

/** Settings of the configuration of ssh for a host; undefined where it only has the defaults of ssh. */
export interface SshConfig {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  /** Paths with their tokens, see `expandPath`. */
  readonly identityFiles?: readonly string[] | undefined;
  readonly identitiesOnly?: true | undefined;
  readonly loginMethods?: readonly LoginMethod[] | undefined;
  readonly knownHostsFiles?: readonly string[] | undefined;
  readonly hostKeyChecking?: SshTarget['hostKeyChecking'] | undefined;
  readonly hostKeyAlias?: string | undefined;
  /** Each as `[user@]host[:port]`, the nearest first. */
  readonly jumps?: readonly string[] | undefined;
  readonly proxyCommand?: string | undefined;
  /** IdentityAgent as it is written: `none`, a path with its tokens, or `$NAME`. */
  readonly agent?: string | undefined;
  readonly algorithms?: PinnedAlgorithms | undefined;
  readonly addressFamily?: 4 | 6 | undefined;
  readonly bindAddress?: string | undefined;
  /** Settings that ssh2 does not support. */
  readonly reasons?: readonly string[] | undefined;
  /** Options of ssh_config(5) that are set, and that runbook ignores while ssh2 is the transport. */
  readonly notKept?: readonly string[] | undefined;
}

const run = promisify(execFile);

/** Reads the configuration of ssh, once per run. */
export class SshConfigs {
  readonly #spawns = pLimit(4);
  readonly #outlines = new Map<string, Promise<Outline>>();
  #defaults: Promise<SshOptions> | undefined;
  readonly #answers = new Map<string, Promise<SshOptions | undefined>>();

  /**
   * Resolves to the settings of `~/.ssh/config` and `/etc/ssh/ssh_config` for a host, from `ssh -G`. ssh is started at
   * most once for all hosts that match the same `Host` lines, and not at all if the files set no option that matters.
   * Throws Problem `ssh-config` if ssh refuses its configuration.
   */
  async of(login: Login): Promise<SshConfig> {
    const known = await this.#read(login.call);
    if (!known.speaks && login.call?.configFile === undefined) return {};
    const options = await this.optionsFor(login);
    if (options === undefined) {
      if (login.call !== undefined) throw withoutSsh(login.host);
      return {};
    }
    const { address, ...settings } = readConfig(options, await this.#usual(), login.host);
    // A shared answer was given for another host, so its address is dropped. No `HostName` is configured for this host,
    // or the answer would not be shared.
    return address === undefined || !hasOwnAnswer(known, login.host) ? settings : { ...settings, address };
  }

  /** Resolves to all options of ssh for a host, including defaults. Undefined if ssh is not installed. */
  async optionsFor(login: Login): Promise<SshOptions | undefined> {
    const key = answerKey(await this.#read(login.call), login);
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      answer = login.host.startsWith('-') ? Promise.resolve(undefined) : this.#spawns(() => ask(login));
      this.#answers.set(key, answer);
    }
    return answer;
  }

  #read(call: SshCall | undefined): Promise<Outline> {
    const files = filesFor(call);
    const settings = call === undefined ? [] : [...call.first, ...call.last];
    const key = JSON.stringify([files, settings]);
    let outline = this.#outlines.get(key);
    if (outline === undefined) this.#outlines.set(key, (outline = readOutline(files, settings)));
    return outline;
  }

  /** Resolves to the defaults of ssh, without any file. */
  #usual(): Promise<SshOptions> {
    this.#defaults ??= run('ssh', ['-F', 'none', '-G', '--', 'host'], { timeout: 10_000 }).then(
      ({ stdout }) => parseSshG(stdout),
      () => new Map(),
    );
    return this.#defaults;
  }
}

async function ask({ host, user, port, call }: Login): Promise<SshOptions | undefined> {
  const login = [...(user === undefined ? [] : ['-l', user]), ...(port === undefined ? [] : ['-p', `${port}`])];
  const file = call?.configFile === undefined ? [] : ['-F', call.configFile];
  const given = [...file, ...asOptions(call?.first ?? []), ...login, ...asOptions(call?.last ?? [])];
  try {
    const { stdout } = await run('ssh', ['-G', ...given, '--', host], { timeout: 10_000 });
    return parseSshG(stdout);
  } catch (error) {
    // If ssh is not installed, its configuration is ignored.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const remedy =
      call === undefined
        ? `Correct the file, so that \`ssh -G ${host}\` prints the settings of the host.`
        : `Correct the arguments for ssh that the inventory has for the host, or the file, so that ssh prints its settings: ${['ssh', '-G', ...given, host].map(quote).join(' ')}.`;
    throw refused(host, error, remedy);
  }
}

function refused(host: string, error: unknown, remedy: string): Problem {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return new Problem({
    code: 'ssh-config',
    what: `${host}: ssh refuses its configuration`,
    why: said === '' ? String(error) : said,
    remedy,
    cause: error,
  });
}

/** Writes settings as arguments of ssh. */
export function asOptions(settings: readonly string[]): readonly string[] {
  return settings.flatMap((setting) => ['-o', setting]);
}

function withoutSsh(host: string): Problem {
  return new Problem({
    code: 'ssh-config',
    what: `${host}: the arguments for ssh cannot be read without the program ssh`,
    why: 'They have the form of its command line, and ssh is not on this machine.',
    remedy: 'Install OpenSSH (openssh-client), or use variables of runbook, such as ansible_jump_host.',
  });
}

/**
 * Decodes the output of `ssh -G`: one option per line. Names become lower case, because some versions do not print them
 * so.
 */
export function parseSshG(output: string): SshOptions {
  const values = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const space = line.indexOf(' ');
    if (space === -1) continue;
    const name = line.slice(0, space).toLowerCase();
    values.set(name, [...(values.get(name) ?? []), line.slice(space + 1).trim()]);
  }
  return values;
}

/** Extracts the options for `host` that matter here. Options that equal `usual`, the defaults of ssh, are left out. */
export function readConfig(options: SshOptions, usual: SshOptions, host: string): SshConfig {
  const one = (name: string): string | undefined => options.get(name)?.[0];
  const unless = (value: string | undefined, other: string): string | undefined =>
    value === other ? undefined : value;
  return {
    address: unless(one('hostname'), host),
    port: numberOf(one('port')),
    user: one('user'),
    identityFiles: isSet('identityfile', options, usual) ? options.get('identityfile') : undefined,
    identitiesOnly: one('identitiesonly') === 'yes' ? true : undefined,
    loginMethods: allowedMethods(options),
    knownHostsFiles: options.has('userknownhostsfile') ? knownHostsFiles(options) : undefined,
    proxyCommand: unless(one('proxycommand'), 'none'),
    hostKeyChecking: HOST_KEY_CHECKING.get(one('stricthostkeychecking') ?? ''),
    hostKeyAlias: one('hostkeyalias'),
    jumps: unless(one('proxyjump'), 'none')?.split(','),
    agent: unless(one('identityagent'), 'SSH_AUTH_SOCK'),
    algorithms: allowedAlgorithms(options, usual),
    addressFamily: FAMILIES.get(one('addressfamily') ?? ''),
    bindAddress: one('bindaddress'),
    reasons: unlessEmpty(beyondSsh2(options, usual)),
    notKept: unlessEmpty(notKept(options, usual)),
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function unlessEmpty(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}

function knownHostsFiles(options: SshOptions): readonly string[] {
  return ['userknownhostsfile', 'globalknownhostsfile']
    .flatMap((name) => options.get(name)?.[0] ?? [])
    .flatMap((files) => fileList(files, atHome))
    .filter((file) => file !== 'none');
}

function atHome(path: string): string {
  return path.replace(/^~(?=\/)/, homedir());
}

const FAMILIES: ReadonlyMap<string, 4 | 6> = new Map([
  ['inet', 4],
  ['inet6', 6],
]);

/** The default, `ask`, is not in the table: an operator cannot be asked a hundred times. */
const HOST_KEY_CHECKING: ReadonlyMap<string, SshTarget['hostKeyChecking']> = new Map([
  ['true', 'strict'],
  ['yes', 'strict'],
  ['accept-new', 'accept-new'],
  ['false', 'off'],
  ['no', 'off'],
  ['off', 'off'],
]);
