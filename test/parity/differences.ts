import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { modules } from '../../engine/modules/base/catalogue.ts';
import { type Case, type Json, type JsonMap, isMap, tasksOf } from './case.ts';
import type { Difference } from './compare.ts';
import { DIFFERENCES_OF_ACCOUNTS } from './differences-of-accounts.ts';
import { DIFFERENCES_OF_FILES } from './differences-of-files.ts';
import { DIFFERENCES_OF_PROGRAMS } from './differences-of-programs.ts';
import { DIFFERENCES_OF_SYSTEM } from './differences-of-system.ts';
import { type Explanation, argumentsFor, eachWithout, explainedBy, mentions, refuses } from './explanation.ts';

export const EXPLANATIONS: readonly Explanation[] = [
  ...DIFFERENCES_OF_FILES,
  ...DIFFERENCES_OF_ACCOUNTS,
  ...DIFFERENCES_OF_SYSTEM,
  ...DIFFERENCES_OF_PROGRAMS,
  {
    id: 'unknown-pattern',
    explains: ({ fact, runbook }, { area }) =>
      area === 'patterns' && refuses(fact, runbook, 'is neither a host nor a group of the inventory'),
  },
  {
    id: 'host-order',
    explains: ({ fact, ansible, runbook }, { area }) =>
      area === 'patterns' && fact === 'hosts' && sameItems(ansible, runbook),
  },
  {
    id: 'port-beside-the-name',
    explains: ({ fact, ansible, runbook }, { area }) =>
      area === 'inventory' && fact.endsWith(': ansible_port') && ansible === null && runbook === 2222,
  },
  {
    id: 'sha256',
    explains: ({ fact, ansible, runbook }) =>
      /\.result\.(remote_)?checksum(_src|_dest)?$/.test(fact) &&
      (ansible === null || digest(ansible, 40)) &&
      digest(runbook, 64),
  },
  {
    id: 'sha256',
    explains: ({ fact, ansible, runbook }) =>
      fact.endsWith('.result.stat') && isDeepStrictEqual(common(ansible, runbook), common(runbook, ansible)),
  },
  {
    id: 'line-ends-kept',
    without: (difference, { area }) =>
      area === 'edits' && difference.fact.startsWith('tree') && mentions(difference.runbook, '\\r\\n')
        ? eachWithout(difference, withoutReturns)
        : difference,
  },
  {
    id: 'edits-through-links',
    without: (difference, { area, given }) =>
      area === 'edits' && /^tree.*\/(real|t)$/.test(difference.fact) && given.includes('ln -s real t')
        ? eachWithout(difference, withoutOwner)
        : difference,
  },
  {
    id: 'edits-through-links',
    explains: ({ fact, ansible, runbook }, { area, given, input }) => {
      const setsMode = tasksOf(input).some((one) => /"mode":/.test(JSON.stringify(one)));
      if (/^tree.*\/(real|t) \(ACL\)$/.test(fact))
        return area === 'edits' && given.includes('ln -s real t') && setsMode;
      const task = tasksOf(input)[Number(/\.(\d+)\.status$/.exec(fact)?.[1])];
      const asked = isMap(task ?? null) ? JSON.stringify(task) : '';
      const onTarget = /"(mode|owner|group)":/.test(asked) && ansible === 'ok' && runbook === 'changed';
      const onLink = /"(owner|group)":/.test(asked) && ansible === 'changed' && runbook === 'ok';
      return area === 'edits' && given.includes('ln -s real t') && (onTarget || onLink);
    },
  },
  {
    id: 'block-markers',
    explains: ({ fact, ansible, runbook }, input) => {
      if (!hasUnclearBlock(input)) return false;
      if (fact.endsWith('.status')) {
        if (argumentsFor(['blockinfile'], input, fact).length === 0) return false;
        // Where Ansible puts a block once more, the blocks after it change as well.
        return runbook === 'failed' ? ansible !== 'failed' : fact.startsWith('second') && ansible === 'changed';
      }
      return /^tree[^/]*\/(t|real)$/.test(fact) && /BEGIN|START/.test(text(ansible));
    },
  },
  {
    id: 'known-hosts-copy',
    explains: ({ fact, runbook }, input) =>
      /^tree.*\/known\.old$/.test(fact) && runbook === null && argumentsFor(['known_hosts'], input).length > 0,
  },
  {
    id: 'check-mode-true',
    explains: ({ fact, ansible, runbook }, { input }) => {
      const task = tasksOf(input)[Number(/^(?:first|second)\.(\d+)\.status$/.exec(fact)?.[1])] ?? null;
      return (
        isMap(task) && task['check_mode'] === true && runbook === 'ok' && ['changed', 'skipped'].includes(text(ansible))
      );
    },
  },
  {
    id: 'check-mode-true',
    explains: ({ fact, runbook }, { input }) => {
      const task = tasksOf(input)[Number(/^(?:first|second)\.(\d+)\.result\.state$/.exec(fact)?.[1])] ?? null;
      return isMap(task) && task['check_mode'] === true && isMap(task['file'] ?? null) && runbook === 'absent';
    },
  },
  {
    id: 'whole-division',
    explains: ({ fact }, { area, input }) =>
      area === 'words' &&
      fact.endsWith('.status') &&
      mentions(tasksOf(input), HALVED) &&
      mentions(tasksOf(input), '"x":3'),
  },
  {
    id: 'sequence-count',
    explains: ({ fact, ansible, runbook }, { area, input }) =>
      area === 'words' &&
      fact.endsWith('.msg') &&
      /'sequence', '[^']*count=\d+[^']*stride=-/.test(JSON.stringify(tasksOf(input))) &&
      startsWith(ansible, runbook),
  },
  {
    id: 'uri-changes',
    explains: ({ fact, ansible, runbook }, { input }) =>
      fact.endsWith('.status') &&
      ansible === 'ok' &&
      runbook === 'changed' &&
      /"method":"(POST|PUT|PATCH|DELETE)"/.test(JSON.stringify(tasksOf(input))),
  },
  {
    id: 'text-arguments',
    explains: ({ fact, runbook }, { area }) => area === 'forms' && refuses(fact, runbook, 'must be a text'),
  },
  {
    id: 'missing-arguments',
    explains: ({ fact, runbook }) => fact === 'refused' && isDeclared(text(runbook)),
  },
  {
    id: 'groups-of-patterns',
    explains: ({ fact, runbook }) => refuses(fact, runbook, 'must refer only to groups of regexp'),
  },
  {
    id: 'dest-is-the-file',
    explains: ({ fact, ansible, runbook }) =>
      fact.endsWith('.result.dest') &&
      typeof ansible === 'string' &&
      typeof runbook === 'string' &&
      dirname(runbook) === ansible,
  },
  {
    id: 'attempts',
    explains: ({ fact, ansible, runbook }) =>
      isLine(fact)
        ? text(ansible).endsWith(' ok "attempts 2"') && text(runbook) === text(ansible).replace(/2"$/, '3"')
        : fact.endsWith('.result.attempts') && ansible === 2 && runbook === 3,
  },
  {
    id: 'role-variables',
    explains: ({ fact, ansible, runbook }) => {
      const [theirs, ours] = [ansible, runbook].map((line) => ROLE_LINE.exec(text(line))?.groups);
      if (!isLine(fact) || theirs === undefined || ours === undefined) return false;
      const other = /^vars of (\w+)$/.exec(theirs['level'] ?? '')?.[1];
      const own = new RegExp(`of ${ours['role']}$`).test(ours['level'] ?? '');
      return (
        theirs['task'] === ours['task'] &&
        theirs['p'] === ours['p'] &&
        other !== undefined &&
        other !== ours['role'] &&
        own
      );
    },
  },
  {
    id: 'line-end-of-a-value',
    explains: ({ fact, ansible, runbook }, { area, files }) =>
      area === 'templates' &&
      /^\{\{[^{}]*\}\}\n$/.test(text(isMap(files['t.tpl']) ? (files['t.tpl']['$ansible'] ?? null) : null)) &&
      (fact.endsWith('.result.size')
        ? typeof ansible === 'number' && runbook === ansible + 1
        : fact.startsWith('tree') &&
          /^file .* "-?\d+"$/.test(text(ansible)) &&
          text(runbook) === text(ansible).replace(/"$/, '\\n"')),
  },
  {
    id: 'limit-leaves-nothing',
    explains: ({ fact, runbook }) => refuses(fact, runbook, ' leaves no host for any play of '),
  },
  {
    id: 'end-play-amid-rescue',
    explains: ({ fact, ansible, runbook }, { files }) =>
      fact === 'exit status' && ansible === 0 && runbook === 2 && mentions(files, '"meta":"end_play"'),
  },
  {
    id: 'run-once-in-a-role',
    explains: ({ fact, ansible, runbook }, { files }) => {
      if (
        !/^host \w+$/.test(fact) ||
        !Array.isArray(ansible) ||
        !Object.keys(files).some((name) => DEPENDENCIES.test(name))
      )
        return false;
      const once = Object.entries(files).flatMap(([name, tasks]) => (ROLE_TASKS.test(name) ? namesOfOnce(tasks) : []));
      const others = (lines: Json): readonly Json[] =>
        Array.isArray(lines) ? lines.filter((line) => !once.some((name) => text(line).startsWith(`${name} `))) : [];
      return (
        ansible.length > (Array.isArray(runbook) ? runbook.length : 0) &&
        isDeepStrictEqual(others(ansible), others(runbook))
      );
    },
  },
  {
    id: 'looks-do-not-wait',
    explains: ({ fact, ansible, runbook }, { files }) =>
      /^host \w+$/.test(fact) &&
      Array.isArray(ansible) &&
      Array.isArray(runbook) &&
      ansible.length < runbook.length &&
      isDeepStrictEqual(runbook.slice(0, ansible.length), ansible) &&
      runbook.slice(ansible.length).every((line) => /^\S+ (?:ok|skipped)\b/.test(text(line))) &&
      Object.entries(files).some(([name, tasks]) => INCLUDED.test(name) && namesOfOnce(tasks).length > 0),
  },
  {
    id: 'serial-of-those-left',
    without: (difference, { files }) =>
      /^host \w+$/.test(difference.fact) && hasSerialAfterFailure(files)
        ? eachWithout(difference, (lines) => withoutTasks(lines, namesOfOnce(Object.values(files))))
        : difference,
  },
  {
    id: 'undeclared-in-lint',
    explains: ({ fact, runbook }) => refuses(fact, runbook, 'There is no variable "nowhere"'),
  },
];

/** `right t22 ok "right vars of right none"`: the role, the value of `level` that it sees, and `p`. */
const ROLE_LINE = /^(?<task>\w+ \w+ ok) "(?<role>\w+) (?<level>(?:default|vars) of \w+) (?<p>\w+)"$/;

const DEPENDENCIES = /^roles\/\w+\/meta\/main\.yml$/;
const INCLUDED = /^(?:roles\/\w[\w-]*\/tasks\/main|tasks-\w+)\.yml$/;
const ROLE_TASKS = /^roles\/\w+\/tasks\/main\.yml$/;

/** Returns whether a play with serial follows a play in which a task may fail on some hosts. */
function hasSerialAfterFailure({ 'site.yml': plays = null }: JsonMap): boolean {
  if (!Array.isArray(plays)) return false;
  const serial = plays.findLastIndex((play) => isMap(play) && 'serial' in play);
  return plays.slice(0, Math.max(0, serial)).some((play) => /"(?:fail|failed_when)":/.test(JSON.stringify(play)));
}

/** Leaves out the lines of these tasks, and which host a registered message of them names. */
function withoutTasks(lines: Json, names: readonly string[]): Json {
  if (!Array.isArray(lines)) return lines;
  return lines
    .filter((line) => !names.includes(text(line).split(' ')[0] ?? ''))
    .map((line) => text(line).replace(/"h\d"$/, '"…"'));
}

/** Returns the names of all tasks with run_once. */
function namesOfOnce(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => namesOfOnce(item));
  if (!isMap(value)) return [];
  return [
    ...(value['run_once'] === true ? [text(value['name'] ?? null)] : []),
    ...Object.values(value).flatMap(namesOfOnce),
  ];
}

function text(value: Json): string {
  return typeof value === 'string' ? value : '';
}

function isLine(fact: string): boolean {
  return /^host \S+ line \d+$/.test(fact);
}

const MODULES = await Promise.all(modules.names().map((name) => modules.module(name)));

/** Returns whether the refusal only names a limit that the module declares. */
function isDeclared(refusal: string): boolean {
  const [, name, argument] = /(\w+) has no argument "(\w+)"/.exec(refusal) ?? [];
  return argument !== undefined && MODULES.some((module) => module.name === name && argument in (module.foreign ?? {}));
}

/** Returns the rows that explain a difference; none if it is a fault of one of the tools. */
export function explanation(difference: Difference, input: Case): readonly string[] | undefined {
  return explainedBy(EXPLANATIONS, difference, input);
}

function sameItems(one: Json, other: Json): boolean {
  return Array.isArray(one) && Array.isArray(other) && isDeepStrictEqual(new Set(one), new Set(other));
}

function digest(value: Json, length: number): boolean {
  return typeof value === 'string' && value.length === length && /^[0-9a-f]+$/.test(value);
}

/** Keeps the members that both results of a look have, without the digest. */
function common(one: Json, other: Json): Json {
  if (!isMap(one) || !isMap(other)) return one;
  return Object.fromEntries(Object.entries(one).filter(([key]) => key in other && key !== 'checksum'));
}

/** Removes the owner, and the mode before it. */
function withoutOwner(value: Json): Json {
  return typeof value === 'string'
    ? value.replace(/^(link|file \d{4}) \d+:\d+/, (_, type: string) => type.slice(0, 4))
    : value;
}

function withoutReturns(value: Json): Json {
  return typeof value === 'string' ? value.replaceAll('\\r', '') : value;
}

const HALVED = 'x / 2 == 1';

/** Returns whether a file has a begin of a block without its end, or a block holds a line that is its own marker. */
/** Whether a list begins with all items of another one. */
function startsWith(list: Json, start: Json): boolean {
  return Array.isArray(list) && Array.isArray(start) && isDeepStrictEqual(list.slice(0, start.length), start);
}

/** Whether a block holds a marker of its own or of another block, so that its beginning or end is not clear. */
function hasUnclearBlock(input: Case): boolean {
  const blocks = argumentsFor(['blockinfile'], input);
  if (input.given.includes('sed -i 3,4d t')) return blocks.length > 0;
  const marks = blocks.flatMap(
    ({ marker = '# {mark} ANSIBLE MANAGED BLOCK', marker_begin: begin = 'BEGIN', marker_end: end = 'END' }) =>
      [begin, end].map((mark) => text(marker).replace('{mark}', text(mark))),
  );
  return blocks.some(({ block }) => {
    const lines = text(block ?? '').split('\n');
    return marks.some((mark) => lines.includes(mark));
  });
}
