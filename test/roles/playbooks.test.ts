import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modules } from '../../engine/modules/base/catalogue.ts';
import type { Play, Step, Task } from '../../engine/playbook/base/play.ts';
import { loadPlaybook } from '../../engine/playbook/load-playbook.ts';
import { ROOT } from './role-scope.ts';

const load = async (name: string): Promise<readonly Play[]> =>
  (await loadPlaybook(join(ROOT, 'playbooks', name), { modules, rolesPath: [] })).plays;

function tasksOf(steps: readonly Step[]): readonly Task[] {
  return steps.flatMap((step) =>
    step.kind === 'task'
      ? [step]
      : step.kind === 'block'
        ? tasksOf([...step.block, ...step.rescue, ...step.always])
        : [],
  );
}

const allTasks = (plays: readonly Play[]): readonly Task[] =>
  plays.flatMap((play) =>
    tasksOf([...play.sections.flatMap(({ steps }) => steps), ...play.handlers.map(({ step }) => step)]),
  );

describe('the playbooks', () => {
  it.each(readdirSync(join(ROOT, 'playbooks')).filter((name) => name.endsWith('.yml')))(
    '%s loads: keywords, modules, arguments, templates',
    async (name) => {
      expect((await load(name)).length).toBeGreaterThan(0);
    },
  );

  it('site.yml has a tag for each component', async () => {
    const tags = new Set(allTasks(await load('site.yml')).flatMap((task) => [...task.tags]));
    expect([...tags].toSorted()).toEqual([
      'always',
      'apiserver',
      'containerd',
      'controller-manager',
      'coredns',
      'etcd',
      'kube-proxy',
      'kubelet',
      'lb',
      'os-prep',
      'pki',
      'pod-network',
      'scheduler',
    ]);
  });

  it('site.yml stops everywhere when it fails anywhere', async () => {
    for (const play of await load('site.yml')) expect(play.anyErrorsFatal?.literal, play.name).toBe(true);
  });

  it('site.yml has no command that cannot be asked whether it is needed', async () => {
    const opaque = allTasks(await load('site.yml')).filter((task) =>
      ['command', 'shell', 'script'].includes(task.module),
    );
    expect(opaque.map((task) => task.id)).toEqual([]);
  });

  it('site.yml restarts nothing on more than one host at a time', async () => {
    for (const { handlers } of await load('site.yml')) {
      for (const { name, step } of handlers) {
        expect(step.throttle?.literal, name).toBe(1);
        expect(step.anyErrorsFatal?.literal, name).toBe(true);
      }
    }
  });
});

describe('upgrade.yml', () => {
  it('upgrades components in the order that Kubernetes allows', async () => {
    const roles = allTasks(await load('upgrade.yml')).map((task) => task.role?.name ?? '');
    const order = ['apiserver', 'controller-manager', 'scheduler', 'coredns', 'containerd', 'kubelet', 'kube-proxy'];
    const first = order.map((role) => roles.indexOf(role));
    expect(first).toEqual(first.toSorted((one, other) => one - other));
    expect(first).not.toContain(-1);
  });

  it('has one batch of nodes out of service at a time, and begins no other one after a failure', async () => {
    const nodes = (await load('upgrade.yml')).find(({ name }) => name.startsWith('Nodes'));
    expect(nodes?.serial).toHaveLength(1);
    expect(nodes?.anyErrorsFatal?.literal).toBe(true);
    const roles = tasksOf(nodes?.sections.flatMap(({ steps }) => steps) ?? []).map((task) => task.role?.name);
    expect(roles.at(0)).toBe('control-plane-service');
    expect(roles.at(-1)).toBe('node-drain');
    expect(roles.indexOf('node-drain')).toBeLessThan(roles.indexOf('containerd'));
  });
});

describe.each(readdirSync(join(ROOT, 'roles')))('role %s', (role) => {
  it('says in ten lines what it is', () => {
    const lines = readFileSync(join(ROOT, 'roles', role, 'README.md'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines[0]).toBe(`# ${role}`);
    expect(lines.length).toBeLessThanOrEqual(10);
  });

  it('has tasks and typed arguments', () => {
    for (const part of ['tasks', 'meta', 'defaults'])
      expect(existsSync(join(ROOT, 'roles', role, part, 'main.yml')), part).toBe(true);
  });
});
