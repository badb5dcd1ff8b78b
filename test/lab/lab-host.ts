import { spawnSync } from 'node:child_process';
import type { Completed } from '../../engine/connection/connection.ts';
import type { Lab } from '../../lab/hosts.ts';
import { sshCommand } from '../../lab/ssh.ts';
import { hostOf } from '../../lab/state.ts';
import { Host } from '../modules/system-host.ts';

/** A host of a lab, on which a module can be tried as a user. */
export class LabHost extends Host {
  readonly #lab: Lab;
  readonly #user: string;

  constructor(lab: Lab, user = 'root') {
    super();
    this.#lab = lab;
    this.#user = user;
  }

  run(script: string): Completed {
    const [command = '', ...args] = sshCommand(this.#lab.state, hostOf(this.#lab.state, 'k8s-master-1'), [
      'sudo',
      '-u',
      this.#user,
      'sh',
    ]);
    const done = spawnSync(command, args, { input: `(\n${script}\n) </dev/null\n` });
    return { status: done.status ?? 255, stdout: done.stdout, stderr: done.stderr, cut: false };
  }
}
