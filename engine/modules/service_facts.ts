import { z } from 'zod';
import { type HostListState, serviceListRequest } from '../resources/host-lists.ts';
import { type ValueMap, Unknown } from '../values/base/value.ts';
import { defineModule } from './base/module.ts';

const schema = z.strictObject({});

export const module = defineModule<z.infer<typeof schema>>({
  name: 'service_facts',
  summary: 'Look which services there are, and set ansible_facts.services of the host.',
  arguments: schema,
  examples: ['service_facts:'],
  observes: () => [serviceListRequest()],
  plan(_args, _loaded, seen) {
    const list = serviceListRequest();
    if (seen.certainty(list) === 'after_change') {
      const because = 'an earlier change of packages or services';
      return { kind: 'cannot_know', because, planned: { services: new Unknown(because) } };
    }
    const facts = { services: servicesIn(seen.of(list)) };
    return { kind: 'in_sync', result: { ansible_facts: facts }, effects: [{ kind: 'set_fact', facts }] };
  },
});

/** Returns the services by name, with the words for their states that Ansible has. */
export function servicesIn({ by, text }: HostListState): ValueMap {
  const [running = '', known = ''] = text.split(/^\s*$/m);
  const services = new Map<string, ValueMap>();
  if (by === 'systemd') {
    for (const line of linesOf(running)) addUnit(services, line);
    for (const line of linesOf(known)) addUnitFile(services, line);
  }
  if (by === 'openrc') for (const line of [...linesOf(running), ...linesOf(known)]) addOpenRc(services, line);
  return Object.fromEntries(services);
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

const BAD = ['not-found', 'masked', 'failed'] as const;

/** `ssh.service loaded active running OpenBSD Secure Shell server`. A mark may be before the name: `●`. */
function addUnit(services: Map<string, ValueMap>, line: string): void {
  const [name = '', load = '', active = '', sub = ''] = line.replace(/^\W+/, '').trim().split(/\s+/);
  if (!name.endsWith('.service')) return;
  const status = BAD.find((bad) => [load, active, sub].includes(bad)) ?? active;
  services.set(name, { name, state: sub === 'running' ? 'running' : 'stopped', status, source: 'systemd' });
}

/** `ssh.service enabled enabled`. */
function addUnitFile(services: Map<string, ValueMap>, line: string): void {
  const [name = '', status = ''] = line.trim().split(/\s+/);
  if (!name.endsWith('.service')) return;
  const unit = services.get(name);
  if (unit === undefined) services.set(name, { name, state: 'inactive', status, source: 'systemd' });
  else if (!BAD.some((bad) => bad === unit['status'])) services.set(name, { ...unit, status });
}

/** `sshd [ started ]` of rc-status, and `sshd | default` of rc-update. */
function addOpenRc(services: Map<string, ValueMap>, line: string): void {
  const [, name, state] = /^\s*(\S+)\s+\[\s*(\w+)/.exec(line) ?? [];
  if (name !== undefined && state !== undefined) {
    const now = state === 'started' ? 'running' : 'stopped';
    services.set(name, { name, state: now, status: 'disabled', source: 'openrc' });
    return;
  }
  const [, listed, levels = ''] = /^\s*(\S+)\s*\|\s*(.*)$/.exec(line) ?? [];
  if (listed === undefined) return;
  const before = services.get(listed) ?? { name: listed, state: 'stopped', source: 'openrc' };
  services.set(listed, { ...before, status: levels.trim() === '' ? 'disabled' : 'enabled' });
}
