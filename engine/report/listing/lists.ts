import { Problem } from '../../errors/problem.ts';
import type { Inventory } from '../../inventory/inventory.ts';
import { selectHosts } from '../../inventory/select-hosts.ts';
import type { Play, Playbook } from '../../playbook/base/play.ts';
import { playsBehindRegrouping } from '../../playbook/base/regrouping.ts';
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
  const mayRegroup = playsBehindRegrouping(playbook.plays);
  for (const [index, play] of playbook.plays.entries()) {
    const pattern = patternOf(play);
    const known = (): readonly string[] | undefined => namesOf(play, pattern, inventory, mayRegroup.has(play));
    lines.push(
      '',
      `  play #${index + 1} (${safeLine(pattern ?? 'hosts are known at run time')}): ${safeLine(play.name)}`,
    );
    if (lists.hosts) lines.push(...hostLines(known(), allowed));
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

/** Returns the names of the hosts of a play; undefined if they are known at run time only. */
function namesOf(
  play: Play,
  pattern: string | undefined,
  inventory: Inventory,
  mayRegroup: boolean,
): readonly string[] | undefined {
  try {
    return pattern === undefined
      ? undefined
      : selectHosts(inventory, pattern, play.hostsPlace).map((host) => host.name);
  } catch (error) {
    if (error instanceof Problem && error.code === 'unknown-pattern' && mayRegroup) return undefined;
    throw error;
  }
}

function hostLines(names: readonly string[] | undefined, allowed: ReadonlySet<string> | undefined): readonly string[] {
  if (names === undefined) return ['    hosts: known at run time'];
  const hosts = allowed === undefined ? names : names.filter((name) => allowed.has(name));
  return [`    hosts (${hosts.length}):`, ...hosts.map((name) => `      ${safeLine(name)}`)];
}

function bracketed(names: readonly string[]): string {
  return `[${names.map(safeLine).join(', ')}]`;
}
