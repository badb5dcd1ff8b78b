import type { Inventory } from '../../inventory/inventory.ts';
import { selectHosts } from '../../inventory/select-hosts.ts';
import type { Play, Playbook } from '../../playbook/base/play.ts';
import { type TagSelection, listTags, listTasks } from '../../playbook/base/select-tasks.ts';
import { writtenTitle } from '../../playbook/base/written-title.ts';
import { openOutput } from '../text/output.ts';
import { safeLine } from '../text/safe-text.ts';

/** The lists of `--list-hosts`, `--list-tasks` and `--list-tags`, and the options that restrict them. */
export interface Lists {
  readonly hosts: boolean;
  readonly tasks: boolean;
  readonly tags: boolean;
  readonly limit: string | undefined;
  /** The hosts of the slice; undefined: the run has no slices. */
  readonly only?: ReadonlySet<string> | undefined;
  readonly selection: TagSelection;
}

/**
 * Prints the plays with their hosts, tasks or tags, in Ansible's form, without any connection. Throws Problem for a
 * pattern that selects nothing.
 */
export function printLists(
  playbook: Playbook,
  inventory: Inventory,
  lists: Lists,
  stdout: NodeJS.WritableStream,
): void {
  const { limit, only, selection } = lists;
  const allowed =
    only !== undefined || limit === undefined
      ? only
      : new Set(
          selectHosts(inventory, limit, { file: '--limit', line: 1, column: 1, length: limit.length }).map(
            (host) => host.name,
          ),
        );
  const lines = [`playbook: ${safeLine(playbook.file)}`];
  for (const [index, play] of playbook.plays.entries()) {
    const pattern = patternOf(play);
    lines.push(
      '',
      `  play #${index + 1} (${safeLine(pattern ?? 'hosts are known at run time')}): ${safeLine(play.name)}`,
    );
    if (lists.hosts) lines.push(...hostLines(play, pattern, inventory, allowed));
    if (lists.tasks)
      lines.push(
        '    tasks:',
        ...listTasks(play, selection).map(
          (step) => `      ${safeLine(writtenTitle(step))}\tTAGS: ${bracketed([...step.tags].toSorted())}`,
        ),
      );
    if (lists.tags) lines.push(`    TASK TAGS: ${bracketed(listTags(play, selection))}`);
  }
  openOutput(stdout).write(`${lines.join('\n')}\n`);
}

function patternOf(play: Play): string | undefined {
  const { literal } = play.hosts;
  if (typeof literal === 'string') return literal;
  return Array.isArray(literal) && literal.every((one) => typeof one === 'string') ? literal.join(',') : undefined;
}

function hostLines(
  play: Play,
  pattern: string | undefined,
  inventory: Inventory,
  allowed: ReadonlySet<string> | undefined,
): readonly string[] {
  if (pattern === undefined) return ['    hosts: known at run time'];
  const names = selectHosts(inventory, pattern, play.hostsPlace).map((host) => host.name);
  const hosts = allowed === undefined ? names : names.filter((name) => allowed.has(name));
  return [`    hosts (${hosts.length}):`, ...hosts.map((name) => `      ${safeLine(name)}`)];
}

function bracketed(names: readonly string[]): string {
  return `[${names.map(safeLine).join(', ')}]`;
}
