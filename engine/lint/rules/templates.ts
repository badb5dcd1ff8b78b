import type { Finding, Rule } from '../base/rule.ts';
import { scalarsIn } from '../base/scalars.ts';

/**
 * Matches a helper that uses a text unchanged, if one of its arguments is only a backslash and a letter in quotes. Not
 * `expr`: an expression knows escapes.
 */
const BACKSLASH =
  /\{\{(?![^{}]{0,400}\bexpr\b)[^{}]{0,400}?\b(?:split|join|replace)\b[^{}"']{0,200}(?:"[^"]{0,200}"|'[^']{0,200}')?[^{}"']{0,50}?(["'])\\[nrt]\1/;

export const backslashInHelper: Rule = {
  name: 'backslash-in-helper',
  level: 'warning',
  summary: 'A backslash and a letter as a separator in a template',
  why: 'A template has no escapes: the helper looks for a backslash and the letter n, not for the end of a line. So it finds nothing, and there is no error.',
  remedy:
    'Write a line end itself between the quotes. In YAML, put the value into double quotes: YAML then makes it of \\n. An expression has escapes too: {{expr "text.split(\'\\\\n\')"}}.',
  bad: `- name: First line
  debug: { msg: '{{first (split motd "\\n")}}' }
  vars: { motd: hello }`,
  good: `- name: First line
  debug: { msg: "{{first (split motd '\\n')}}" }
  vars: { motd: hello }`,
  *check({ files, others }): Iterable<Finding> {
    for (const { nodes } of files)
      for (const node of nodes)
        for (const { scalar } of scalarsIn(node))
          if (typeof scalar.value === 'string' && BACKSLASH.test(scalar.value))
            yield { place: scalar.place, what: 'The helper gets a backslash and a letter' };
    for (const { shown, text } of others) {
      if (!shown.endsWith('.hbs')) continue;
      for (const [index, line] of text.split('\n').entries()) {
        const found = BACKSLASH.exec(line);
        if (found !== null)
          yield {
            place: { file: shown, line: index + 1, column: found.index + 1, length: found[0].length },
            what: 'The helper gets a backslash and a letter',
          };
      }
    }
  },
};
