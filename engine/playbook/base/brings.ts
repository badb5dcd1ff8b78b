import type { Template } from '../../values/template/template.ts';
import type { Brings, Role, Step, Task } from './play.ts';
import { regroupSteps } from './regrouping.ts';
import { walkSteps } from './select-tasks.ts';

export const BRINGS_NOTHING: Brings = {
  results: new Set(),
  includes: [],
  tags: new Set(),
  isWhole: true,
  delegates: false,
  usesOtherHosts: false,
  endsPlay: false,
  regroups: [],
  roles: [],
};
export const BRINGS_ANYTHING: Brings = {
  results: new Set(),
  includes: [],
  tags: new Set(),
  isWhole: false,
  delegates: true,
  usesOtherHosts: false,
  endsPlay: true,
  regroups: [],
  roles: [],
};

/** Returns the names of the variables that a task registers or sets. */
export function resultsOf(task: Task): readonly string[] {
  const names = task.register === undefined ? [] : [task.register];
  switch (task.module) {
    case 'set_fact':
      return [...names, ...task.arguments.keys()];
    case 'getent': {
      const database = task.arguments.get('database')?.value.literal;
      return typeof database === 'string' ? [...names, `getent_${database}`] : names;
    }
    case 'package_facts':
      return [...names, 'packages'];
    case 'service_facts':
      return [...names, 'services'];
    case 'setup':
      return [...names, 'ansible_local'];
    default:
      return names;
  }
}

/** Returns what the steps bring, including the steps of their blocks, includes and rescues. */
export function broughtBy(steps: readonly Step[]): Brings {
  const results = new Set<string>();
  const includes: Task[] = [];
  const tags = new Set<string>();
  const roles: Role[] = [];
  let isWhole = true;
  let delegates = false;
  let endsPlay = false;
  for (const step of walkSteps(steps)) {
    for (const tag of step.tags) tags.add(tag);
    if (step.kind === 'task') {
      for (const name of resultsOf(step)) results.add(name);
      if (step.module === 'include_vars') includes.push(step);
      delegates ||= step.delegateTo !== undefined;
    }
    if (step.kind === 'meta') endsPlay ||= step.action === 'end_play';
    if (step.kind !== 'include') continue;
    for (const name of step.ahead.results) results.add(name);
    includes.push(...step.ahead.includes);
    roles.push(...step.ahead.roles);
    for (const tag of step.ahead.tags) tags.add(tag);
    isWhole &&= step.ahead.isWhole;
    delegates ||= step.ahead.delegates;
    endsPlay ||= step.ahead.endsPlay;
  }
  return {
    results,
    includes,
    tags,
    isWhole,
    delegates,
    usesOtherHosts: useOtherHosts(steps),
    endsPlay,
    regroups: regroupSteps(steps),
    roles,
  };
}

function useOtherHosts(steps: readonly Step[]): boolean {
  return [...walkSteps(steps)].some((step) => {
    if (step.kind === 'include') return step.ahead.usesOtherHosts;
    return step.kind === 'task' && step.delegateTo !== undefined && !isController(step.delegateTo);
  });
}

/** `connection: local` at a step is a delegation to this name. */
function isController(delegate: Template): boolean {
  return delegate.references.size === 0 && delegate.source === 'localhost';
}
