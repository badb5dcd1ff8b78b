import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type Lab, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { sshCommand } from '../../lab/ssh.ts';
import { hostOf } from '../../lab/state.ts';
import { type WildCase, wildCases } from '../wild/case.ts';
import { runCommand } from '../wild/command.ts';
import { environmentOf, layOut } from '../wild/controller.ts';
import type { Place } from '../wild/place.ts';
import { tryCase } from '../wild/try-case.ts';

/**
 * The cases of test/wild that need systemd, packages or mounts of a real kernel. Each case gets a host in its state
 * after the first boot.
 */
const NAME = 'wild';
const HOST = 'k8s-master-1';
const why = unfitness();
const cases = wildCases().filter((one) => one.lab);

function inventoryOf(lab: Lab): string {
  const { state } = lab;
  const host = {
    ansible_host: hostOf(state, HOST).address,
    ansible_user: state.user,
    ansible_ssh_private_key_file: state.key,
    ansible_known_hosts_file: state.knownHosts,
  };
  return JSON.stringify({ all: { hosts: { h1: host } } });
}

function placeOn(lab: Lab, one: WildCase): Place {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-wild-'));
  layOut(one, folder, inventoryOf(lab));
  const env = environmentOf(folder);
  const ssh = sshCommand(lab.state, hostOf(lab.state, HOST), ['sudo', 'sh']);
  return {
    folder,
    onController: (script) => runCommand([...lab.enter, 'sh'], { cwd: folder, input: script, env }),
    onHost: (script) => runCommand(ssh, { input: script }),
    end: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

describe.skipIf(why !== undefined)(`in the wild, on a host${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await up({ name: NAME, hosts: 1 });
  });
  afterAll(async () => {
    await lab.down();
  });

  for (const [index, one] of cases.entries()) {
    test(`${one.name}: ${one.says}`, async () => {
      if (index > 0) await lab.reset(HOST);
      const place = placeOn(lab, one);
      try {
        await tryCase(one, place);
      } finally {
        await place.end();
      }
    });
  }
});
