import { describe, expect, it } from 'vitest';
import { COMMENT_LIMIT, planMarkdown } from '../../../engine/report/plan/plan-markdown.ts';
import type { PlanDocument, PlanStep } from '../../../engine/run/saved-plan/plan-document.ts';

function step(name: string, lines: readonly string[], hosts: readonly string[] = ['a', 'b']): PlanStep {
  return {
    task: { id: `site.yml:${name}`, name, module: 'copy', role: null, handler: false },
    item: null,
    delegatedTo: null,
    hosts,
    outcome: {
      kind: 'change',
      certainty: 'certain',
      differences: [{ kind: 'text', path: '/etc/x', absent: 'never', lines, sha256: null }],
      notifies: [],
    },
  };
}

function planOf(steps: readonly PlanStep[]): PlanDocument {
  return {
    format: 'runbook-plan',
    version: 1,
    engine: '1.0.0',
    playbook: 'site.yml',
    inventory: ['hosts.yml'],
    limit: null,
    tags: [],
    skipTags: [],
    extraFiles: [],
    partial: [],
    summary: { hosts: 2, change: steps.length * 2, unknown: 0, inSync: 0, skipped: 0 },
    plays: [{ name: 'Play', place: 'site.yml:1', hosts: ['a', 'b'], steps }],
    extra: {},
    inputs: {},
    hosts: [],
  };
}

const long = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `+line ${index} of a long file`);

describe('a plan as a comment', () => {
  it('has its summary first, and each step folded', () => {
    const lines = planMarkdown(planOf([step('Motd', ['-a', '+b'])]), 'site.plan').split('\n');
    expect(lines[0]).toBe('### Plan: 2 to change, 0 in sync, 0 unknown on 2 hosts');
    expect(lines).toContain('<details><summary>🟡 <b>Motd</b> on a, b: would change</summary>');
    expect(lines.filter((line) => line.startsWith('<details>'))).toHaveLength(
      lines.filter((line) => line.endsWith('</details>')).length,
    );
  });

  it('lets nothing in a diff or a name end its block', () => {
    const text = planMarkdown(planOf([step('<b>x</b>', ['+````', '+</details>'])]), 'site.plan');
    expect(text).toContain('`````diff\n');
    expect(text).not.toContain('<b><b>');
  });

  const sizes: readonly (readonly [string, readonly PlanStep[], RegExp])[] = [
    ['one diff is too long', [step('Short', ['+x']), step('Long', long(5000))], /Left out: of 1 step the differences/],
    [
      'many diffs are',
      Array.from({ length: 300 }, (_, index) => step(`Task ${index}`, long(20))),
      /Left out: of \d+ steps the differences/,
    ],
    [
      'there are too many steps',
      Array.from({ length: 3000 }, (_, index) => step(`Task ${index}`, ['+x'])),
      /\d+ steps altogether/,
    ],
    [
      'there are far too many hosts',
      [
        step(
          'Wide',
          ['+x'],
          Array.from({ length: 20_000 }, (_, index) => `host-${index}`),
        ),
      ],
      /altogether/,
    ],
  ];
  it.each(sizes)('keeps to the limit where %s, and says what it leaves out and how to see it', (_, steps, says) => {
    const text = planMarkdown(planOf(steps), 'site.plan');
    expect(text.length).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(text).toMatch(says);
    expect(text).toContain('See everything with `runbook show site.plan`');
    const told = [...text.matchAll(/<b>(?:Task|Short|Long|Wide)/g)].length;
    const counted = [...text.matchAll(/and (\d+) more steps?/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    expect(told + counted).toBe(steps.length);
  });

  it('keeps as much as there is room for', () => {
    const text = planMarkdown(
      planOf([step('Short', ['+x']), step('Long', long(5000)), step('Other', long(100))]),
      'site.plan',
    );
    expect(text).toContain('<details><summary>🟡 <b>Short</b>');
    expect(text).toContain('<details><summary>🟡 <b>Other</b>');
    expect(text).toContain('- 🟡 <b>Long</b> on a, b: would change — differences left out');
  });
});
