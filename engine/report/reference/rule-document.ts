import { type Level, type Rule, LEVELS } from '../../lint/base/rule.ts';
import { RULES } from '../../lint/rules.ts';

const WORDS: Readonly<Record<Level, string>> = {
  error: 'error: it does harm or cannot work',
  warning: 'warning: most likely a mistake',
  advice: 'advice: better style',
};

/** Returns the lines of `runbook explain` for a rule. */
export function ruleLines(rule: Rule): readonly string[] {
  return [
    `${rule.name} (${WORDS[rule.level]})`,
    '',
    `${rule.summary}.`,
    '',
    ...rule.why.split('\n'),
    '',
    `What to do: ${rule.remedy}`,
    '',
    'Found:',
    ...example(rule.bad),
    '',
    'Instead:',
    ...example(rule.good),
    '',
    `Leave it out at one place: # runbook-lint: ignore ${rule.name}`,
    `Leave it out everywhere:   runbook lint --rule ${rule.name}=off, or .runbook-lint.yml`,
  ];
}

/** Returns an example of a rule, with invisible characters as escapes. */
function example(text: string): readonly string[] {
  return shown(text).map((line) => `  ${line}`.trimEnd());
}

function shown(text: string): readonly string[] {
  return text.split('\n').map((line) =>
    line
      .replace(/(?<! ) +(?=\r?$)/, (blanks) => '·'.repeat(blanks.length))
      .replace(/\r$/, '\\r')
      .replace(/\\$/, ''),
  );
}

/** Returns docs/lint-rules.md, without wrapping. */
export function rulesPage(): string {
  const byLevel = LEVELS.map((level) => RULES.filter((rule) => rule.level === level));
  const rows = byLevel
    .flat()
    .map(({ name, level, summary }) => `| [\`${name}\`](#${name}) | ${level} | ${summary.replaceAll('|', '\\|')} |`);
  return `# Rules of lint

\`runbook lint\` reports errors, which \`plan\` and \`play\` refuse too, and what these rules find in playbooks that can be
read. How to choose rules and formats: [commands.md](commands.md#lint). \`runbook explain NAME\` shows one rule.

This page is made from the rules by \`npm run docs\`.

| rule | level | finds |
| --- | --- | --- |
${rows.join('\n')}

${RULES.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  .map(section)
  .join('\n')}`;
}

function section(rule: Rule): string {
  return `## ${rule.name}

${WORDS[rule.level].replace(/^./, (letter) => letter.toUpperCase())}. ${rule.summary}.

${rule.why}

Found:

\`\`\`yaml
${shown(rule.bad).join('\n')}
\`\`\`

${rule.remedy}

\`\`\`yaml
${shown(rule.good).join('\n')}
\`\`\`
`;
}
