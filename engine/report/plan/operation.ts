import type { PlannedChange, PlannedDifference } from '../../run/saved-plan/plan-document.ts';

/** The kinds of changes that a reviewer distinguishes; the most dangerous first. */
export const OPERATIONS = ['remove', 'run', 'restart', 'change', 'create'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The sign of each operation in a plan. `+`, `~` and `-` are those of terraform; `!` and `↻` exist only here. */
export const SIGNS: Readonly<Record<Operation, string>> = {
  create: '+',
  change: '~',
  remove: '-',
  run: '!',
  restart: '↻',
};

/** Fields that say whether a thing exists: a file, an account, a package, an entry, a key. */
const EXISTENCE: ReadonlySet<string> = new Set([
  'state',
  'account',
  'version',
  'content',
  'private key',
  'key',
  'members',
  'job',
  'entry',
]);
const GONE: ReadonlySet<string> = new Set(['"absent"', '(none)', '(absent)']);
/** Values of the modules for units, services and `reboot` for a unit or machine that will be interrupted. */
const INTERRUPTED: ReadonlySet<string> = new Set(['"restarted"', '"reloaded"', '"stopped"', '"started anew"']);

/**
 * Returns the operation of a planned change. A step that removes one thing and creates another is a removal; a step
 * that no_log hides is a change.
 */
export function operationOf({ differences, certainty }: PlannedChange): Operation {
  const kinds = new Set(differences.map(kindOf));
  if (certainty === 'opaque' && !kinds.has('remove')) kinds.add('run');
  // Attributes of a new thing are part of its creation.
  if (kinds.has('create')) kinds.delete('change');
  return OPERATIONS.find((operation) => kinds.has(operation)) ?? 'change';
}

/** Returns the operation of one difference. */
export function kindOf(difference: PlannedDifference): Operation {
  switch (difference.kind) {
    case 'command':
      return 'run';
    case 'text':
      return difference.absent === 'before' ? 'create' : difference.absent === 'after' ? 'remove' : 'change';
    case 'content':
      return fromTo(difference.before, difference.after);
    case 'field':
      if (INTERRUPTED.has(difference.after)) return 'restart';
      return EXISTENCE.has(difference.field) ? fromTo(difference.before, difference.after) : 'change';
    default: {
      const never: never = difference;
      throw new Error(`unknown difference ${JSON.stringify(never)}`);
    }
  }
}

function fromTo(before: string, after: string): Operation {
  if (GONE.has(after)) return 'remove';
  return GONE.has(before) ? 'create' : 'change';
}
