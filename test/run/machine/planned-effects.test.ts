import { expect, test } from 'vitest';
import { predict } from '../../../engine/resources/base/resource.ts';
import { file } from '../../../engine/resources/file.ts';
import { ABSENT } from '../../../engine/resources/file/file-state.ts';
import { PlannedEffects } from '../../../engine/run/machine/planned-effects.ts';
import { type Laid, View } from '../../../engine/run/machine/view.ts';

const PATH = file('/srv/a', 'target');
const UNKNOWN: Laid = {
  predictions: [],
  touches: 'everything',
  names: [],
  open: [PATH],
  certainty: 'certain',
  decider: { at: 1, label: 'unknown' },
};
const CERTAIN: Laid = {
  predictions: [predict(PATH, ABSENT)],
  touches: 'predicted',
  names: [],
  open: [],
  certainty: 'certain',
  decider: { at: 2, label: 'certain' },
};
const COMMAND: Laid = { ...UNKNOWN, names: ['/srv'], open: [], decider: { at: 3, label: 'command' } };

const newView = (): View => new View({ value: 0, done: 0 });

test.each([
  ['an unknown step', [UNKNOWN], true],
  ['a certain change after an unknown step', [UNKNOWN, CERTAIN], false],
  ['an unknown step after a certain change', [CERTAIN, UNKNOWN], true],
  ['a command that names the folder', [CERTAIN, COMMAND], true],
])('%s: the view of a user who comes late is as that of the others', (_, steps, isOpen) => {
  const effects = new PlannedEffects();
  const early = newView();
  for (const laid of steps) effects.lay(laid, [early]);
  const late = newView();
  effects.replay(late);
  expect([early, late].map((view) => view.isOpen([PATH]))).toEqual([isOpen, isOpen]);
});
