import { quote } from '../../connection/base/quote.ts';
import { splitWords } from '../../connection/base/split-words.ts';
import {
  type Setting,
  capability,
  digestOf,
  setOf,
  signalName,
} from '../../resources/containers/container-settings.ts';
import { Secret } from '../../values/base/secret.ts';
import { type ContainerSettings, bytesOf, nanosecondsOf, plainValue } from './container-arguments.ts';
import { portBindings } from './container-ports.ts';

type Name = keyof ContainerSettings;
type Value<Key extends Name> = Exclude<ContainerSettings[Key], undefined>;

/** How an argument is given to `create`, and in which form it is compared. */
interface Option<Key extends Name> {
  words(value: Value<Key>): readonly string[];
  /** Returns the setting to compare with that of the existing container. Undefined if the option is not compared. */
  setting(value: Value<Key>): Setting | undefined;
}

const words = (option: string, values: readonly string[]): readonly string[] => values.flatMap((one) => [option, one]);
const text = (option: string): { words(value: string): readonly string[]; setting(value: string): Setting } => ({
  words: (value) => [option, value],
  setting: (value) => value,
});
const number = (option: string): { words(value: number): readonly string[]; setting(value: number): Setting } => ({
  words: (value) => [option, String(value)],
  setting: String,
});
const toggle = (option: string): { words(value: boolean): readonly string[]; setting(value: boolean): Setting } => ({
  words: (value) => (value ? [option] : []),
  setting: String,
});
const size = (option: string): { words(value: string): readonly string[]; setting(value: string): Setting } => ({
  words: (value) => [option, String(bytesOf(value) ?? 0)],
  setting: (value) => String(bytesOf(value) ?? 0),
});
const set = (
  option: string,
  normal: (one: string) => string = (one) => one,
): { words(value: readonly string[]): readonly string[]; setting(value: readonly string[]): Setting } => ({
  words: (values) => words(option, values),
  setting: (values) => setOf(values.map(normal)),
});
const list = (
  option: string,
): { words(value: readonly string[]): readonly string[]; setting(value: readonly string[]): Setting } => ({
  words: (values) => words(option, values),
  setting: (values) => values,
});
type Words = Readonly<Record<string, string>>;
const map = (
  option: string,
  between: string,
): { words(value: Words): readonly string[]; setting(value: Words): Setting } => ({
  words: (values) =>
    words(
      option,
      Object.entries(values).map(([key, value]) => `${key}${between}${value}`),
    ),
  setting: (values) => values,
});
/** Given in another place of the command. */
const elsewhere = { words: () => [], setting: () => undefined } as const;

const OPTIONS: { readonly [Key in Name]: Option<Key> } = {
  command: elsewhere,
  entrypoint: elsewhere,
  networks: elsewhere,
  restart_retries: elsewhere,
  env: {
    words: (values) =>
      Object.entries(values).flatMap(([name, value]) => (value instanceof Secret ? [] : ['--env', `${name}=${value}`])),
    setting: (values) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, digestOf(plainValue(value))])),
  },
  env_file: { words: (value) => ['--env-file', value], setting: () => undefined },
  labels: map('--label', '='),
  user: text('--user'),
  working_dir: text('--workdir'),
  hostname: text('--hostname'),
  domainname: text('--domainname'),
  tty: toggle('--tty'),
  interactive: toggle('--interactive'),
  stop_signal: { words: (value) => ['--stop-signal', value], setting: signalName },
  // As in Ansible: it also says how long a task waits for the end.
  stop_timeout: { words: (value) => ['--stop-timeout', String(value)], setting: () => undefined },
  healthcheck: { words: healthWords, setting: healthSetting },
  restart_policy: text('--restart'),
  memory: size('--memory'),
  memory_reservation: size('--memory-reservation'),
  memory_swap: size('--memory-swap'),
  shm_size: size('--shm-size'),
  cpus: { words: (value) => ['--cpus', String(value)], setting: (value) => String(Math.round(value * 1e9)) },
  cpu_shares: number('--cpu-shares'),
  cpuset_cpus: text('--cpuset-cpus'),
  pids_limit: number('--pids-limit'),
  oom_score_adj: number('--oom-score-adj'),
  privileged: toggle('--privileged'),
  read_only: toggle('--read-only'),
  init: toggle('--init'),
  auto_remove: toggle('--rm'),
  ipc_mode: text('--ipc'),
  pid_mode: text('--pid'),
  userns_mode: text('--userns'),
  uts: text('--uts'),
  runtime: text('--runtime'),
  platform: { words: (value) => ['--platform', value], setting: () => undefined },
  // The name of another container is stored as its id, and a network as one of the networks.
  network_mode: {
    words: (value) => ['--network', value],
    setting: (value) => (isOwnMode(value) ? value : undefined),
  },
  capabilities: set('--cap-add', capability),
  cap_drop: set('--cap-drop', capability),
  security_opts: {
    words: (values) => words('--security-opt', values),
    // A profile is stored with its content.
    setting: (values) => setOf(values.filter((one) => !/^seccomp[=:](?!unconfined)/.test(one))),
  },
  dns_servers: list('--dns'),
  dns_opts: set('--dns-option'),
  dns_search_domains: list('--dns-search'),
  etc_hosts: map('--add-host', ':'),
  groups: set('--group-add'),
  sysctls: map('--sysctl', '='),
  tmpfs: set('--tmpfs', (one) => one.split(':')[0] ?? one),
  ulimits: {
    words: (values) =>
      words(
        '--ulimit',
        values.map((one) => one.replace(':', '=')),
      ),
    setting: (values) => Object.fromEntries(values.map(ulimit)),
  },
  devices: set('--device', (one) => {
    const [host = '', inside = host] = one.split(':');
    return `${host}:${inside.startsWith('/') ? inside : host}`;
  }),
  ports: { words: (values) => words('--publish', values), setting: (values) => setOf(values.flatMap(portBindings)) },
  volumes: {
    words: (values) => words('--volume', values),
    setting: (values) => Object.fromEntries(values.flatMap(mount)),
  },
  volumes_from: set('--volumes-from'),
  log_driver: text('--log-driver'),
  log_options: map('--log-opt', '='),
};

/** Returns whether a mode is one of the program, not the name of a network or of another container. */
export function isOwnMode(mode: string): boolean {
  return ['bridge', 'host', 'none', 'default'].includes(mode);
}

/** Returns the settings that a container must have, in the form of the look. */
export function wantedSettings(args: ContainerSettings): Readonly<Record<string, Setting>> {
  const own = names(args).flatMap(([name, value]) => {
    const setting = optionOf(name).setting(value);
    return setting === undefined ? [] : [[name, setting] as const];
  });
  const retries = args.restart_retries;
  return {
    ...Object.fromEntries(own),
    ...(retries === undefined || args.restart_policy !== 'on-failure' ? {} : { restart_retries: String(retries) }),
    ...processOf(args),
    ...networkSettings(args),
  };
}

/** Returns the words of `create` for the settings, without the image and the command. */
export function optionWords(args: ContainerSettings): readonly string[] {
  const own = names(args).flatMap(([name, value]) =>
    name === 'restart_policy' && value === 'on-failure' && args.restart_retries !== undefined
      ? ['--restart', `on-failure:${args.restart_retries}`]
      : optionOf(name).words(value),
  );
  const [program] = args.entrypoint ?? [];
  return [...own, ...(program === undefined ? [] : ['--entrypoint', program]), ...firstNetwork(args)];
}

/** Returns the words after the image. */
export function commandWords(args: ContainerSettings): readonly string[] {
  return [...(args.entrypoint ?? []).slice(1), ...(commandOf(args.command) ?? [])];
}

/** Returns lines for `--env-file` with the variables whose values are secret. */
export function secretVariables({ env = {} }: ContainerSettings): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => (value instanceof Secret ? [`${name}=${value.reveal()}`] : []));
}

function names(args: ContainerSettings): readonly (readonly [Name, never])[] {
  return Object.entries(args).filter(([name, value]) => value !== undefined && name in OPTIONS) as never;
}

function optionOf(name: Name): Option<never> {
  return OPTIONS[name];
}

function commandOf(command: ContainerSettings['command']): readonly string[] | undefined {
  return typeof command === 'string' ? (splitWords(command) ?? [command]) : command;
}

/** The program `create` takes one word as the entry point: the others are put before the command. */
function processOf(args: ContainerSettings): Readonly<Record<string, Setting>> {
  const { entrypoint } = args;
  if (entrypoint === undefined) return args.command === undefined ? {} : { command: commandWords(args) };
  const isWhole = args.command !== undefined || entrypoint.length > 1;
  return { entrypoint: entrypoint.slice(0, 1), ...(isWhole ? { command: commandWords(args) } : {}) };
}

/** Returns the networks of which the container must be a part. */
export function networksOf({
  network_mode: mode,
  networks = [],
}: ContainerSettings): NonNullable<ContainerSettings['networks']> {
  if (mode === undefined || isOwnMode(mode) || mode.includes(':') || networks.some(({ name }) => name === mode))
    return networks;
  return [{ name: mode }, ...networks];
}

function networkSettings(args: ContainerSettings): Readonly<Record<string, Setting>> {
  const all = networksOf(args);
  if (all.length === 0) return {};
  const addresses = all.flatMap(({ name, ipv4_address: address }) =>
    address === undefined ? [] : [[name, address] as const],
  );
  const aliases = all.flatMap(({ name, aliases: own = [] }) => own.map((alias) => `${name} ${alias}`));
  return {
    networks: setOf(all.map(({ name }) => name)),
    ...(addresses.length === 0 ? {} : { addresses: Object.fromEntries(addresses) }),
    ...(aliases.length === 0 ? {} : { aliases: setOf(aliases) }),
  };
}

function firstNetwork(args: ContainerSettings): readonly string[] {
  const [first] = args.networks ?? [];
  if (first === undefined || args.network_mode !== undefined) return [];
  return ['--network', first.name, ...words('--network-alias', first.aliases ?? []), ...addressWords(first)];
}

/** Returns the words of `network connect` for the networks that `create` does not join, without the container. */
export function furtherNetworks(args: ContainerSettings): readonly (readonly string[])[] {
  const [, ...others] = args.networks ?? [];
  const rest =
    args.network_mode === undefined ? others : (args.networks ?? []).filter(({ name }) => name !== args.network_mode);
  return rest.map((one) => [...words('--alias', one.aliases ?? []), ...addressWords(one), one.name]);
}

function addressWords(network: NonNullable<ContainerSettings['networks']>[number]): readonly string[] {
  return [
    ...(network.ipv4_address === undefined ? [] : ['--ip', network.ipv4_address]),
    ...(network.ipv6_address === undefined ? [] : ['--ip6', network.ipv6_address]),
  ];
}

function ulimit(written: string): readonly [string, string] {
  const [name = '', soft = '', hard = soft] = written.split(':');
  return [name, `${soft}:${hard}`];
}

/** Returns the destination, and the source with the right to write. A volume without a name is not compared. */
function mount(written: string): readonly (readonly [string, string])[] {
  const [source = '', destination, options = ''] = written.split(':');
  if (destination === undefined) return [];
  const tidy = (path: string): string => (path.length > 1 ? path.replace(/(?<!\/)\/+$/, '') : path);
  return [[tidy(destination), `${tidy(source)}:${options.split(',').includes('ro') ? 'ro' : 'rw'}`]];
}

function healthWords({
  test,
  interval,
  timeout,
  start_period: start,
  retries,
}: Value<'healthcheck'>): readonly string[] {
  const command = healthCommand(test);
  if (command === undefined) return ['--no-healthcheck'];
  return [
    '--health-cmd',
    command,
    ...(interval === undefined ? [] : ['--health-interval', interval]),
    ...(timeout === undefined ? [] : ['--health-timeout', timeout]),
    ...(start === undefined ? [] : ['--health-start-period', start]),
    ...(retries === undefined ? [] : ['--health-retries', String(retries)]),
  ];
}

function healthSetting({ test, interval, timeout, start_period: start, retries }: Value<'healthcheck'>): Setting {
  const command = healthCommand(test);
  const time = (name: string, value: string | undefined): Words =>
    value === undefined ? {} : { [name]: String(nanosecondsOf(value)) };
  return {
    test: JSON.stringify(command === undefined ? ['NONE'] : ['CMD-SHELL', command]),
    ...time('interval', interval),
    ...time('timeout', timeout),
    ...time('start_period', start),
    ...(retries === undefined ? {} : { retries: String(retries) }),
  };
}

/** Returns the text for the shell that checks the health; undefined: no check. */
function healthCommand(test: string | readonly string[]): string | undefined {
  if (typeof test === 'string') return test;
  const [kind = '', ...rest] = test;
  if (kind === 'NONE') return undefined;
  if (kind === 'CMD-SHELL') return rest.join(' ');
  return (kind === 'CMD' ? rest : test).map(quote).join(' ');
}
