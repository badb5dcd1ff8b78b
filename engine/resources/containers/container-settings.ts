import { createHash } from 'node:crypto';
import { entriesOf, listOf, mapOf, partOf, textOf, textsOf } from './json-parts.ts';

/** A setting of a container in a normal form. A set is a map with empty values. */
export type Setting = string | readonly string[] | Readonly<Record<string, string>>;

/** Returns the settings of a container by the names of the arguments of docker_container. */
export function settingsOf(info: unknown): Readonly<Record<string, Setting>> {
  const host = partOf(info, 'HostConfig');
  const config = partOf(info, 'Config');
  // podman does not show the kernel parameters of a container. Only podman names the program that runs it (OCIRuntime).
  const kernel = partOf(info, 'OCIRuntime') === undefined ? { sysctls: mapOf(host, 'Sysctls') } : {};
  return { ...configOf(config), ...hostOf(host), ...kernel, ...mountsOf(info), ...networksOf(info) };
}

function configOf(config: unknown): Readonly<Record<string, Setting>> {
  return {
    command: textsOf(config, 'Cmd'),
    entrypoint: textsOf(config, 'Entrypoint'),
    env: Object.fromEntries(textsOf(config, 'Env').map(environmentVariable)),
    labels: mapOf(config, 'Labels'),
    user: textOf(config, 'User'),
    working_dir: textOf(config, 'WorkingDir'),
    hostname: textOf(config, 'Hostname'),
    domainname: textOf(config, 'Domainname'),
    tty: yes(partOf(config, 'Tty')),
    interactive: yes(partOf(config, 'OpenStdin')),
    // podman gives the number or the name of the signal.
    stop_signal: signalName(textOf(config, 'StopSignal')),
    stop_timeout: textOf(config, 'StopTimeout'),
    healthcheck: healthOf(partOf(config, 'Healthcheck')),
  };
}

function hostOf(host: unknown): Readonly<Record<string, Setting>> {
  const policy = textOf(host, 'RestartPolicy', 'Name');
  return {
    restart_policy: policy === '' ? 'no' : policy,
    restart_retries: textOf(host, 'RestartPolicy', 'MaximumRetryCount'),
    memory: textOf(host, 'Memory'),
    memory_reservation: textOf(host, 'MemoryReservation'),
    memory_swap: textOf(host, 'MemorySwap'),
    shm_size: textOf(host, 'ShmSize'),
    cpus: textOf(host, 'NanoCpus'),
    cpu_shares: textOf(host, 'CpuShares'),
    cpuset_cpus: textOf(host, 'CpusetCpus'),
    pids_limit: textOf(host, 'PidsLimit'),
    oom_score_adj: textOf(host, 'OomScoreAdj'),
    privileged: yes(partOf(host, 'Privileged')),
    read_only: yes(partOf(host, 'ReadonlyRootfs')),
    init: yes(partOf(host, 'Init')),
    auto_remove: yes(partOf(host, 'AutoRemove')),
    ipc_mode: textOf(host, 'IpcMode'),
    pid_mode: textOf(host, 'PidMode'),
    userns_mode: textOf(host, 'UsernsMode'),
    uts: textOf(host, 'UTSMode'),
    runtime: textOf(host, 'Runtime'),
    // docker says `default` for the network that it chooses itself.
    network_mode: textOf(host, 'NetworkMode').replace(/^default$/, 'bridge'),
    capabilities: setOf(textsOf(host, 'CapAdd').map(capability)),
    cap_drop: setOf(textsOf(host, 'CapDrop').map(capability)),
    security_opts: setOf(textsOf(host, 'SecurityOpt')),
    dns_servers: textsOf(host, 'Dns'),
    dns_opts: setOf(textsOf(host, 'DnsOptions')),
    dns_search_domains: textsOf(host, 'DnsSearch'),
    etc_hosts: Object.fromEntries(textsOf(host, 'ExtraHosts').map(hostAndAddress)),
    groups: setOf(textsOf(host, 'GroupAdd')),
    tmpfs: setOf(entriesOf(host, 'Tmpfs').map(([path]) => path)),
    ulimits: Object.fromEntries(listOf(host, 'Ulimits').map(limit)),
    devices: setOf(listOf(host, 'Devices').map(device)),
    ports: setOf(
      entriesOf(host, 'PortBindings').flatMap(([port, all]) => listOf(all).map((one) => binding(port, one))),
    ),
    volumes_from: setOf(textsOf(host, 'VolumesFrom')),
    log_driver: textOf(host, 'LogConfig', 'Type'),
    log_options: mapOf(host, 'LogConfig', 'Config'),
  };
}

/** A value may be a secret: only its digest is kept. */
function environmentVariable(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  return equals === -1 ? [text, digestOf('')] : [text.slice(0, equals), digestOf(text.slice(equals + 1))];
}

/** Returns the digest of the value of a variable, as settings have it. */
export function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

export function capability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '');
}

/** Numbers of signals on Linux, by name. */
const SIGNALS: Readonly<Record<string, string>> = {
  '1': 'HUP',
  '2': 'INT',
  '3': 'QUIT',
  '9': 'KILL',
  '10': 'USR1',
  '12': 'USR2',
  '15': 'TERM',
  '28': 'WINCH',
};

export function signalName(signal: string): string {
  return SIGNALS[signal] ?? signal.toUpperCase().replace(/^SIG/, '');
}

function yes(value: unknown): string {
  return value === true ? 'true' : 'false';
}

export function setOf(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, '']));
}

function hostAndAddress(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

function limit(one: unknown): readonly [string, string] {
  const name = textOf(one, 'Name')
    .toLowerCase()
    .replace(/^rlimit_/, '');
  return [name, `${textOf(one, 'Soft')}:${textOf(one, 'Hard')}`];
}

function device(one: unknown): string {
  return `${textOf(one, 'PathOnHost')}:${textOf(one, 'PathInContainer')}`;
}

/** `0.0.0.0:8080:80/tcp`. Without an address, the port is open on all addresses of the host. */
function binding(port: string, one: unknown): string {
  const address = textOf(one, 'HostIp');
  return `${address === '' ? '0.0.0.0' : address}:${textOf(one, 'HostPort')}:${port}`;
}

function healthOf(health: unknown): Readonly<Record<string, string>> {
  const test = textsOf(health, 'Test');
  if (test.length === 0) return {};
  return {
    test: JSON.stringify(test),
    interval: textOf(health, 'Interval'),
    timeout: textOf(health, 'Timeout'),
    retries: textOf(health, 'Retries'),
    start_period: textOf(health, 'StartPeriod'),
  };
}

/** `source:destination`, with `ro` if it cannot be written. A source is a path or the name of a volume. */
function mountsOf(info: unknown): Readonly<Record<string, Setting>> {
  const mounts = listOf(info, 'Mounts').filter((one) => textOf(one, 'Type') !== 'tmpfs');
  return {
    volumes: Object.fromEntries(
      mounts.map((one) => {
        const source = textOf(one, 'Type') === 'volume' ? textOf(one, 'Name') : textOf(one, 'Source');
        return [textOf(one, 'Destination'), `${source}:${partOf(one, 'RW') === false ? 'ro' : 'rw'}`];
      }),
    ),
  };
}

function networksOf(info: unknown): Readonly<Record<string, Setting>> {
  const networks = entriesOf(info, 'NetworkSettings', 'Networks');
  return {
    networks: setOf(networks.map(([name]) => name)),
    addresses: Object.fromEntries(
      networks.map(([name, one]) => [name, textOf(one, 'IPAMConfig', 'IPv4Address') || textOf(one, 'IPAddress')]),
    ),
    aliases: setOf(networks.flatMap(([name, one]) => textsOf(one, 'Aliases').map((alias) => `${name} ${alias}`))),
  };
}
