import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { Problem } from '../engine/errors/problem.ts';
import { DEFAULT_ETCD, DEFAULT_KUBERNETES, ensureBinaries } from './binaries.ts';
import { type Lab, down, find, up } from './hosts.ts';
import { interruption } from './interruption.ts';
import { NODE_VERSIONS, ensureNodeBinaries } from './node-binaries.ts';
import { sshCommand } from './ssh.ts';
import { MOST_HOSTS, hostOf, labNames, stateFolder } from './state.ts';

const USAGE = 2;
const FAILURE = 1;

interface NameOption {
  readonly name: string;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= MOST_HOSTS) return count;
  throw new InvalidArgumentError(`It must be a whole number from 0 to ${MOST_HOSTS}.`);
}

function parseVersion(text: string): string {
  const version = text.replace(/^v/, '');
  if (/^\d+\.\d+\.\d+$/.test(version)) return version;
  throw new InvalidArgumentError('It must be a version such as 1.36.3.');
}

/** Gives the terminal to a command, and ends with its exit status. */
async function hand(argv: readonly string[]): Promise<void> {
  const [command = '', ...rest] = argv;
  // Ctrl-C reaches the command too, which decides what to do.
  for (const name of ['SIGINT', 'SIGQUIT'] as const) process.on(name, () => undefined);
  const child = spawn(command, rest, { stdio: 'inherit' });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

async function describe(lab: Lab): Promise<string> {
  const rows = await Promise.all(
    lab.state.hosts.map(async (host) => [host.name, host.address, await lab.condition(host.name)]),
  );
  const { state } = lab;
  return [
    table([['HOST', 'ADDRESS', 'IS'], ...rows]),
    '',
    `user ${state.user}, key ${state.key}`,
    `known hosts ${state.knownHosts}`,
    `network namespace ${state.netns}, controller ${state.controller}, virtual address ${state.virtualAddress} is free`,
  ].join('\n');
}

async function status(name: string | undefined): Promise<void> {
  const names = name === undefined ? await labNames() : [name];
  if (names.length === 0) say('no lab is up');
  for (const one of names) say(`lab ${one} (${stateFolder(one)})\n${await describe(await find(one))}`);
}

const NAME_FLAG = ['--name <name>', 'name of the lab', 'lab'] as const;

function program(): Command {
  const cli = new Command('lab');
  cli
    .description('Throw-away Linux hosts to run playbooks against')
    .exitOverride()
    .showHelpAfterError('(see lab --help)');
  addLabCommands(cli);
  addHostCommands(cli);
  addTerminalCommands(cli);
  cli
    .command('binaries')
    .description('fill the cache with the binaries of Kubernetes and etcd, and say where they are')
    .option('--kubernetes <version>', 'version of Kubernetes', parseVersion, DEFAULT_KUBERNETES)
    .option('--etcd <version>', 'version of etcd', parseVersion, DEFAULT_ETCD)
    .option('--nodes', 'those of worker nodes too: kubelet, kube-proxy, containerd, runc, CNI plugins', false)
    .action(async ({ nodes, ...options }: { kubernetes: string; etcd: string; nodes: boolean }) => {
      const wish = { ...options, report: tell, signal: interruption(tell) };
      const mirrors = nodes ? await ensureNodeBinaries(wish) : await ensureBinaries(wish);
      say(`kubernetes ${options.kubernetes} ${mirrors.kubernetes}`);
      say(`etcd ${options.etcd} ${mirrors.etcd}`);
      if (!nodes) return;
      say(`containerd ${NODE_VERSIONS.containerd} ${mirrors.containerd}`);
      say(`runc ${NODE_VERSIONS.runc} ${mirrors.runc}`);
      say(`cni-plugins ${NODE_VERSIONS.cniPlugins} ${mirrors.cniPlugins}`);
    });
  return cli;
}

function addLabCommands(cli: Command): void {
  cli
    .command('up')
    .description('make the hosts that are missing, and start those that are off')
    .option('--hosts <count>', 'how many hosts there shall be at least, beside workers', parseCount, 3)
    .option('--workers <count>', 'how many hosts shall be able to run containers, as worker nodes do', parseCount, 0)
    .option(...NAME_FLAG)
    .action(async (options: NameOption & { hosts: number; workers: number }) => {
      say(await describe(await up({ ...options, report: tell, signal: interruption(tell) })));
    });
  cli
    .command('down')
    .description('remove the lab: nothing is left but the cache')
    .option(...NAME_FLAG)
    .action(async (options: NameOption) => {
      await down(options.name);
      say(`lab ${options.name} is gone`);
    });
  cli
    .command('status')
    .description('show the hosts')
    .option('--name <name>', 'name of the lab (all labs)')
    .action(async (options: Partial<NameOption>) => await status(options.name));
}

interface HostCommand {
  readonly command: string;
  readonly summary: string;
  /** The text about the host afterwards. */
  readonly done: string;
  readonly act: (lab: Lab, host: string) => Promise<void>;
}

const HOST_COMMANDS: readonly HostCommand[] = [
  {
    command: 'kill',
    summary: 'cut the power of a host; its disk stays',
    done: 'is off',
    act: async (lab, host) => await lab.kill(host),
  },
  {
    command: 'start',
    summary: 'switch a host on again',
    done: 'is on',
    act: async (lab, host) => await lab.start(host),
  },
  {
    command: 'reset',
    summary: 'give a host a fresh disk, as if installed anew',
    done: 'is as new',
    act: async (lab, host) => await lab.reset(host),
  },
  {
    command: 'cut',
    summary: 'pull the network cable of a host',
    done: 'is cut off',
    act: async (lab, host) => await lab.cut(host),
  },
  {
    command: 'isolate',
    summary: 'drop the frames of a host, which sees its link up',
    done: 'is isolated',
    act: async (lab, host) => await lab.isolate(host),
  },
  {
    command: 'mend',
    summary: 'undo cut and isolate',
    done: 'is connected',
    act: async (lab, host) => await lab.mend(host),
  },
];

function addHostCommands(cli: Command): void {
  for (const { command, summary, done, act } of HOST_COMMANDS) {
    cli
      .command(`${command} <host>`)
      .description(summary)
      .option(...NAME_FLAG)
      .action(async (host: string, options: NameOption) => {
        await act(await find(options.name), host);
        say(`${host} ${done}`);
      });
  }
}

function addTerminalCommands(cli: Command): void {
  cli
    .command('ssh <host> [command...]')
    .description('log in to a host, or run a command there: lab ssh k8s-master-1 -- uptime')
    .option(...NAME_FLAG)
    .action(async (host: string, command: readonly string[], options: NameOption) => {
      const { state } = await find(options.name);
      const argv = sshCommand(state, hostOf(state, host), command);
      await hand(command.length === 0 && process.stdin.isTTY ? [...argv, '-t'] : argv);
    });
  cli
    .command('exec <command...>')
    .description('run a command of this machine inside the network of the lab: lab exec -- runbook play site.yml')
    .option(...NAME_FLAG)
    .action(
      async (command: readonly string[], options: NameOption) =>
        await hand([...(await find(options.name)).enter, ...command]),
    );
}

function explain(problem: Problem): string {
  const parts = [`error: ${problem.what}`];
  if (problem.why !== undefined) parts.push(problem.why.replace(/^/gm, '  '));
  if (problem.remedy !== undefined) parts.push(problem.remedy);
  return parts.join('\n');
}

// Root file systems are made here: their folders must be readable with any umask of the user.
process.umask(0o022);
try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  } else if (error instanceof Problem) {
    tell(explain(error));
    process.exitCode = error.code === 'interrupted' ? 130 : FAILURE;
  } else {
    throw error;
  }
}
