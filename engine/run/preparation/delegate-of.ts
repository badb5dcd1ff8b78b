import { type Place, Problem } from '../../errors/problem.ts';
import { LOCALHOST } from '../../inventory/localhost.ts';
import type { Task } from '../../playbook/base/play.ts';
import { type Scope, Omitted, Unknown } from '../../values/base/value.ts';
import { didYouMean, listNames } from '../../values/language/suggest.ts';
import { wrongType } from '../base/wrong-type.ts';
import type { HostState } from '../host/host-state.ts';

type Hosts = ReadonlyMap<string, HostState>;

/** As in Ansible, these addresses mean the controller if no host of the inventory has such a name. */
const OF_THE_CONTROLLER: ReadonlySet<string> = new Set(['127.0.0.1', '::1']);

/**
 * Returns the host on which a task runs: undefined for its own host, Unknown if a plan does not know the name. Throws
 * Problem if there is no such host. It never falls back to the task's own host, or to its address: the task may be one
 * that must not run there.
 */
export function delegateOf(task: Task, scope: Scope, hosts: Hosts): string | undefined | Unknown {
  const named = task.delegateTo?.render(scope);
  if (named === undefined || named instanceof Omitted) return undefined;
  if (named instanceof Unknown) return named;
  if (typeof named !== 'string') throw wrongType('delegate_to', 'the name of a host', task.place);
  const name = delegateNamed(named, hosts);
  if (hosts.has(name)) return name;
  // A plan may not know which hosts an earlier task adds.
  const others = scope.lookup('hostvars');
  if (others instanceof Unknown) return others;
  throw noSuchHost(name, { place: task.place, scope, hosts });
}

/** Returns the name of the host that a name in `delegate_to` means. */
export function delegateNamed(name: string, hosts: Hosts): string {
  return !hosts.has(name) && OF_THE_CONTROLLER.has(name) ? LOCALHOST : name;
}

function noSuchHost(name: string, { place, scope, hosts }: Named): Problem {
  if (name.trim() === '') {
    return new Problem({
      code: 'no-such-host',
      what: 'delegate_to names no host: its value is empty',
      place,
      remedy: 'Give it the name of a host; {{omit}} lets the task run on its own host.',
    });
  }
  const group = groupNamed(name, scope);
  return new Problem({
    code: 'no-such-host',
    what: `delegate_to names "${name}", and there is no such host`,
    place,
    why: group === undefined ? undefined : `"${name}" is a group. Its hosts: ${listNames(group)}.`,
    remedy:
      group === undefined
        ? (didYouMean(name, hosts.keys()) ??
          'Name a host of the inventory, localhost, or a host that add_host adds before this task.')
        : `Name one of its hosts, such as {{groups.${name}.[0]}} for the first.`,
  });
}

interface Named {
  readonly place: Place;
  readonly scope: Scope;
  readonly hosts: Hosts;
}

/** Returns the hosts of the group of this name; undefined if there is none. */
function groupNamed(name: string, scope: Scope): readonly string[] | undefined {
  const groups = scope.lookup('groups');
  if (typeof groups !== 'object' || groups === null || groups instanceof Unknown) return undefined;
  const members: unknown = Object.hasOwn(groups, name) ? Reflect.get(groups, name) : undefined;
  return Array.isArray(members) ? members.filter((member) => typeof member === 'string') : undefined;
}
