import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Problem } from '../engine/errors/problem.ts';
import { DEFAULT_ETCD, DEFAULT_KUBERNETES, ensureBinaries } from './binaries.ts';
import { up } from './hosts.ts';

/**
 * Makes hosts, plays the site and verifies it, as a first demonstration. Ends with the exit status of the first step
 * that failed.
 */
const RUNBOOK = fileURLToPath(new URL('../bin/runbook.js', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function show(argv: readonly string[]): Promise<number> {
  const [command = '', ...rest] = argv;
  const child = spawn(command, rest, { stdio: 'inherit', cwd: ROOT });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function demo(): Promise<number> {
  say('== Hosts: three Debian systems with systemd and sshd, in a network of their own');
  const lab = await up({ name: 'lab', hosts: 3, report: say });
  say(`\n== Binaries: Kubernetes ${DEFAULT_KUBERNETES}, etcd ${DEFAULT_ETCD}`);
  await ensureBinaries({ kubernetes: DEFAULT_KUBERNETES, etcd: DEFAULT_ETCD, report: say });
  for (const [title, playbook] of [
    ['Site: everything that makes the hosts a control plane', 'playbooks/site.yml'],
    ['Verification: every component is asked itself', 'playbooks/verify.yml'],
  ] as const) {
    say(`\n== ${title}\n   runbook play ${playbook} -i inventory/lab.yml`);
    const status = await show([...lab.enter, process.execPath, RUNBOOK, 'play', playbook, '-i', 'inventory/lab.yml']);
    if (status !== 0) return status;
  }
  say(`
Look around:
  npm run lab -- ssh k8s-master-1                                   log in to a host
  npm run lab -- ssh k8s-master-1 -- sudo kubectl get --raw /readyz?verbose
  bin/runbook.js play playbooks/site.yml -i inventory/lab.yml      a second run: nothing changes
  bin/runbook.js plan playbooks/site.yml -i inventory/lab.yml      what a run would change
  npm run lab -- kill k8s-master-1                                  cut the power of a host
  npm run lab -- down                                               remove all of it`);
  return 0;
}

try {
  process.umask(0o022);
  process.exitCode = await demo();
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`error: ${error.what}\n${error.why ?? ''}\n${error.remedy ?? ''}\n`);
  process.exitCode = 1;
}
