import type { Place } from '../../errors/problem.ts';
import { didYouMean } from '../../values/language/suggest.ts';
import { ignoresIn } from '../base/ignores.ts';
import type { Rule } from '../base/rule.ts';

/** Makes the rule. `known` returns the names of all rules. */
export function unknownIgnore(known: () => readonly string[]): Rule {
  return {
    name: 'unknown-ignore',
    level: 'warning',
    summary: 'A comment # runbook-lint: ignore with a rule that does not exist',
    why: 'The comment has no effect. The finding that it was meant to suppress is reported anyway, or will be reported one day.',
    remedy: 'See `runbook lint --rules` for the names.',
    bad: `# runbook-lint: ignore latest-versions
- name: nginx
  package: { name: nginx, state: present }`,
    good: `# runbook-lint: ignore latest-version
- name: nginx
  package: { name: nginx, state: latest }`,
    *check({ files }) {
      const names = known();
      for (const file of files) {
        if (file.text === undefined) continue;
        for (const { name, line, column } of ignoresIn(file.text)) {
          const place: Place = { file: file.shown, line, column, length: Math.max(1, name.length) };
          if (!names.includes(name))
            yield { place, what: `There is no rule "${name}"`, remedy: didYouMean(name, names) };
        }
      }
    },
  };
}
