import type { PlannedChange, PlannedDifference } from '../../run/saved-plan/plan-document.ts';

/** The kinds of changes that a reviewer tells apart; the most dangerous first. */
export const OPERATIONS = ['remove', 'run', 'restart', 'change', 'create'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The sign of each operation, as a diff and terraform have them. */
export const SIGNS: Readonly<Record<Operation, string>> = {
  create: '+',
  change: '~',
  remove: '-',
  run: '!',
  restart: '↻',
};

/** Fields that tell whether the thing exists at all, of files, accounts, packages, entries, keys. */
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
/** What the modules for units and services, and `reboot`, say of a unit or machine that will be interrupted. */
const INTERRUPTED: ReadonlySet<string> = new Set(['"restarted"', '"reloaded"', '"stopped"', '"started anew"']);

/**
 * What a planned change does. A step that removes one thing and makes another is a removal; one that only no_log hides
 * is a change.
 */
export function operationOf({ differences, certainty }: PlannedChange): Operation {
  const kinds = new Set(differences.map(kindOf));
  if (certainty === 'opaque' && !kinds.has('remove')) kinds.add('run');
  // Attributes of what is new are a part of making it.
  if (kinds.has('create')) kinds.delete('change');
  return OPERATIONS.find((operation) => kinds.has(operation)) ?? 'change';
}

/** The same of one difference by itself. */
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
