import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import { readAtOnce } from '../../files/read-file.ts';
import type { RefusedKeys, SshTarget, WithoutEffect } from '../base/target.ts';
import { parseJump } from './jump-name.ts';
import { mayHaveTicket } from './kerberos.ts';
import type { Login, SshCall } from './ssh-config-outline.ts';
import { asOptions, type SshConfig, type SshConfigs } from './ssh-config.ts';
import type { SshOptions } from './ssh-options.ts';
import { expandPath, type TokenValues } from './ssh-tokens.ts';

/**
 * Settings of the inventory and the command line for a host. If one is undefined, the configuration of ssh or its
 * defaults decide.
 */
export interface Wanted {
  /** The name of the host in the inventory. */
  readonly name: string;
  /** The name that ssh would get on its command line. */
  readonly alias: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly identityFile: string | undefined;
  readonly password: string | undefined;
  readonly passphrase: string | undefined;
  readonly knownHostsFile: string | undefined;
  /** False if the inventory turns the check off. */
  readonly checksHostKey: boolean;
  /** Each as `[user@]host[:port]`, the nearest first. */
  readonly jumps: readonly string[] | undefined;
  readonly proxyCommand: string | undefined;
  readonly useOpenssh: boolean;
  /** Arguments for ssh. */
  readonly call?: SshCall | undefined;
  readonly retries?: number | undefined;
  readonly withoutEffect?: readonly WithoutEffect[];
  readonly refusedKeys?: RefusedKeys | undefined;
}

/** Timeouts for the host and its jump hosts, in milliseconds. */
export type Patience = Pick<SshTarget, 'connectTimeoutMs' | 'keepAliveMs'>;

/**
 * Combines all settings of a host. The settings of its jump hosts come from the configuration of ssh alone. Throws
 * Problem `ssh-config`.
 */
export async function sshTarget(given: Wanted, patience: Patience, configs: SshConfigs): Promise<SshTarget> {
  const wanted = underArguments(given);
  const { name, alias, identityFile, knownHostsFile, call } = wanted;
  const login = { host: alias, user: wanted.user, port: wanted.port, call };
  const config = await configs.of(login);
  const jumpNames = wanted.jumps ?? (wanted.proxyCommand === undefined ? (config.jumps ?? []) : []);
  const jumpBy = wanted.jumps === undefined ? 'ProxyJump' : 'ansible_jump_host';
  const ways: Ways = { patience, configs, configFile: call?.configFile, jumpBy };
  const jumps = await jumpsOf(jumpNames, ways, [alias]);
  const own = ownPart(login, config, configs);
  const named = identityFile === undefined ? [] : [home(identityFile)];
  const identityFiles = [...named, ...own.identityFiles.filter((file) => !named.includes(file))];
  const hostKeyChecking = wanted.checksHostKey ? own.hostKeyChecking : 'off';
  return {
    ...own,
    ...patience,
    name,
    // As with `ssh -i`: the default files of ssh are tried only if no file is configured.
    identityFiles: identityFile !== undefined && config.identityFiles === undefined ? named : identityFiles,
    ...secretsOf(wanted),
    knownHostsFiles: knownHostsFile === undefined ? own.knownHostsFiles : [home(knownHostsFile)],
    hostKeyChecking,
    jumps,
    proxyCommand: wanted.proxyCommand ?? config.proxyCommand,
    ...extrasOf(wanted),
    openssh: {
      use: wanted.useOpenssh ? 'always' : 'automatic',
      reasons: [
        ...new Set([
          ...own.openssh.reasons,
          ...named.flatMap(reasonsOfIdentity),
          ...jumps.flatMap((jump) => jump.openssh.reasons.map((reason) => `${reason} for the jump host ${jump.name}`)),
        ]),
      ],
      notKept: config.notKept ?? [],
      options: callOptions(wanted, own, jumpNames),
      mayLogInOtherwise: own.openssh.mayLogInOtherwise,
    },
  };
}

function secretsOf({ password, passphrase }: Wanted): Pick<SshTarget, 'password' | 'passphrase'> {
  return { ...(password === undefined ? {} : { password }), ...(passphrase === undefined ? {} : { passphrase }) };
}

function extrasOf(wanted: Wanted): Pick<SshTarget, 'retries' | 'refusedKeys' | 'withoutEffect'> {
  const { retries, refusedKeys, withoutEffect } = wanted;
  return { retries, refusedKeys, ...(withoutEffect === undefined ? {} : { withoutEffect }) };
}

/** Writes settings of the inventory as options of ssh. */
function callOptions(wanted: Wanted, { address, port, user }: SshTarget, jumps: readonly string[]): readonly string[] {
  const { identityFile, knownHostsFile, call } = wanted;
  const settings = [
    ...(call?.first ?? []),
    ...(identityFile === undefined ? [] : [`IdentityFile=${quoted(home(identityFile))}`]),
    ...(knownHostsFile === undefined
      ? []
      : [`UserKnownHostsFile=${quoted(home(knownHostsFile))}`, 'GlobalKnownHostsFile=none']),
    ...(wanted.proxyCommand === undefined ? [] : [`ProxyCommand=${wanted.proxyCommand}`]),
    ...(wanted.jumps === undefined || wanted.proxyCommand !== undefined
      ? []
      : [`ProxyJump=${jumps.map(inBrackets).join(',')}`]),
    ...(wanted.user === undefined ? [] : [`User=${user}`]),
    ...(wanted.port === undefined ? [] : [`Port=${port}`]),
    ...(wanted.alias.startsWith('-') ? [`HostName=${address}`] : []),
    ...(call?.last ?? []),
  ];
  return [...(call?.configFile === undefined ? [] : ['-F', call.configFile]), ...asOptions(settings)];
}

/** Replaces user and port by those of the arguments for ssh that have priority over the variables. */
function underArguments(wanted: Wanted): Wanted {
  const said = (name: string): string | undefined =>
    wanted.call?.first
      .map((setting) => setting.split('='))
      .find(([key = '']) => key.toLowerCase() === name)
      ?.slice(1)
      .join('=');
  const port = said('port');
  return {
    ...wanted,
    user: said('user') ?? wanted.user,
    port: port !== undefined && /^\d+$/.test(port) ? Number(port) : wanted.port,
  };
}

function inBrackets(jump: string): string {
  const { user, host, port } = parseJump(jump);
  return `${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;
}

/** Quotes a path for a line of ssh's configuration, where tokens would be replaced. */
function quoted(path: string): string {
  if (/["\\\p{Cc}]/u.test(path))
    throw new Problem({
      code: 'unusable-path',
      what: `the path ${JSON.stringify(path)} cannot be given to ssh`,
      why: 'The path has a quote, a backslash or a control character; the configuration of ssh would read several names or another name.',
      remedy: 'Rename the file, or name a link to the file that has a plain name.',
    });
  return `"${path.replaceAll('%', '%%')}"`;
}

/** Reads the settings of one host, which may be a jump host: settings of one host never apply to another one. */
function ownPart(login: Login, config: SshConfig, configs: SshConfigs): SshTarget {
  const alias = login.host;
  const address = config.address ?? alias;
  const port = login.port ?? config.port ?? 22;
  const user = login.user ?? config.user ?? userInfo().username;
  const tokens: TokenValues = {
    alias,
    address,
    port,
    user,
    hostKeyAlias: config.hostKeyAlias,
    jumps: config.jumps?.join(','),
  };
  const identities = (config.identityFiles ?? DEFAULT_IDENTITIES).filter((file) => file !== 'none');
  const expanded = identities.map((file) => ({ file, path: expandPath(file, tokens) }));
  const identityFiles = expanded.flatMap(({ path }) => path ?? []);
  const agent = agentOf(config.agent, tokens);
  return {
    kind: 'ssh',
    name: alias,
    alias,
    address,
    port,
    user,
    identityFiles,
    ...(config.identitiesOnly === undefined ? {} : { identitiesOnly: true }),
    loginMethods: config.loginMethods,
    agent: agent.socket,
    knownHostsFiles: config.knownHostsFiles ?? [home('~/.ssh/known_hosts'), '/etc/ssh/ssh_known_hosts'],
    hostKeyChecking: config.hostKeyChecking ?? 'strict',
    hostKeyAlias: config.hostKeyAlias,
    hashKnownHosts: async () => (await configs.optionsFor(login))?.get('hashknownhosts')?.[0] === 'yes',
    algorithms: config.algorithms,
    addressFamily: config.addressFamily,
    bindAddress: config.bindAddress,
    jumps: [],
    connectTimeoutMs: 0,
    keepAliveMs: 0,
    openssh: {
      use: 'automatic',
      reasons: [
        ...(config.reasons ?? []),
        ...agent.reasons,
        ...expanded.flatMap(({ file, path }) =>
          path === undefined ? [`IdentityFile ${file} has a token that only ssh knows`] : [],
        ),
        ...identityFiles.flatMap(reasonsOfIdentity),
      ],
      notKept: config.notKept ?? [],
      options: [],
      mayLogInOtherwise: async () => mayLogInOtherwise(await configs.optionsFor(login)),
    },
  };
}

/** True if the host's own key or a Kerberos ticket may be used to log in. */
async function mayLogInOtherwise(options: SshOptions | undefined): Promise<boolean> {
  if (options?.get('hostbasedauthentication')?.[0] === 'yes') return true;
  return options?.get('gssapiauthentication')?.[0] === 'yes' && mayHaveTicket();
}

/**
 * How to reach jump hosts: as with ssh, they use the same configuration file as the host, and none of its other
 * arguments.
 */
interface Ways {
  readonly patience: Patience;
  readonly configs: SshConfigs;
  readonly configFile: string | undefined;
  readonly jumpBy: NonNullable<SshTarget['jumpBy']>;
}

interface Agent {
  readonly socket: string | undefined;
  readonly reasons: readonly string[];
}

/** Decodes IdentityAgent of ssh_config(5). */
function agentOf(setting: string | undefined, tokens: TokenValues): Agent {
  if (setting === undefined) return { socket: process.env['SSH_AUTH_SOCK'] || undefined, reasons: [] };
  if (setting === 'none') return { socket: undefined, reasons: [] };
  if (setting.startsWith('$') && !setting.startsWith('${'))
    return { socket: process.env[setting.slice(1)], reasons: [] };
  const socket = expandPath(setting, tokens);
  return { socket, reasons: socket === undefined ? [`IdentityAgent ${setting} has a token that only ssh knows`] : [] };
}

/**
 * Returns why ssh2 cannot use an identity file: ssh would use it with its certificate, or with the device that holds
 * it.
 */
function reasonsOfIdentity(file: string): readonly string[] {
  if (existsSync(`${file}-cert.pub`) && (existsSync(file) || existsSync(`${file}.pub`)))
    return [`${file}-cert.pub is a certificate`];
  return isOnDevice(file) ? [`${file} is the key of a security key (FIDO)`] : [];
}

/**
 * Returns whether the key is held by a device. Files with default names do not count: ssh tries them as one of several,
 * so the others are tried first.
 */
function isOnDevice(file: string): boolean {
  if (DEFAULT_IDENTITIES.some((name) => home(name) === file)) return false;
  try {
    return readAtOnce(`${file}.pub`).toString('latin1').startsWith('sk-');
  } catch {
    return false;
  }
}

/**
 * Returns the targets of jump hosts by their names, the nearest to the controller first. As with ssh, the first one is
 * reached as its own configuration says, through jump hosts of its own or a ProxyCommand; for the others, only their
 * names count. `behind` has the names of the hosts after them, so that a configuration that leads a jump host through
 * itself comes to an end.
 */
async function jumpsOf(names: readonly string[], ways: Ways, behind: readonly string[]): Promise<readonly SshTarget[]> {
  const { patience, configs, configFile, jumpBy } = ways;
  const call = configFile === undefined ? undefined : { configFile, first: [], last: [] };
  const jumps = await Promise.all(
    names.map(async (text) => {
      const login = { ...parseJump(text), call };
      const config = await configs.of(login);
      return { config, target: { ...ownPart(login, config, configs), ...patience, jumpBy } as const };
    }),
  );
  const [first] = jumps;
  if (first === undefined) return [];
  const passed = [...behind, ...jumps.map(({ target }) => target.alias)];
  const before = (first.config.jumps ?? []).filter((name) => !passed.includes(parseJump(name).host));
  const own = await jumpsOf(before, { ...ways, jumpBy: 'ProxyJump' }, passed);
  const targets = jumps.map(({ target }, index) =>
    index === 0 && own.length === 0 ? { ...target, proxyCommand: first.config.proxyCommand } : target,
  );
  return [...own, ...targets];
}

/** The private keys that ssh tries by default. */
const DEFAULT_IDENTITIES: readonly string[] = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'];

function home(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}
