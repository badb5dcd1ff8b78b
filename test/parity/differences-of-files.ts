import type { Case, Json } from './case.ts';
import type { Explanation } from './explanation.ts';
import { argumentsFor, mentions, refuses } from './explanation.ts';

const FILES = ['file', 'copy', 'template', 'lineinfile', 'blockinfile'] as const;
const WRITTEN = ['copy', 'template'] as const;

export const DIFFERENCES_OF_FILES: readonly Explanation[] = [
  {
    // What the failed last task left behind, and what the second run makes of it.
    id: 'account-first',
    explains: ({ fact }, input) => isOfTreeOrSecondRun(fact) && lastNamesNobody(input),
  },
  {
    id: 'short-modes',
    explains: ({ fact, runbook }) => refuses(fact, runbook, 'must be permission bits') && mentions(runbook, 'It is the text "0"'),
  },
  {
    id: 'slash-at-the-end',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['file'], input).some(({ path }) => path === '@W@/t/') &&
      !input.given.some((line) => line.startsWith('mkdir t')) &&
      (isStatus(fact) ? ansible === 'failed' || runbook === 'failed' : fact.startsWith('tree')),
  },
  {
    id: 'default-acl',
    explains: ({ fact, ansible, runbook }, { given }) =>
      /^tree.* \(ACL\)$/.test(fact) &&
      ansible === null &&
      mentions(runbook, 'user:1:') &&
      given.some((line) => line.startsWith('setfacl -d')),
  },
  {
    id: 'results-behind-links',
    explains: ({ fact }, input) =>
      /\.result\.(dest|uid|gid|owner|group|mode|state|size)$/.test(fact) &&
      mayBeLink(input) &&
      argumentsFor(['file'], input, fact).some(isOfWhatIsThere),
  },
  {
    id: 'set-id-bits-kept',
    explains: ({ fact, ansible, runbook }, input) =>
      input.given.includes('chmod 4755 t') &&
      argumentsFor(WRITTEN, input).length > 0 &&
      (fact.endsWith('.result.mode') || fact.startsWith('tree')) &&
      withoutSetId(runbook) === ansible,
  },
  {
    id: 'folder-at-a-broken-link',
    explains: ({ fact, ansible, runbook }, input) =>
      mayBeBroken(input) &&
      (isStatus(fact)
        ? runbook === 'failed' && ansible !== 'failed' && argumentsFor(['file'], input, fact).some(({ state }) => state === 'directory')
        : /^tree.*\/(gone|other)$/.test(fact) &&
          runbook === null &&
          mentions(ansible, 'folder ') &&
          argumentsFor(['file'], input).some(({ state }) => state === 'directory')),
  },
  {
    id: 'attributes-of-a-broken-link',
    explains: ({ fact, ansible, runbook }, input) =>
      isStatus(fact) &&
      runbook === 'failed' &&
      ansible === 'ok' &&
      mayBeBroken(input) &&
      argumentsFor(['file'], input, fact).some(({ state }) => state === undefined || state === 'file'),
  },
  {
    id: 'content-into-folder',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['copy'], input, isStatus(fact) ? fact : undefined).some((args) => 'content' in args) &&
      (isStatus(fact)
        ? ansible === 'changed' && runbook === 'failed'
        : /^tree.*\/\.[a-z0-9_]{8}$/.test(fact) && runbook === null && mentions(ansible, 'file ')),
  },
  {
    id: 'block-of-no-file',
    explains: ({ fact, ansible, runbook }, input) =>
      isStatus(fact) &&
      ansible === 'failed' &&
      runbook === 'ok' &&
      argumentsFor(['blockinfile'], input, fact).some(
        ({ state, block, create }) => (state === 'absent' || block === '') && create !== true,
      ),
  },
];

function isStatus(fact: string): boolean {
  return /^(first|second)\.\d+\.status$/.test(fact);
}

function isOfTreeOrSecondRun(fact: string): boolean {
  return fact.startsWith('tree') || fact.startsWith('second.');
}

function lastNamesNobody(input: Case): boolean {
  const { owner, group } = argumentsFor(FILES, input).at(-1) ?? {};
  return owner === 'parity-nobody' || group === 'parity-nothing';
}

function isOfWhatIsThere({ state }: { readonly state?: Json }): boolean {
  return state === undefined || state === 'touch' || state === 'file';
}

function mayBeLink(input: Case): boolean {
  return input.given.some((line) => line.startsWith('ln -s ') && line.endsWith(' t')) || makesLink(input);
}

function mayBeBroken(input: Case): boolean {
  return input.given.includes('ln -s gone t') || makesLink(input);
}

function makesLink(input: Case): boolean {
  return argumentsFor(['file'], input).some(({ state, src }) => state === 'link' && src === '@W@/other');
}

function withoutSetId(value: Json): Json {
  return typeof value === 'string' ? value.replace(/^04(?=\d{3}$)/, '0').replace(/^file 4(?=\d{3} )/, 'file 0') : value;
}
