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

/** What ssh's own configuration says of a host; undefined where it says nothing beyond ssh's defaults. */
export interface SshConfig {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  /** With their tokens, see `expandPath`. */
  readonly identityFiles?: readonly string[] | undefined;
  readonly identitiesOnly?: true | undefined;
  readonly loginMethods?: readonly LoginMethod[] | undefined;
  readonly knownHostsFiles?: readonly string[] | undefined;
  readonly hostKeyChecking?: SshTarget['hostKeyChecking'] | undefined;
  readonly hostKeyAlias?: string | undefined;
  /** `[user@]host[:port]` each, the nearest first. */
  readonly jumps?: readonly string[] | undefined;
  readonly proxyCommand?: string | undefined;
  /** IdentityAgent as it is written: `none`, a path with its tokens, or `$NAME`. */
  readonly agent?: string | undefined;
  readonly algorithms?: PinnedAlgorithms | undefined;
  readonly addressFamily?: 4 | 6 | undefined;
  readonly bindAddress?: string | undefined;
  /** What is set and ssh2 cannot do. */
  readonly reasons?: readonly string[] | undefined;
  /** Options of ssh_config(5) that are set and that runbook does not keep while ssh2 is the transport. */
  readonly notKept?: readonly string[] | undefined;
}

const run = promisify(execFile);

/** ssh's own configuration, as one run sees it. */
export class SshConfigs {
  readonly #spawns = pLimit(4);
  readonly #outlines = new Map<string, Promise<Outline>>();
  #defaults: Promise<SshOptions> | undefined;
  readonly #answers = new Map<string, Promise<SshOptions | undefined>>();

  /**
   * The settings of `~/.ssh/config` and `/etc/ssh/ssh_config` for a host, as `ssh -G` gives them. ssh is started at
   * most once for all the hosts that the same `Host` lines match, and not at all where the files set nothing that
   * matters. Throws Problem `ssh-config` where ssh refuses its configuration.
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
    // A shared answer was given for another host, but no `HostName` stands in it, or it would not be shared.
    return address === undefined || !hasOwnAnswer(known, login.host) ? settings : { ...settings, address };
  }

  /** All options for a host as ssh has them, also where no file sets any. Undefined without ssh on this machine. */
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

  /** What ssh does where no file says anything. */
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
    // Without ssh on this machine, its configuration has no say.
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

/** Settings for a command line of ssh. */
export function asOptions(settings: readonly string[]): readonly string[] {
  return settings.flatMap((setting) => ['-o', setting]);
}

function withoutSsh(host: string): Problem {
  return new Problem({
    code: 'ssh-config',
    what: `${host}: the arguments for ssh cannot be read without the program ssh`,
    why: 'They have the form of its command line, and ssh is not on this machine.',
    remedy: 'Install OpenSSH (openssh-client), or say it by variables of runbook, such as ansible_jump_host.',
  });
}

/** Decodes the output of `ssh -G`: one option a line, its name in small letters, which some versions forget. */
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

/** What matters here of ssh's options for `host`. What equals `usual`, the defaults of ssh, is left out. */
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

/** `ask`, the default, is not among them: who runs a playbook cannot be asked a hundred times. */
const HOST_KEY_CHECKING: ReadonlyMap<string, SshTarget['hostKeyChecking']> = new Map([
  ['true', 'strict'],
  ['yes', 'strict'],
  ['accept-new', 'accept-new'],
  ['false', 'off'],
  ['no', 'off'],
  ['off', 'off'],
]);
