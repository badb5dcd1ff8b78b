import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureBinaries } from '../../lab/binaries.ts';
import { type Lab, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { MASTERS, allIsWell, plays, release } from './cluster.ts';
import { SEED, survivesCuts } from './cut.ts';

/**
 * Each playbook is killed at five points and run again. The run must then succeed, and a further run must change
 * nothing. All playbooks run on one cluster, from its creation to its removal.
 */
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;
const PREVIOUS = ['-e', 'kubernetes_version=1.35.4'];
const LOSE_DATA = 'sudo sh -c "systemctl kill -s KILL etcd; systemctl stop etcd; rm -rf /var/lib/etcd/member"';
const CONFIRM = ['-e', 'confirm=lab'];
const FIVE = ['-i', 'inventory/lab-five.yml'];
const ADDED = 'k8s-node-1:k8s-node-2';
const LEFT =
  'ls -d /etc/kubernetes /var/lib/etcd /etc/etcd /usr/local/bin/kube* /usr/local/bin/etcd* /etc/haproxy/haproxy.cfg 2>/dev/null || true';

let lab: Lab;

beforeAll(async () => {
  await ensureBinaries({ kubernetes: '1.35.4' });
  await ensureBinaries({});
  lab = await up({ name: 'cut-off', hosts: 3 });
});
afterAll(() => release(lab));

async function buildAnew(): Promise<void> {
  await plays(lab, 'reset.yml', ...CONFIRM);
  await plays(lab, 'site.yml', ...PREVIOUS);
}

describe.skipIf(why !== undefined)(
  `playbooks of a cluster that are cut off (RUNBOOK_SEED=${SEED})${SKIPPED}`,
  { timeout: 60 * 60_000 },
  () => {
    test('site', async () => {
      await survivesCuts(lab, 'site.yml', async (round) => {
        if (round > 0) await plays(lab, 'reset.yml', ...CONFIRM);
        return PREVIOUS;
      });
      await allIsWell(lab);
    });

    test('upgrade', async () => {
      await survivesCuts(lab, 'upgrade.yml', async (round) => {
        if (round > 0) await buildAnew();
        return [];
      });
      await allIsWell(lab);
    });

    test('backup', async () => {
      await survivesCuts(lab, 'backup.yml', async () => {
        const units = '/etc/systemd/system/etcd-backup.service /etc/systemd/system/etcd-backup.timer';
        const remove = `sudo sh -c "systemctl disable --now etcd-backup.timer 2>/dev/null; rm -rf /var/lib/etcd-backup ${units}"`;
        await Promise.all(MASTERS.map((host) => lab.ssh(host, remove)));
        return [];
      });
      await allIsWell(lab);
    });

    test('renew-certs', async () => {
      await survivesCuts(lab, 'renew-certs.yml', async (round) => ['-e', `renewal=cut-${round}`]);
      await allIsWell(lab);
    });

    test('rotate-ca', async () => {
      await survivesCuts(lab, 'rotate-ca.yml', async (round) => ['-e', `rotation=cut-${round}`]);
      await allIsWell(lab);
    });

    test('rotate-encryption-key', async () => {
      await survivesCuts(lab, 'rotate-encryption-key.yml', async (round) => ['-e', `rotation=cut-${round}`]);
      await allIsWell(lab);
    });
  },
);

describe.skipIf(why !== undefined)(
  `playbooks of its members and its end that are cut off (RUNBOOK_SEED=${SEED})${SKIPPED}`,
  { timeout: 60 * 60_000 },
  () => {
    test('replace-master', async () => {
      await survivesCuts(lab, 'replace-master.yml', async () => {
        await lab.ssh('k8s-master-3', LOSE_DATA);
        return ['-e', 'replaced=k8s-master-3'];
      });
      await allIsWell(lab);
    });

    test('restore', async () => {
      await survivesCuts(lab, 'restore.yml', async () => {
        await plays(lab, 'backup.yml', '-e', '{"etcd_backup_fresh_minutes": 0}');
        return CONFIRM;
      });
      await allIsWell(lab);
    });

    test('add-master', async () => {
      await up({ name: lab.state.name, hosts: 5 });
      await survivesCuts(lab, 'add-master.yml', async (round) => {
        if (round > 0) await plays(lab, 'remove-master.yml', ...FIVE, '-e', `removed=${ADDED}`);
        return [...FIVE, '-e', `added=${ADDED}`];
      });
      await allIsWell(lab, ...FIVE);
    });

    test('remove-master', async () => {
      await survivesCuts(lab, 'remove-master.yml', async (round) => {
        if (round > 0) await plays(lab, 'add-master.yml', ...FIVE, '-e', `added=${ADDED}`);
        return [...FIVE, '-e', `removed=${ADDED}`];
      });
      await plays(lab, 'site.yml');
      expect(await plays(lab, 'site.yml')).toEqual([]);
      await allIsWell(lab);
    });

    test('reset', async () => {
      await survivesCuts(lab, 'reset.yml', async (round) => {
        if (round > 0) await plays(lab, 'site.yml');
        return CONFIRM;
      });
      for (const host of MASTERS) expect(await lab.ssh(host, LEFT)).toBe('');
      await plays(lab, 'site.yml');
      await allIsWell(lab);
    });
  },
);
