import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, Option } from 'commander';
import { Problem } from '../engine/errors/problem.ts';
import { DEFAULT_ETCD, DEFAULT_KUBERNETES, ensureBinaries } from './binaries.ts';
import { showPods } from './demo-pods.ts';
import { type Lab, down, up } from './hosts.ts';
import { interruption } from './interruption.ts';
import { NODE_VERSIONS, ensureNodeBinaries } from './node-binaries.ts';
import { labNames } from './state.ts';

/**
 * Makes hosts, plays the site, verifies it, runs pods, and plays the site again, as a first demonstration. Ends with
 * the exit status of the first step that failed. At Ctrl-C, a lab that the demo has made is removed.
 */
const RUNBOOK = fileURLToPath(new URL('../bin/runbook.js', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const INTERRUPTED = 130;
const USAGE = 2;

interface DemoOptions {
  readonly name: string;
  readonly nodes: '0' | '2';
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Gives the output to a command until it ends, and returns its exit status. */
async function show(argv: readonly string[], signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const [command = '', ...rest] = argv;
  const child = spawn(command, rest, { stdio: 'inherit', cwd: ROOT });
  // A terminal sends Ctrl-C to the child too, which takes both for one.
  const end = (): void => void child.kill('SIGINT');
  signal.addEventListener('abort', end);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    signal.removeEventListener('abort', end);
    signal.throwIfAborted();
  }
}

async function bringBinaries(nodes: boolean, signal: AbortSignal): Promise<void> {
  say(
    `== Binaries: Kubernetes ${DEFAULT_KUBERNETES}, etcd ${DEFAULT_ETCD}${nodes ? `, containerd ${NODE_VERSIONS.containerd}` : ''}`,
  );
  say('   From the cache; else from the release sites; else built here from Go modules,');
  say(`   once: ${nodes ? 'about 13' : 'about 6'} minutes on two cores.`);
  if (nodes) say('   Without nodes, it is 6: npm run demo -- --nodes 0');
  const wish = {
    kubernetes: DEFAULT_KUBERNETES,
    etcd: DEFAULT_ETCD,
    report: (line: string) => say(`   ${line}`),
    signal,
  };
  await (nodes ? ensureNodeBinaries(wish) : ensureBinaries(wish));
}

interface Stage {
  readonly title: string;
  readonly playbook: string;
}

const BUILD: readonly Stage[] = [
  { title: 'Site: everything that makes the hosts a cluster', playbook: 'playbooks/site.yml' },
  { title: 'Verification: every component is asked itself', playbook: 'playbooks/verify.yml' },
];
const AGAIN: Stage = { title: 'Site again: it looks, and changes nothing', playbook: 'playbooks/site.yml' };

function lookAround(name: string, inventory: string, nodes: boolean): string {
  const other = name === 'lab' ? '' : ` --name ${name}`;
  const extra = name === 'lab' ? '' : ` -e lab_name=${name}`;
  const rows: readonly (readonly [string, string])[] = [
    [`npm run lab -- ssh${other} k8s-master-1`, 'log in to a host'],
    ...(nodes
      ? ([[`npm run lab -- ssh${other} k8s-master-1 -- sudo kubectl get pods -A`, 'the pods of the cluster']] as const)
      : []),
    [`npm run lab -- ssh${other} k8s-master-1 -- sudo kubectl get --raw /readyz?verbose`, 'what an apiserver checks'],
    [`bin/runbook.js plan playbooks/site.yml -i ${inventory}${extra}`, 'what a run would change'],
    [`npm run lab -- kill${other} k8s-master-1`, 'cut the power of a host'],
    [`npm run lab -- down${other}`, 'remove all of it'],
  ];
  return ['', 'Look around:', ...rows.flatMap(([command, what]) => [`  ${what}:`, `    ${command}`])].join('\n');
}

async function demo({ name, nodes: count }: DemoOptions, signal: AbortSignal): Promise<number> {
  const nodes = count !== '0';
  const inventory = nodes ? 'inventory/lab-nodes.yml' : 'inventory/lab.yml';
  await bringBinaries(nodes, signal);
  say(`\n== Hosts: three masters${nodes ? ' and two nodes' : ''}, in a network of their own`);
  const lab = await up({ name, hosts: 3, workers: Number(count), report: (line) => say(`   ${line}`), signal });
  const play = async ({ title, playbook }: Stage): Promise<number> => {
    const words = ['play', playbook, '-i', inventory, ...(name === 'lab' ? [] : ['-e', `lab_name=${name}`])];
    say(`\n== ${title}\n   runbook ${words.join(' ')}`);
    return await show([...lab.enter, process.execPath, RUNBOOK, ...words], signal);
  };
  for (const stage of BUILD) {
    const status = await play(stage);
    if (status !== 0) return status;
  }
  if (nodes) await pods(lab, signal);
  const status = await play(AGAIN);
  if (status === 0) say(lookAround(name, inventory, nodes));
  return status;
}

async function pods(lab: Lab, signal: AbortSignal): Promise<void> {
  say('\n== Pods: on the nodes, and reached in each way');
  await showPods({ lab, say, signal });
}

/** Removes the lab if this demo has made it. */
async function cleanUp(name: string, isNew: boolean): Promise<void> {
  if (!isNew) {
    say(`The lab ${name} was there before and stays: npm run lab -- down --name ${name} removes it.`);
    return;
  }
  await down(name);
  say(`The lab ${name} is gone.`);
}

async function main(): Promise<number> {
  const cli = new Command('demo')
    .description('A cluster in a lab, from nothing to pods')
    .addOption(
      new Option('--nodes <count>', 'worker nodes; 0: the control plane alone').choices(['0', '2']).default('2'),
    )
    .option('--name <name>', 'name of the lab', 'lab')
    .exitOverride()
    .showHelpAfterError('(see demo --help)');
  cli.parse();
  const options = cli.opts<DemoOptions>();
  const isNew = !(await labNames()).includes(options.name);
  const signal = interruption(say);
  try {
    return await demo(options, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    await cleanUp(options.name, isNew);
    return INTERRUPTED;
  }
}

try {
  process.umask(0o022);
  process.exitCode = await main();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  else if (error instanceof Problem) {
    process.stderr.write(
      `error: ${[error.what, error.why, error.remedy].filter((part) => part !== undefined).join('\n')}\n`,
    );
    process.exitCode = 1;
  } else throw error;
}
