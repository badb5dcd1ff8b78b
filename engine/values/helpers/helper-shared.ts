import type { Value, ValueMap } from '../base/value.ts';
import { sharedFunctions } from '../functions/function-table.ts';
import type { Parameter, SharedFunction } from '../functions/shared-function.ts';
import { ArgumentFault } from '../language/fault.ts';
import type { Helper } from './helper.ts';

/** Helpers that are functions of expressions too. */
export const sharedHelpers: readonly Helper[] = sharedFunctions.map(helperOf);

function helperOf(shared: SharedFunction): Helper {
  const { name, summary, template, gives, parameters, secrets } = shared;
  const hasRest = parameters.some(({ presence }) => presence === 'rest');
  return {
    name,
    summary,
    example: [template, gives],
    arity: [
      parameters.filter(({ presence }) => presence === 'required').length,
      hasRest ? Infinity : parameters.length,
    ],
    named: parameters.filter(({ presence }) => presence === 'optional').map((parameter) => parameter.name),
    secrets,
    run: (operands, named) => shared.run(inOrder(parameters, operands, named)),
  };
}

/** Returns the arguments in the order of the parameters, including arguments that were given by name. */
function inOrder(
  parameters: readonly Parameter[],
  operands: readonly Value[],
  named: ValueMap,
): readonly (Value | undefined)[] {
  const ordered: (Value | undefined)[] = [...operands];
  for (const [name, value] of Object.entries(named)) {
    const index = parameters.findIndex((parameter) => parameter.name === name);
    if (index < operands.length) throw new ArgumentFault(`The argument ${name} is given twice`, 'Write it once.');
    ordered[index] = value;
  }
  return Array.from(ordered);
}
