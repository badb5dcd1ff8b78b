import { z } from 'zod';
import { Secret } from '../../values/base/secret.ts';
import { alsoDigits, boolean, filledText, plainText, secretText, textList, wholeNumber } from '../base/arguments.ts';

/** The argument of all modules for containers that names the program. */
export const programArgument = {
  program: z
    .enum(['docker', 'podman'])
    .optional()
    .describe('The program that manages containers. Default: docker, or podman if the host has no docker.'),
} as const;

/** `container:` and a name, or the name of a network, or host, none, bridge. */
const SIZE = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => bytesOf(text) !== undefined, 'must be a size, such as 512M or 1G')
  .transform((text) => text.trim());
const DURATION = z.string().regex(/^(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+$/, 'must be a duration, such as 1m30s');
/** A map of names and texts, such as labels. Numbers and booleans become texts. */
export const WORDS = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

/** A name of an image, with a tag or digest. */
export const imageName = (): z.ZodType<string> =>
  alsoDigits(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/, 'must be the name of an image, such as nginx:1.27'));

/** A name of a container, a network or a volume. */
export const thingName = (): z.ZodType<string> =>
  alsoDigits(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'must have letters, digits, and the characters _ . -'));

const NETWORK = z.strictObject({
  name: filledText().describe('The name of the network.'),
  aliases: textList().optional().describe('Further names of the container in the network.'),
  ipv4_address: plainText().optional().describe('The IPv4 address of the container in the network.'),
  ipv6_address: plainText()
    .optional()
    .describe('The IPv6 address of the container in the network. It is not compared.'),
});

/** The settings of a container: what docker_container compares, and what needs a new container. */
export const settingArguments = {
  command: z
    .union([plainText(), z.array(plainText())])
    .optional()
    .describe('The command, as words or as a text that is split like in a shell.'),
  entrypoint: z
    .array(plainText())
    .optional()
    .describe('The program that gets the command as its arguments (the entry point), as words.'),
  env: z
    .record(
      z.string().regex(/^[^=\n]+$/, 'must be the name of a variable'),
      z.union([secretText(), z.number(), z.boolean()]),
    )
    .optional()
    .describe('Environment variables. A secret value is never an argument of a process on the host.'),
  env_file: filledText()
    .optional()
    .describe('A file on the host with variables. It is read when the container is made, and not compared.'),
  labels: WORDS.optional().describe('Labels. Other labels of the container stay.'),
  user: z
    .union([filledText(), z.number().transform(String)])
    .optional()
    .describe('The user in the container, as name or number, also with a group: app:app.'),
  working_dir: filledText().optional().describe('The directory in which the command runs.'),
  hostname: filledText().optional().describe('The name of the host in the container.'),
  domainname: filledText().optional().describe('The domain of the host in the container.'),
  tty: boolean().optional().describe('Whether the container has a terminal.'),
  interactive: boolean().optional().describe('Whether the standard input of the command stays open.'),
  stop_signal: filledText().optional().describe('The signal that stops the container.'),
  stop_timeout: wholeNumber()
    .optional()
    .describe('The time in seconds that the container has to stop after this signal. Then it is killed.'),
  healthcheck: z
    .strictObject({
      test: z
        .union([plainText(), z.array(plainText()).min(1)])
        .describe('A text for a shell, words after CMD, or ["NONE"] for no check.'),
      interval: DURATION.optional().describe('The time between two checks, such as 30s.'),
      timeout: DURATION.optional().describe('The time that a check may take.'),
      start_period: DURATION.optional().describe('The time after the start in which failures do not count.'),
      retries: wholeNumber().optional().describe('The number of failures after which the container is unhealthy.'),
    })
    .optional()
    .describe(
      'The health check: test, interval, timeout, start_period, retries. test: a text for a shell, words after CMD, or ["NONE"].',
    ),
  restart_policy: z
    .enum(['no', 'on-failure', 'always', 'unless-stopped'])
    .optional()
    .describe('When the program starts the container again after it has ended. Write "no" in quotes.'),
  restart_retries: wholeNumber().optional().describe('The number of attempts for restart_policy: on-failure.'),
  memory: SIZE.optional().describe('The limit of memory, such as 512M.'),
  memory_reservation: SIZE.optional().describe('The memory that the container keeps if the host is short of memory.'),
  memory_swap: SIZE.optional().describe('The limit of memory and swap together.'),
  shm_size: SIZE.optional().describe('The size of /dev/shm.'),
  cpus: z.number().positive().optional().describe('The number of processors that the container may use, such as 1.5.'),
  cpu_shares: wholeNumber()
    .optional()
    .describe('The share of the processors, compared with other containers: 1024 is usual.'),
  cpuset_cpus: filledText().optional().describe('The processors on which the container runs, such as 0-3.'),
  pids_limit: wholeNumber({ min: -1 }).optional().describe('The limit of the number of processes; -1: no limit.'),
  oom_score_adj: wholeNumber({ min: -1000, max: 1000 })
    .optional()
    .describe('How likely the kernel ends the container if memory is short: -1000 (never) to 1000.'),
  privileged: boolean().optional().describe('Whether the container has all rights of the host.'),
  read_only: boolean().optional().describe('Whether the root file system of the container is read-only.'),
  init: boolean()
    .optional()
    .describe('Whether a small init runs in the container. It removes processes that have ended and have no parent.'),
  auto_remove: boolean().optional().describe('Whether the container is removed when it ends.'),
  ipc_mode: filledText().optional().describe('The namespace for shared memory: private, host, shareable.'),
  pid_mode: filledText().optional().describe('The namespace of processes, such as host.'),
  userns_mode: filledText().optional().describe('The namespace of users, such as host.'),
  uts: filledText().optional().describe('The namespace of the host name, such as host.'),
  runtime: filledText().optional().describe('The program that runs the container, such as runc.'),
  platform: filledText().optional().describe('The platform of the image, such as linux/arm64. It is not compared.'),
  network_mode: filledText().optional().describe('bridge, host, none, container:NAME, or a network.'),
  networks: z
    .array(z.union([filledText().transform((name): z.infer<typeof NETWORK> => ({ name })), NETWORK]))
    .optional()
    .describe(
      'Networks: names, or maps of name, aliases, ipv4_address, ipv6_address. Without network_mode, the container starts in the first one.',
    ),
  capabilities: textList().optional().describe('Capabilities that the container gets in addition, such as NET_ADMIN.'),
  cap_drop: textList().optional().describe('Capabilities that the container does not have, or all.'),
  security_opts: textList().optional().describe('Security options, such as no-new-privileges.'),
  dns_servers: textList().optional().describe('The DNS servers of the container.'),
  dns_opts: textList().optional().describe('DNS options, such as rotate or timeout:2.'),
  dns_search_domains: textList().optional().describe('Domains in which DNS names are looked up.'),
  etc_hosts: WORDS.optional().describe(
    'Further lines of /etc/hosts: name and address. The address host-gateway stands for the host of the container.',
  ),
  groups: textList().optional().describe('Further groups of the user in the container.'),
  sysctls: WORDS.optional().describe('Kernel parameters of the namespaces of the container.'),
  tmpfs: textList().optional().describe('Directories in memory, also with options: "/run:size=64m".'),
  ulimits: textList().optional().describe('Limits of each process: "nofile:1024:2048".'),
  devices: textList().optional().describe('Devices of the host: "/dev/fuse:/dev/fuse:rwm".'),
  ports: textList()
    .optional()
    .describe(
      'Ports of the host that lead to ports of the container: "8080:80", "127.0.0.1:8080:80/tcp". If the port of the host is missing, the program chooses one.',
    ),
  volumes: textList()
    .optional()
    .describe('Folders and volumes in the container: "/host:/container:ro", "volume:/container".'),
  volumes_from: textList().optional().describe('Other containers, whose volumes this container gets too.'),
  log_driver: filledText().optional().describe('Where the output of the container goes, such as journald.'),
  log_options: WORDS.optional().describe('Options of log_driver.'),
} as const;

const settings = z.object(settingArguments);
export type ContainerSettings = z.infer<typeof settings>;

const UNITS: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** Returns the number of bytes of a size: 512M, 1GiB, 1048576. Undefined if the text is not a size. */
export function bytesOf(text: string): number | undefined {
  const [, number = '', unit = 'b'] = /^([0-9]+(?:\.[0-9]+)?)\s*([bkmgtp]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  if (number === '') return text.trim() === '-1' || text.trim().toLowerCase() === 'unlimited' ? -1 : undefined;
  return Math.floor(Number(number) * 1024 ** (UNITS[unit.toLowerCase()] ?? 0));
}

const SECONDS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Returns a duration in nanoseconds: `1m30s`. */
export function nanosecondsOf(text: string): number {
  let sum = 0;
  for (const [, number = '', unit = ''] of text.matchAll(/(?<![0-9.])([0-9.]+)(ns|us|ms|s|m|h)/g))
    sum += Number(number) * (SECONDS[unit] ?? 0);
  return Math.round(sum * 1e9);
}

export function plainValue(value: string | number | boolean | Secret): string {
  return value instanceof Secret ? value.reveal() : String(value);
}
