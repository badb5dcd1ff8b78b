import { Problem } from '../../errors/problem.ts';
import type { Role } from '../../playbook/base/play.ts';

/**
 * Adds to the problem of a name without a value that another role of the play has a variable of that name. In Ansible,
 * all roles of a play and its tasks see it. Other problems are returned as they are.
 */
export function withRoleOfVariable(problem: Problem, own: Role | undefined, roles: readonly Role[]): Problem {
  if (problem.code !== 'undefined-variable') return problem;
  const name = /^There is no variable "([^"]+)"$/.exec(problem.what)?.[1];
  const owner = roles.find((role) => role.name !== own?.name && fileWith(role, name) !== undefined);
  if (name === undefined || owner === undefined) return problem;
  const { code, what, place } = problem;
  const why = `The role ${owner.name} has it in its ${fileWith(owner, name)}, and only the tasks of that role see it.`;
  const remedy = `Put ${name} into group_vars or into vars of the play, for all of them${own === undefined ? '' : `; or give it to the role ${own.name} in its vars`}.`;
  return new Problem({ code, what, place, why, remedy, cause: problem });
}

function fileWith({ defaults, variables }: Role, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (variables.variables.has(name)) return 'vars/main.yml';
  return defaults.variables.has(name) ? 'defaults/main.yml' : undefined;
}
