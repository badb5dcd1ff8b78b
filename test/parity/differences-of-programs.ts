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
      /\.(stdout|stdout_lines|msg)$/.test(fact) &&
      argumentsFor(['command'], input).some(({ cmd, argv }) => mentions([cmd ?? '', argv ?? ''], '$HOME')) &&
      isFilledIn(ansible, runbook),
  },
  {
    id: 'killed-status',
    explains: ({ fact, ansible, runbook }, { area }) =>
      area === 'commands' && /\.result\.(rc|msg)$/.test(fact) && typeof ansible === 'number' && ansible < 0 && runbook === 128 - ansible,
  },
  {
    id: 'no-such-program',
    explains: ({ fact, ansible, runbook }, input) =>
      /\.result\.(rc|msg)$/.test(fact) &&
      ansible === 2 &&
      runbook === 127 &&
      argumentsFor(['command'], input).some(({ cmd }) => cmd === 'no-such-program'),
  },
  {
    id: 'changed-when-takes-back',
    explains: ({ fact, ansible, runbook }, { input }) =>
      /^(first|second)\.0\.status$/.test(fact) &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      input.kind === 'tasks' &&
      isMap(input.tasks[0]) &&
      typeof input.tasks[0]['changed_when'] === 'object' &&
      ['command', 'shell'].some((name) => argumentsFor([name], { ...ONE, input }, fact).some(hasGuard)),
  },
  {
    id: 'guard-before-folder',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['command', 'shell'], input).some((args) => args['chdir'] === '@W@/gone' && hasGuard(args)) &&
      (/^(first|second)\.0\.status$/.test(fact)
        ? ansible === 'failed' && (runbook === 'ok' || runbook === 'skipped')
        : /^(first|second)\.[12]\.(status|result\.msg)$/.test(fact)),
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

const ONE: Pick<Case, 'id' | 'area' | 'given' | 'files'> = { id: '', area: 'commands', given: [], files: {} };

function hasGuard({ creates, removes }: JsonMap): boolean {
  return creates !== undefined || removes !== undefined;
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

/** The same text, but for a folder in the place of each `$HOME`. */
function isFilledIn(ansible: Json, runbook: Json): boolean {
  const parts = JSON.stringify(runbook).split('$HOME');
  return parts.length > 1 && new RegExp(`^${parts.map((part) => RegExp.escape(part)).join('/[^"$]*')}$`).test(JSON.stringify(ansible));
}
