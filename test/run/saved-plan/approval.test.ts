import { describe, expect, it } from 'vitest';
import type { Change, Difference } from '../../../engine/modules/base/module.ts';
import { Approval, type ChangePlace } from '../../../engine/run/saved-plan/approval.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { Unknown } from '../../../engine/values/base/value.ts';

const at: ChangePlace = {
  host: 'a',
  task: { id: 'site.yml:1:1', name: 'Task', module: 'copy', role: undefined, handler: false },
  item: undefined,
};

function change(differences: readonly Difference[], certainty: Change['certainty'] = 'certain'): Change {
  return {
    kind: 'change',
    differences,
    certainty,
    predictions: [],
    touches: 'predicted',
    apply: () => ({ script: ':' }),
  };
}

const field = (before: string | null, after: string | Secret | Unknown): Difference => ({
  kind: 'field',
  of: '/x',
  field: 'mode',
  before,
  after,
});
const text = (before: string | undefined, after: string | Secret | Unknown): Difference => ({
  kind: 'text',
  path: '/x',
  before,
  after,
});

const table: readonly (readonly [string, Change, Change, boolean])[] = [
  ['the same field', change([field('1', '2')]), change([field('1', '2')]), true],
  ['another value', change([field('1', '2')]), change([field('1', '3')]), false],
  ['another value to begin from', change([field('1', '2')]), change([field('0', '2')]), false],
  [
    'another beginning where an earlier change decides',
    change([field('1', '2')], 'after_change'),
    change([field('0', '2')]),
    true,
  ],
  [
    'another end where an earlier change decides',
    change([field('1', '2')], 'after_change'),
    change([field('1', '3')]),
    false,
  ],
  ['a value that was not known', change([field(null, new Unknown('x'))]), change([field(null, '3')]), true],
  ['content that was not known', change([text(undefined, new Unknown('x'))]), change([text(undefined, 'new')]), true],
  ['one difference more', change([field('1', '2')]), change([field('1', '2'), text('a', 'b')]), false],
  ['another secret', change([text('a', Secret.around('one'))]), change([text('a', Secret.around('two'))]), false],
  ['the same secret', change([text('a', Secret.around('one'))]), change([text('a', Secret.around('one'))]), true],
  [
    'another command',
    change([{ kind: 'command', text: 'a' }], 'opaque'),
    change([{ kind: 'command', text: 'b' }], 'opaque'),
    false,
  ],
];

describe('an approved plan', () => {
  it.each(table)('holds %s against a change', (_, planned, made, allowed) => {
    const approval = new Approval();
    approval.record(at, planned);
    expect(approval.refusal(at, made)?.code).toBe(allowed ? undefined : 'not-in-plan');
  });

  it('allows a change once', () => {
    const approval = new Approval();
    approval.record(at, change([field('1', '2')]));
    expect(approval.refusal(at, change([field('1', '2')]))).toBeUndefined();
    expect(approval.refusal(at, change([field('1', '2')]))?.why).toContain('no further change');
  });

  it('allows nothing to other hosts, tasks and items', () => {
    const approval = new Approval();
    approval.record(at, change([field('1', '2')]));
    for (const other of [
      { ...at, host: 'b' },
      { ...at, item: 'x' },
      { ...at, task: { ...at.task, id: 'site.yml:2:1' } },
    ])
      expect(approval.refusal(other, change([field('1', '2')]))?.code).toBe('not-in-plan');
  });

  it('allows what was announced as not known yet', () => {
    const approval = new Approval();
    approval.leaveOpen('a', at.task);
    expect(approval.refusal({ ...at, item: 'any' }, change([field('1', '2')]))).toBeUndefined();
    expect(approval.refusal({ ...at, host: 'b' }, change([field('1', '2')]))?.code).toBe('not-in-plan');
  });
});
