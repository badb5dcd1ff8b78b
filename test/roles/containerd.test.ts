import { describe, expect, it } from 'vitest';
import { entryOf, holds, rendered, roleScope, tasksOf } from './role-scope.ts';

const NODE = 'k8s-node-1';

describe('the configuration of containerd', () => {
  it('is for cgroup v2 and systemd on machines', async () => {
    const text = await rendered('config.toml.hbs', { role: 'containerd', host: NODE });
    expect(text).toContain('  SystemdCgroup = true\n');
    expect(text).toContain("  sandbox = 'registry.k8s.io/pause:3.10.2'\n");
    expect(text).not.toContain('restrict_oom_score_adj');
  });

  it('keeps what the machine of the lab cannot do out of it', async () => {
    const extra = { cgroup_driver: 'cgroupfs', containerd_restrict_oom_score_adj: true };
    const text = await rendered('config.toml.hbs', { role: 'containerd', host: NODE, extra });
    expect(text).toContain('  SystemdCgroup = false\n');
    expect(text).toContain("[plugins.'io.containerd.cri.v1.runtime']\n  restrict_oom_score_adj = true\n");
  });

  it('ends with what the operator adds', async () => {
    const extra = { containerd_extra_config: "[debug]\n  level = 'debug'" };
    const text = await rendered('config.toml.hbs', { role: 'containerd', host: NODE, extra });
    expect(text).toMatch(/\n\n\[debug\]\n {2}level = 'debug'\n$/);
  });
});

const mirrors = {
  'registry.k8s.io': [{ url: 'https://one.example:5000', ca: 'PEM' }, { url: 'http://two.example' }],
  _default: [{ url: 'http://three.example' }],
};

describe('mirrors', () => {
  it('are asked in their order, each with its authority', async () => {
    const scope = await roleScope({ role: 'containerd', host: NODE, extra: { containerd_registry_mirrors: mirrors } });
    expect(scope.lookup('containerd_files')).toEqual([
      'registry.k8s.io/hosts.toml',
      '_default/hosts.toml',
      'registry.k8s.io/ca-https-one.example-5000.crt',
    ]);
    const all = scope.lookup('containerd_mirrors');
    const item = Array.isArray(all) ? all[0] : undefined;
    expect(await rendered('hosts.toml.hbs', { role: 'containerd', host: NODE, known: { item } })).toBe(
      `# Managed by runbook, role containerd. Without a server, the registry itself is asked last.

[host."https://one.example:5000"]
  capabilities = ["pull", "resolve"]
  ca = "/etc/containerd/certs.d/registry.k8s.io/ca-https-one.example-5000.crt"

[host."http://two.example"]
  capabilities = ["pull", "resolve"]
`,
    );
  });

  const task = tasksOf('roles/containerd/tasks/preflight.yml').get('Mirrors are registries with URLs');
  it.each([
    [{}, true],
    [mirrors, true],
    [{ 'registry.example:5000': [{ url: 'https://mirror.example/v2/of' }] }, true],
    [{ '../escape': [{ url: 'https://mirror.example' }] }, false],
    [{ 'registry.k8s.io/pause': [{ url: 'https://mirror.example' }] }, false],
    [{ 'registry.k8s.io': [{ url: 'mirror.example' }] }, false],
    [{ 'registry.k8s.io': [{ url: 'https://mirror.example"]\n[a' }] }, false],
  ])('%j: %s', async (value, isGood) => {
    const scope = await roleScope({ role: 'containerd', host: NODE, extra: { containerd_registry_mirrors: value } });
    const assert = task === undefined ? undefined : entryOf(task, 'assert');
    if (assert?.kind !== 'map') throw new Error('no assertion');
    expect(holds(entryOf(assert, 'that'), scope)).toBe(isGood);
  });
});
