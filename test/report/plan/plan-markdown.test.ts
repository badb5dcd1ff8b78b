import { describe, expect, it } from 'vitest';
import { COMMENT_LIMIT, planMarkdown } from '../../../engine/report/plan/plan-markdown.ts';
import type { PlanDocument, PlanStep } from '../../../engine/run/saved-plan/plan-document.ts';
import { planDocumentOf } from '../../run/saved-plan/plan-document-of.ts';

function step(name: string, lines: readonly string[], hosts: readonly string[] = ['a', 'b']): PlanStep {
  return {
    task: { id: `${name}.yml:3:1`, name, module: 'copy', role: null, handler: false },
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
  return planDocumentOf({
    summary: { hosts: 2, change: steps.length * 2, unknown: 0, inSync: 0, skipped: 0 },
    plays: [{ name: 'Play', place: 'site.yml:1', hosts: ['a', 'b'], steps }],
  });
}

const long = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `+line ${index} of a long file`);

describe('a plan as a comment', () => {
  it('has its summary first, and each step folded', () => {
    const lines = planMarkdown(planOf([step('Motd', ['-a', '+b'])]), { file: 'site.plan' }).split('\n');
    expect(lines[0]).toBe('### Plan: 2 to change, 0 in sync, 0 unknown on 2 hosts');
    expect(lines).toContain(
      '<details><summary>🟡 &#126; <b>Motd</b> on a, b: would change <code>Motd.yml:3</code></summary>',
    );
    expect(lines.filter((line) => line.startsWith('<details>'))).toHaveLength(
      lines.filter((line) => line.endsWith('</details>')).length,
    );
  });

  it('lets nothing in a diff or a name end its block', () => {
    const text = planMarkdown(planOf([step('<b>x</b>', ['+````', '+</details>'])]), { file: 'site.plan' });
    expect(text).toContain('`````diff\n');
    expect(text).not.toContain('<b><b>');
  });

  const sizes: readonly (readonly [string, readonly PlanStep[], RegExp])[] = [
    ['one diff is too long', [step('Short', ['+x']), step('Long', long(5000))], /Left out: of 1 task the differences/],
    [
      'many diffs are',
      Array.from({ length: 300 }, (_, index) => step(`Task ${index}`, long(20))),
      /Left out: of \d+ tasks the differences/,
    ],
    [
      'there are too many steps',
      Array.from({ length: 3000 }, (_, index) => step(`Task ${index}`, ['+x'])),
      /\d+ tasks altogether/,
    ],
  ];
  it.each(sizes)('keeps to the limit where %s, and says what it leaves out and how to see it', (_, steps, says) => {
    const text = planMarkdown(planOf(steps), { file: 'site.plan' });
    expect(text.length).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(text).toMatch(says);
    expect(text).toContain('See everything with `runbook show site.plan`');
    const told = [...text.matchAll(/<b>(?:Task|Short|Long|Wide)/g)].length;
    const counted = [...text.matchAll(/and (\d+) more tasks?/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    expect(told + counted).toBe(steps.length);
  });

  it('names no more than some hosts', () => {
    const hosts = Array.from({ length: 20_000 }, (_, index) => `host-${index}`);
    expect(planMarkdown(planOf([step('Wide', ['+x'], hosts)]), { file: 'site.plan' })).toContain(
      'host-0, host-1, host-2, host-3, host-4, host-5 and 19994 more: would change',
    );
  });

  it('keeps as much as there is room for', () => {
    const text = planMarkdown(planOf([step('Short', ['+x']), step('Long', long(5000)), step('Other', long(100))]), {
      file: 'site.plan',
    });
    expect(text).toContain('<details><summary>🟡 &#126; <b>Short</b>');
    expect(text).toContain('<details><summary>🟡 &#126; <b>Other</b>');
    expect(text).toContain(
      '- 🟡 &#126; <b>Long</b> on a, b: would change <code>Long.yml:3</code> — differences left out',
    );
  });
});
