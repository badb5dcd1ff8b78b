import type { Step } from './play.ts';

/** Returns the title of a step without variables: its name as it is written, or else its action. */
export function writtenName(step: Step): string {
  if (step.kind === 'meta') return `meta: ${step.action}`;
  if (step.name !== undefined) return step.name.source;
  switch (step.kind) {
    case 'task':
      return step.module;
    case 'include':
      return step.target.kind === 'role' ? 'include_role' : 'include_tasks';
    case 'block':
      return 'block';
    default: {
      const never: never = step;
      throw new Error(`unknown step ${JSON.stringify(never)}`);
    }
  }
}

/** Returns the same after the name of its role: `web : Main configuration`. */
export function writtenTitle(step: Step): string {
  return step.role === undefined ? writtenName(step) : `${step.role.name} : ${writtenName(step)}`;
}
