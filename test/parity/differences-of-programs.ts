import { isDeepStrictEqual } from 'node:util';
import type { Case, Json, JsonMap } from './case.ts';
import { isMap } from './case.ts';
import type { Explanation } from './explanation.ts';
import { argumentsFor, mentions } from './explanation.ts';

/** Of commands, archives, downloads and requests. */
export const DIFFERENCES_OF_PROGRAMS: readonly Explanation[] = [
  {
    id: 'command-no-variables',
    explains: ({ fact, ansible, runbook }, input) =>
      /^(first|second)\.(0\.result\.(stdout|stdout_lines)|1\.result\.msg)$/.test(fact) &&
      argumentsFor(['command'], input).some(({ cmd, argv }) => mentions([cmd ?? '', argv ?? ''], '$HOME')) &&
      mentions(runbook, '$HOME') &&
      isFilledIn(ansible, runbook, homeOf(input)),
  },
  {
    id: 'killed-status',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['shell'], input).some(({ cmd }) => cmd === KILLED) &&
      (/^(first|second)\.(0\.result\.rc|2\.result\.msg)$/.test(fact)
        ? ansible === -9 && runbook === 137
        : /\.0\.result\.stderr(_lines)?$/.test(fact)
          ? isDeepStrictEqual([ansible, runbook].flat(), fact.endsWith('lines') ? ['Killed'] : ['', 'Killed'])
          : fact.endsWith('.0.status') && ansible === 'changed' && runbook === 'failed' && firstTask(input)['failed_when'] === 'r.rc > 4'),
  },
  {
    id: 'no-such-program',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['command'], input).some(({ cmd }) => cmd === 'no-such-program') &&
      (/^(first|second)\.(0\.result\.rc|2\.result\.msg)$/.test(fact)
        ? ansible === 2 && runbook === 127
        : fact.endsWith('.0.status') && ansible !== 'failed' && runbook === 'failed' && firstTask(input)['failed_when'] === 'r.rc > 4'),
  },
  {
    id: 'changed-when-takes-back',
    explains: ({ fact, ansible, runbook }, input) =>
      /^(first|second)\.0\.status$/.test(fact) &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      ![undefined, false].includes(firstTask(input)['changed_when'] as undefined | false) &&
      argumentsFor(['command', 'shell'], input, fact).some(isNotNeeded),
  },
  {
    id: 'guard-before-folder',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['command', 'shell'], input).some((args) => args['chdir'] === '@W@/gone' && isNotNeeded(args)) &&
      (/^(first|second)\.0\.status$/.test(fact)
        ? ansible === 'failed' && runbook === 'ok'
        : /^(first|second)\.[12]\.result\.msg$/.test(fact) && (runbook === 0 || mentions(runbook, 'skipped, since '))),
  },
  {
    id: 'status-of-no-folder',
    explains: ({ fact, ansible, runbook }, input) =>
      /^(first|second)\.0\.status$/.test(fact) &&
      ansible === 'ok' &&
      runbook === 'failed' &&
      firstTask(input)['failed_when'] === 'r.rc == 3' &&
      argumentsFor(['command', 'shell'], input, fact).some((args) => args['chdir'] === '@W@/gone' && !isNotNeeded(args)),
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
    id: 'unarchive-only-members',
    explains: ({ fact, ansible, runbook }, input) =>
      /^tree.*\/out\/top$/.test(fact) &&
      argumentsFor(['unarchive'], input).some(
        ({ src, include, owner, group, mode }) =>
          (isDeepStrictEqual(include, ['top/a']) || src === '@W@/no-folders.tgz') &&
          isFolder(ansible, { owner: owner ?? null, group: group ?? null, mode: mode ?? null }) &&
          isFolder(runbook, { owner: null, group: null, mode: null }),
      ),
  },
  {
    id: 'get-url-once',
    explains: ({ fact, ansible, runbook }, input) => {
      const stays = argumentsFor(['get_url'], input).some(
        (args) => isThere(args, input) && args['force'] !== true && args['checksum'] === undefined,
      );
      if (!stays) return false;
      if (fact.endsWith('.status')) return (ansible === 'changed' || ansible === 'failed') && (runbook === 'ok' || runbook === 'changed');
      return fact.endsWith('.result.size') ? runbook === 3 : fact.startsWith('tree') && mentions(runbook, '"old"');
    },
  },
  {
    id: 'get-url-name',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['get_url'], input).some(({ url, dest }) => mentions(url ?? '', '/moved') && mentions(dest ?? '', '@W@/d')) &&
      (mentions(fact, '/d/') || (fact.endsWith('.dest') && mentions([ansible, runbook], '/d/moved')) || fact.endsWith('.status')),
  },
  {
    id: 'json-body',
    explains: ({ fact, ansible, runbook }, input) =>
      /\.result\.(content|json)$/.test(fact) &&
      argumentsFor(['uri'], input).some((args) => args['body_format'] === 'json') &&
      isDeepStrictEqual(withBody(ansible), withBody(runbook)),
  },
];

const KILLED = 'kill -9 $$';
const FILLED = ['@W@/d', '@W@/d/*', '@W@/d/?'] as const;

function firstTask({ input }: Case): JsonMap {
  const first = input.kind === 'tasks' ? input.tasks[0] : undefined;
  return isMap(first) ? first : {};
}

/** Whether creates or removes say that there is nothing to do, in a folder in which `d/f` is all there is. */
function isNotNeeded({ creates, removes, chdir }: JsonMap): boolean {
  const isThere = (path: Json): boolean => FILLED.some((one) => one === path) || (path === 'd' && chdir === '@W@');
  return (creates !== undefined && isThere(creates)) || (removes !== undefined && !isThere(removes));
}

/** Whether the state is that of a folder with this owner, group and mode; root's and 0755 where none is told. */
function isFolder(state: Json, { owner, group, mode }: JsonMap): boolean {
  const bits = typeof mode !== 'string' ? '0755' : mode === 'u=rwX,go=' ? '0700' : mode;
  return mentions(state, `folder ${bits} ${owner === null ? 0 : 1}:${group === null ? 0 : 4}`);
}

/** Whether the file that is to be downloaded stands there from the beginning. */
function isThere({ url, dest }: JsonMap, { given }: Case): boolean {
  if (dest === '@W@/t') return given.includes('printf old > t');
  return mentions(dest ?? '', '@W@/d') && mentions(url ?? '', '/text') && given.includes('printf old > d/text');
}

/** What the server tells of a request, with its body read as JSON. */
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

/** The same, with such a folder in the place of each `$HOME`. */
function isFilledIn(ansible: Json, runbook: Json, home: string): boolean {
  const parts = JSON.stringify(runbook).split('$HOME');
  return new RegExp(`^${parts.map((part) => RegExp.escape(part)).join(home)}$`).test(JSON.stringify(ansible));
}

/** A pattern for the home directory that the task gives, or for that of the run, which is a folder of its own. */
function homeOf(input: Case): string {
  const { environment } = firstTask(input);
  return isMap(environment) && typeof environment['HOME'] === 'string' ? RegExp.escape(environment['HOME']) : String.raw`(?:/[\w.-]+)+`;
}
