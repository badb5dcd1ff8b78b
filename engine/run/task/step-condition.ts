import { Problem } from '../../errors/problem.ts';
import type { Include, Meta } from '../../playbook/base/play.ts';
import { Unknown, type Scope } from '../../values/base/value.ts';
import { all } from '../base/conditions.ts';
import { type Frame, isHandler } from '../base/frame.ts';
import { HIDDEN, hushOf } from '../base/no-log.ts';
import { identityOfStep } from '../base/task-identity.ts';
import type { RunContext } from '../context/context.ts';
import { unknownStep } from '../context/step-failure.ts';
import type { HostState } from '../host/host-state.ts';

/** An include or a meta step of one host. */
export interface BareStep {
  readonly context: RunContext;
  readonly host: HostState;
  readonly step: Include | Meta;
  readonly frame: Frame;
  /** The number of the step in the order of the play. */
  readonly at: number;
}

/**
 * Returns whether the condition of the step is true. A condition that a plan cannot know is reported, and counts as
 * false.
 */
export function holds(bare: BareStep, scope: Scope): boolean {
  const value = all(bare.step.when, scope);
  if (value instanceof Unknown) reportUnknown(bare, value.because);
  return value === true;
}

/**
 * Reports in a plan that the step cannot be planned. A play knows every value at this point, so there it throws
 * Problem.
 */
export function reportUnknown({ context, host, step, frame, at }: BareStep, because: string): void {
  const identity = identityOfStep(step, isHandler(frame));
  const { hides } = hushOf(step, host.variables.scope(step));
  if (context.mode !== 'plan')
    throw new Problem({
      code: 'task-failed',
      what: `a value that it needs is not known: ${because}`,
      place: step.place,
    });
  const told = hides ? `what is ${HIDDEN}` : because;
  if (step.kind === 'include') expectVariables(host, step, new Unknown(told));
  unknownStep(context, { host, step: identity, at, because: told });
}

/** Makes all variables unknown that the steps of an include may set. */
function expectVariables({ variables }: HostState, { ahead }: Include, unknown: Unknown): void {
  for (const name of ahead.results) variables.remember(name, unknown);
  if (!ahead.isWhole || ahead.includes.length > 0) variables.expectAnyOther(unknown);
}
