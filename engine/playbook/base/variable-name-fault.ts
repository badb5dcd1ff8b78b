import { type Place, Problem } from '../../errors/problem.ts';
import { variableNameProblem } from '../../values/base/variable-name.ts';
import { MAGIC_VARIABLES } from './keywords.ts';

/**
 * Returns the problem of a name that expressions cannot use, or that runbook itself sets; undefined for a good name.
 */
export function variableNameFault(name: string, place: Place): Problem | undefined {
  const problem = variableNameProblem(name, place);
  if (problem !== undefined || !MAGIC_VARIABLES.has(name)) return problem;
  return new Problem({
    code: 'variable-name',
    what: `"${name}" cannot be set`,
    place,
    why: 'It is one of the variables that runbook itself gives.',
    remedy: 'Choose another name.',
  });
}
