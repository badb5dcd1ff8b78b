import { isDeepStrictEqual } from 'node:util';
import { type Case, type Json, type JsonMap, isMap } from './case.ts';
import { type Explanation, argumentsFor, contentOf, mentions, textOf } from './explanation.ts';

/** Explains differences of commands, archives, downloads and requests. */
export const DIFFERENCES_OF_PROGRAMS: readonly Explanation[] = [
  {
    id: 'git-head',
    explains: ({ fact }, input) => {
      const versions = new Set(argumentsFor(['git'], input).map(({ version }) => textOf(version ?? 'HEAD')));
      return (
        versions.has('HEAD') &&
        versions.size > 1 &&
        /^(?:(?:first|second)\.\d\.(?:status|result\.(?:before|after))|tree[^/]*\/(?:a|d\/.*))$/.test(fact)
      );
    },
  },
  {
    id: 'command-no-variables',
    explains: ({ fact, ansible, runbook }, input) =>
      /^(first|second)\.(0\.result\.(stdout|stdout_lines)|1\.result\.msg)$/.test(fact) &&
      argumentsFor(['command'], input).some(({ cmd, argv }) => HOMES.test(JSON.stringify([cmd ?? '', argv ?? '']))) &&
      HOMES.test(JSON.stringify(runbook)) &&
      isFilledIn(ansible, runbook, homeOf(input)),
  },
  {
    id: 'command-no-variables',
    explains: ({ fact, ansible, runbook }, input) =>
      /^(first|second)\.0\.status$/.test(fact) &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      mentions(firstTask(input)['changed_when'] ?? '', 'stdout') &&
      argumentsFor(['command'], input, fact).some(({ cmd, argv }) =>
        HOMES.test(JSON.stringify([cmd ?? '', argv ?? ''])),
      ),
  },
  {
    id: 'killed-status',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['shell'], input).some(({ cmd }) => cmd === KILLED) &&
      (/^(first|second)\.(0\.result\.rc|2\.result\.msg)$/.test(fact)
        ? ansible === -9 && runbook === 137
        : /\.0\.result\.stderr(_lines)?$/.test(fact)
          ? isDeepStrictEqual([ansible, runbook].flat(), fact.endsWith('lines') ? ['Killed'] : ['', 'Killed'])
          : firstTask(input)['failed_when'] === 'r.rc > 4' &&
            (isBehind(fact) || (fact.endsWith('.0.status') && ansible !== 'failed' && runbook === 'failed'))),
  },
  {
    id: 'no-such-program',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['command'], input).some(({ cmd }) => cmd === 'no-such-program') &&
      (/^(first|second)\.(0\.result\.rc|2\.result\.msg)$/.test(fact)
        ? ansible === 2 && runbook === 127
        : firstTask(input)['failed_when'] === 'r.rc > 4' &&
          (isBehind(fact) || (fact.endsWith('.0.status') && ansible !== 'failed' && runbook === 'failed'))),
  },
  {
    id: 'no-such-program',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['command'], input).some(({ cmd }) => cmd === 'no-such-program') &&
      ['r.rc == 3', false].some((condition) => firstTask(input)['failed_when'] === condition) &&
      (isBehind(fact) ||
        (fact.endsWith('.0.status') && ansible === 'ok' && runbook === 'changed') ||
        (/\.0\.result\.stderr(_lines)?$/.test(fact) && mentions(runbook, 'no-such-program: not found')) ||
        (fact.endsWith('.0.result.cmd') && ansible === 'no-such-program')),
  },
  {
    id: 'changed-when-takes-back',
    explains: ({ fact, ansible, runbook }, input) =>
      (isBehind(fact) || (fact.endsWith('.0.status') && ansible === 'changed' && runbook === 'ok')) &&
      ![undefined, false].includes(firstTask(input)['changed_when'] as undefined | false) &&
      argumentsFor(['command', 'shell'], input).some(isNotNeeded),
  },
  {
    id: 'guard-before-folder',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['command', 'shell'], input).some((args) => args['chdir'] === '@W@/gone' && isNotNeeded(args)) &&
      (isBehind(fact) || /^(first|second)\.0\.status$/.test(fact)
        ? isBehind(fact) || (ansible === 'failed' && runbook === 'ok')
        : (/^(first|second)\.([12]\.result\.msg|0\.result\.(rc|stdout|stdout_lines))$/.test(fact) &&
            (runbook === 0 || mentions(runbook, 'skipped, since '))) ||
          (fact.endsWith('.0.result.attempts') && runbook === 1 && Number(ansible) > 1)),
  },
  {
    id: 'status-of-no-folder',
    explains: ({ fact, ansible, runbook }, input) =>
      (isBehind(fact) || (fact.endsWith('.0.status') && ansible === 'ok' && runbook === 'failed')) &&
      firstTask(input)['failed_when'] === 'r.rc == 3' &&
      argumentsFor(['command', 'shell'], input).some((args) => args['chdir'] === '@W@/gone' && !isNotNeeded(args)),
  },
  {
    id: 'excused-until',
    explains: ({ fact }, input) => isBehind(fact) && 'until' in firstTask(input) && 'failed_when' in firstTask(input),
  },
  {
    id: 'failed-is-no-change',
    explains: ({ fact, ansible, runbook }, input) => {
      if (!isBehind(fact) || argumentsFor(['command', 'shell'], input).length === 0) return false;
      const behind = JSON.stringify(input.input.kind === 'tasks' ? input.input.tasks[3] : null);
      return behind.includes('"r is changed"')
        ? (ansible === 'ok' && runbook === 'skipped') || (ansible === 'behind' && runbook === null)
        : behind.includes('"r is not changed"') &&
            ((ansible === 'skipped' && runbook === 'ok') || (ansible === null && runbook === 'behind'));
    },
  },
  {
    id: 'unarchive-creates',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.status') &&
      argumentsFor(['unarchive'], input, fact).some(({ creates }) => creates !== undefined) &&
      ansible === 'skipped' &&
      runbook === 'ok',
  },
  {
    id: 'unarchive-keep-newer',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.status') &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      argumentsFor(['unarchive'], input, fact).some((args) => args['keep_newer'] === true),
  },
  {
    id: 'unarchive-keep-newer',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['unarchive'], input).some((args) => args['keep_newer'] === true && args['src'] === '@W@/a.zip') &&
      (/^(first|second)\.1\.result\.(uid|owner|gid|group|mode)$/.test(fact) ||
        (/^tree.*\/out\/top\/(a|run)$/.test(fact) && contentOf(ansible) === contentOf(runbook))),
  },
  {
    id: 'unarchive-zip-folders',
    explains: ({ fact, ansible, runbook }, input) =>
      // The third task unpacks the archive again.
      (isStatusOf(fact, 'second') || fact === 'first.2.status') &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      argumentsFor(['unarchive'], input, fact).some(({ src }) => src === '@W@/a.zip') &&
      (/^mkdir -p out\/top|rm out\/top\/a$/.test(input.given.at(-1) ?? '') || argumentsFor(['copy'], input).length > 0),
  },
  {
    id: 'unarchive-in-the-way',
    explains: ({ fact, ansible, runbook }, input) => {
      const last = input.given.at(-1) ?? '';
      const isZip = argumentsFor(['unarchive'], input).some(({ src }) => src === '@W@/a.zip');
      const isKept = argumentsFor(['unarchive'], input).some((args) => args['keep_newer'] === true);
      if (last !== 'mkdir -p out/top/a/x' && !((isZip || isKept) && last.endsWith('ln -s ../other out/top/sub')))
        return false;
      // The copy finds its own file again, because nothing is unpacked over it.
      if (fact === 'second.1.status') return ansible === 'changed' && runbook === 'ok';
      const field = /\.1\.result\.(uid|owner|gid|group|mode)$/.exec(fact)?.[1];
      if (field !== undefined) return runbook === (field === 'mode' ? '0644' : OF_ROOT[field]);
      if (fact.endsWith('.status')) return runbook === 'failed' && ansible !== 'failed';
      return /^tree.*\/out\/./.test(fact) && (runbook === null || UNTOUCHED.some((text) => mentions(runbook, text)));
    },
  },
  {
    id: 'unarchive-letters',
    explains: ({ fact, ansible, runbook }, input) =>
      /^tree.*\/out\/top\/run$/.test(fact) &&
      mentions(ansible, 'file 0600 ') &&
      mentions(runbook, 'file 0700 ') &&
      (input.given.at(-1) ?? '').endsWith('chmod 600 out/top/run') &&
      argumentsFor(['unarchive'], input).some(({ mode }) => mode === 'u=rwX,go='),
  },
  {
    id: 'unarchive-only-members',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['unarchive'], input).some((args) => {
        if (!isDeepStrictEqual(args['extra_opts'], ['--strip-components=1'])) return false;
        const { owner = null, group = null, mode = null } = args;
        if (/^tree.*\/out$/.test(fact))
          return (
            isFolder(ansible, { owner, group, mode }) && isFolder(runbook, { owner: null, group: null, mode: null })
          );
        const field = /\.result\.(uid|owner|gid|group|mode)$/.exec(fact)?.[1] ?? '';
        return runbook === OF_ROOT[field] && ansible === resultsFor({ owner, group, mode })[field];
      }),
  },
  {
    id: 'unarchive-only-members',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['unarchive'], input).some(
        ({ src, include, extra_opts: extra = [], owner, group, mode }) =>
          (isDeepStrictEqual(include, ['top/a']) || src === '@W@/no-folders.tgz') &&
          (isDeepStrictEqual(extra, ['--strip-components=1']) ? /^tree.*\/out\/sub$/ : /^tree.*\/out\/top$/).test(
            fact,
          ) &&
          isFolder(ansible, { owner: owner ?? null, group: group ?? null, mode: mode ?? null }) &&
          isFolder(runbook, { owner: null, group: null, mode: null }),
      ),
  },
  {
    id: 'get-url-once',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['get_url'], input).some((args) => {
        if (!isThere(args, input) || args['force'] === true || args['checksum'] !== undefined) return false;
        const isGone = mentions(args['url'] ?? '', '/none');
        if (fact.endsWith('.status'))
          return isGone ? ansible === 'failed' && runbook !== 'failed' : ansible === 'changed' && runbook === 'ok';
        if (fact.endsWith('.result.size')) return runbook === 3;
        if (!/^tree.*\/(t|d\/text)$/.test(fact) || !mentions(runbook, ' "old"')) return false;
        return isGone ? mentions(ansible, ' "old"') : withoutContent(ansible) === withoutContent(runbook);
      }),
  },
  {
    id: 'get-url-name',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['get_url'], input).some(
        ({ url, dest }) => mentions(url ?? '', '/moved') && mentions(dest ?? '', '@W@/d'),
      ) &&
      (fact.endsWith('.result.dest')
        ? ansible === '@W@/d/text' && runbook === '@W@/d/moved'
        : /^tree.*\/d\/text$/.test(fact)
          ? mentions(ansible, 'file ') && (runbook === null || mentions(runbook, ' "old"'))
          : /^tree.*\/d\/moved$/.test(fact) && ansible === null && mentions(runbook, 'file ')),
  },
  {
    id: 'json-body',
    explains: ({ fact, ansible, runbook }, input) =>
      /\.result\.(content|json)$/.test(fact) &&
      argumentsFor(['uri'], input).some((args) => args['body_format'] === 'json') &&
      isDeepStrictEqual(withBody(ansible), withBody(runbook)),
  },
];

/** Returns whether the fact is about the task that shows the result of the first one. */
function isBehind(fact: string): boolean {
  return /^(first|second)\.3\.(status|result\.msg)$/.test(fact);
}

const KILLED = 'kill -9 $$';
const FILLED = ['@W@/d', '@W@/d/*', '@W@/d/?'] as const;

function firstTask({ input }: Case): JsonMap {
  const first = input.kind === 'tasks' ? input.tasks[0] : undefined;
  return isMap(first) ? first : {};
}

/** Returns whether `creates` or `removes` shows that the command need not run, in a folder that has only `d/f`. */
function isNotNeeded({ creates, removes, chdir }: JsonMap): boolean {
  const isThere = (path: Json): boolean => FILLED.some((one) => one === path) || (path === 'd' && chdir === '@W@');
  return (creates !== undefined && isThere(creates)) || (removes !== undefined && !isThere(removes));
}

/** Returns whether the state is a folder with this owner, group and mode; by default, root's and 0755. */
function isFolder(state: Json, { owner, group, mode }: JsonMap): boolean {
  const bits = typeof mode !== 'string' ? '0755' : mode === 'u=rwX,go=' ? '0700' : mode;
  return mentions(state, `folder ${bits} ${owner === null ? 0 : 1}:${group === null ? 0 : 4}`);
}

/** Files that were in the folder from the beginning, and files that the copy has written. */
const UNTOUCHED = [
  'folder 0755 0:0',
  'folder 0711 0:0',
  'file 0640 0:0 "mine',
  'link ',
  'file 0644 0:0 "other',
] as const;

function withoutContent(state: Json): string {
  return typeof state === 'string' ? state.replace(/ (?:"|\d+ bytes )[^]*$/, '') : '';
}

/** The result for a folder of root, and for one with this owner, group and mode. */
const OF_ROOT: JsonMap = { uid: 0, owner: 'root', gid: 0, group: 'root', mode: '0755' };

function resultsFor({ owner, group, mode }: JsonMap): JsonMap {
  return {
    ...(owner === null ? {} : { uid: 1, owner: 'daemon' }),
    ...(group === null ? {} : { gid: 4, group: 'adm' }),
    ...(typeof mode === 'string' ? { mode: mode === 'u=rwX,go=' ? '0700' : mode } : {}),
  };
}

function isStatusOf(fact: string, run: 'first' | 'second'): boolean {
  return new RegExp(`^${run}\\.\\d+\\.status$`).test(fact);
}

/** Returns whether the file of the download exists from the beginning. */
function isThere({ url, dest }: JsonMap, { given }: Case): boolean {
  if (dest === '@W@/t') return given.includes('printf old > t');
  return mentions(dest ?? '', '@W@/d') && mentions(url ?? '', '/text') && given.includes('printf old > d/text');
}

/** Returns the answer of the server with its body parsed as JSON. */
function withBody(answer: Json): Json {
  const told: Json = typeof answer === 'string' ? parsed(answer) : answer;
  return isMap(told) && typeof told['body'] === 'string' ? { ...told, body: parsed(told['body']) } : told;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

const HOMES = /\$HOME|(?<=["\s])~(?= )/;

/** Returns whether the values are equal after such a folder replaces each `$HOME` or `~`. */
function isFilledIn(ansible: Json, runbook: Json, home: string): boolean {
  const parts = JSON.stringify(runbook).split(HOMES);
  return new RegExp(`^${parts.map((part) => RegExp.escape(part)).join(home)}$`).test(JSON.stringify(ansible));
}

/**
 * Returns a pattern for the home directory that the task sets, or for the home of the run, which is a folder of its
 * own.
 */
function homeOf(input: Case): string {
  const { environment } = firstTask(input);
  return isMap(environment) && typeof environment['HOME'] === 'string'
    ? RegExp.escape(environment['HOME'])
    : String.raw`(?:/[\w.-]+)+`;
}
