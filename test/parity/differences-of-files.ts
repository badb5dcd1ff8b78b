import { isDeepStrictEqual } from 'node:util';
import { type Case, type Json, type JsonMap, isMap, tasksOf } from './case.ts';
import type { Difference } from './compare.ts';
import { type Explanation, argumentsFor, contentOf, eachWithout, mentions, refuses, textOf } from './explanation.ts';

const FILES = ['file', 'copy', 'template', 'lineinfile', 'blockinfile'] as const;
const WRITTEN = ['copy', 'template'] as const;
/** Names of backups: with the number of a process, and with random digits. */
const OLD_NAME = /\.\d+\.\d{4}-\d\d-\d\d@[\d:]+~$/;
const NEW_NAME = /\.[\da-f]{16}\.\d{4}-\d\d-\d\d@[\d:]+~$/;

export const DIFFERENCES_OF_FILES: readonly Explanation[] = [
  {
    id: 'directories-of-a-copied-folder',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.startsWith('tree') &&
      input.given.includes('mkdir -p t/sub') &&
      mentions(ansible, 'folder 0750') &&
      mentions(runbook, 'folder 0755') &&
      argumentsFor(['copy'], input).some(({ directory_mode: mode }) => mode === '0750'),
  },
  {
    // Files that the failed last task has left, and their effects in the second run.
    id: 'account-first',
    explains: ({ fact }, input) => isOfTreeOrSecondRun(fact) && lastNamesNobody(input),
  },
  {
    id: 'short-modes',
    explains: ({ fact, runbook }) =>
      refuses(fact, runbook, 'must be permission bits') && mentions(runbook, 'It is the text "0"'),
  },
  {
    id: 'slash-at-the-end',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['file'], input).some(
        ({ path, state, force }) =>
          path === '@W@/t/' &&
          // A link replaces a folder, but cannot be made under a name with a slash.
          (!input.given.some((line) => line.startsWith('mkdir t')) || (state === 'link' && force === true)) &&
          isOfSlash(fact, state ?? null, { ansible, runbook }),
      ),
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
    // With an access list, the group bits are those of its mask.
    id: 'default-acl',
    without: (difference, input) =>
      (difference.fact.startsWith('tree') || difference.fact.endsWith('.result.mode')) &&
      argumentsFor(WRITTEN, input, difference.fact.startsWith('tree') ? undefined : difference.fact).length > 0 &&
      input.given.some((line) => line.startsWith('setfacl -d'))
        ? eachWithout(difference, (value) => withoutMask(withoutGroupBits(value)))
        : difference,
  },
  {
    id: 'results-behind-links',
    explains: ({ fact }, input) =>
      /\.result\.(dest|uid|gid|owner|group|mode|state|size)$/.test(fact) &&
      mayBeLink(input) &&
      argumentsFor(['file'], input, fact).some(isOfWhatIsThere),
  },
  {
    id: 'results-behind-links',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.result.dest') &&
      ansible === '@W@/t' &&
      runbook === '@W@/real' &&
      argumentsFor(WRITTEN, input, fact).some(({ force, follow }) => force === false && follow === true),
  },
  {
    id: 'set-id-bits-kept',
    without: ({ fact, ansible, runbook }, input) => ({
      ansible,
      runbook:
        input.given.includes('chmod 4755 t') &&
        argumentsFor(WRITTEN, input).length > 0 &&
        (fact.endsWith('.result.mode') || fact.startsWith('tree')) &&
        withoutSetId(ansible) === ansible
          ? withoutSetId(runbook)
          : runbook,
    }),
  },
  {
    id: 'folder-at-a-broken-link',
    explains: ({ fact, ansible, runbook }, input) =>
      mayBeBroken(input) &&
      (isStatus(fact)
        ? runbook === 'failed' &&
          ansible !== 'failed' &&
          argumentsFor(['file'], input, fact).some(({ state }) => state === 'directory')
        : /^tree.*\/(gone|other)$/.test(fact) &&
          runbook === null &&
          mentions(ansible, 'folder ') &&
          argumentsFor(['file'], input).some(({ state }) => state === 'directory')),
  },
  { id: 'link-to-itself', explains: ({ fact, runbook }) => refuses(fact, runbook, 'the link would lead to itself') },
  {
    // Later tasks see the folder, or do not see it.
    id: 'folder-at-a-broken-link',
    explains: ({ fact }, input) => {
      const from = folderAtBrokenLink(input);
      if (from === undefined) return false;
      if (fact.startsWith('tree'))
        return (!from.isSecond || fact.startsWith('tree after')) && /\/(gone|other|t)(\/[^/]+)?( \(ACL\))?$/.test(fact);
      return isSecond(fact)
        ? !from.isSecond || numberOf(fact) > from.index
        : !from.isSecond && numberOf(fact) > from.index;
    },
  },
  {
    id: 'symbolic-mode-of-what-is-new',
    without: (difference, input) =>
      input.given.some((line) => line.startsWith('setfacl -d')) &&
      argumentsFor(['file'], input).some(
        ({ state, mode }) => (state === 'directory' || state === 'touch') && isSymbolic(mode ?? null),
      ) &&
      (difference.fact.endsWith('.result.mode') || difference.fact.startsWith('tree'))
        ? eachWithout(difference, (value) => withoutMask(withoutGroupBits(value)))
        : difference,
  },
  {
    id: 'access-time-left-out',
    explains: ({ fact, ansible, runbook }, input) =>
      isStatus(fact) &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      argumentsFor(['file'], input, fact).some(
        ({ state, modification_time, access_time }) =>
          state === 'touch' && modification_time === 'preserve' && access_time === undefined,
      ),
  },
  {
    id: 'attributes-of-a-broken-link',
    explains: ({ fact, ansible, runbook }, input) =>
      isStatus(fact) &&
      runbook === 'failed' &&
      (argumentsFor(['file'], input, fact).some(({ state, src }) => state === 'link' && src === 'gone')
        ? ansible !== 'failed' &&
          argumentsFor(['file'], input, fact).some(({ owner, group }) => (owner ?? group) !== undefined)
        : ansible === 'ok' &&
          mayBeBroken(input) &&
          argumentsFor(['file'], input, fact).some(
            ({ state }) => state === undefined || state === 'file' || state === 'touch',
          )),
  },
  {
    id: 'linked-folder-without-force',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(WRITTEN, input).some(
        ({ dest, force, content }) => dest === '@W@/t' && force === false && content === undefined,
      ) &&
      input.given.includes('mkdir -p real/sub') &&
      input.given.includes('ln -s real t') &&
      (isStatus(fact)
        ? ansible === 'ok' && (runbook === 'changed' || runbook === 'failed')
        : fact.endsWith('.result.dest') || (/^tree.*\/real\/(t\.tpl|f)$/.test(fact) && ansible === null)),
  },
  {
    id: 'content-into-folder',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['copy'], input, fact.startsWith('first.') ? fact : undefined).some((args) => 'content' in args) &&
      (fact.startsWith('second.') && makesLink(input)
        ? argumentsFor(['file'], input).some(({ state }) => state === 'directory')
        : isStatus(fact)
          ? (ansible === 'changed' || (ansible === 'ok' && isForceFalse(input, fact))) && runbook === 'failed'
          : /^tree.*\/\.[a-z0-9_]{8}$/.test(fact) && runbook === null && mentions(ansible, 'file ')),
  },
  {
    id: 'names-of-temporary-files',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['tempfile'], input).length > 0 &&
      /\.result\.(path|stat)$/.test(fact) &&
      isDeepStrictEqual(nameless(ansible, runbook), nameless(runbook, ansible)),
  },
  {
    id: 'below-a-file',
    explains: ({ fact, ansible, runbook }, input) =>
      isStatus(fact) &&
      ansible === 'failed' &&
      runbook === 'ok' &&
      argumentsFor(['stat'], input, fact).some(({ path }) => path === '@W@/d/a.log/x'),
  },
  {
    id: 'block-to-remove',
    explains: ({ fact, ansible, runbook }, input) =>
      isStatus(fact) &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      argumentsFor(['blockinfile'], input, fact).some(isRemoved),
  },
  {
    id: 'block-to-remove',
    without: (difference, input) =>
      difference.fact.startsWith('tree') && argumentsFor(['blockinfile'], input).some(isRemoved)
        ? eachWithout(difference, withoutEmptyLines)
        : difference,
  },
  {
    id: 'windows-line-ends',
    explains: ({ fact, ansible, runbook }, input) =>
      isStatus(fact) &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      input.given.some((line) => line.includes('\\r\\n')) &&
      argumentsFor(['lineinfile', 'blockinfile'], input, fact).length > 0,
  },
  {
    id: 'link-to-come',
    explains: ({ fact, ansible, runbook }, input) =>
      input.given.includes('ln -s gone t') &&
      argumentsFor(WRITTEN, input, fact.includes('.result.') ? fact : undefined).some(
        ({ follow }) => follow === true,
      ) &&
      ((/^tree.*\/t$/.test(fact) && mentions(ansible, 'file ') && mentions(runbook, 'link ')) ||
        (/^tree.*\/gone$/.test(fact) && ansible === null && mentions(runbook, 'file ')) ||
        (fact.endsWith('.result.dest') && ansible === '@W@/t' && runbook === '@W@/gone')),
  },
  {
    id: 'validated-first',
    explains: ({ fact, ansible, runbook }, input) =>
      /^tree[^/]*\/t( \(ACL\))?$/.test(fact) &&
      (mentions(ansible, 'folder ') || fact.endsWith('(ACL)')) &&
      runbook === null &&
      argumentsFor(WRITTEN, input).some((args) => 'validate' in args && args['dest'] === '@W@/t/'),
  },
  {
    id: 'validated-first',
    explains: ({ fact, ansible, runbook }, input) =>
      (/^second\.\d\.status$/.test(fact)
        ? ansible !== 'failed' &&
          runbook === 'failed' &&
          argumentsFor(WRITTEN, input, fact).some((args) => bringsNothing(args, input))
        : /^tree.*\/t$/.test(fact) && mentions(runbook, 'link ') && mentions(ansible, 'file ')) &&
      argumentsFor(WRITTEN, input).some((args) => 'validate' in args),
  },
  {
    id: 'hard-link-at-a-folder',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['file'], input, isStatus(fact) ? fact : undefined).some(({ state }) => state === 'hard') &&
      (isStatus(fact)
        ? runbook === 'failed' && ansible !== 'failed'
        : /^tree.*\/t\/(s|in)$/.test(fact) && mentions(ansible, 'file ')),
  },
  {
    id: 'hard-link-at-a-folder',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['file'], input).some(({ state }) => state === 'hard') &&
      input.given.some((line) => line.startsWith('mkdir t')) &&
      /^tree[^/]*\/(s|d\/in)$/.test(fact) &&
      contentOf(ansible) === contentOf(runbook),
  },
  {
    id: 'hard-link-at-a-folder',
    explains: ({ fact, ansible, runbook }, { given, input }) =>
      tasksOf(input).some((task) => isMap(task) && isMap(task['file']) && task['file']['state'] === 'hard') &&
      given.includes('mkdir -p real/sub') &&
      given.includes('ln -s real t') &&
      (fact.endsWith('.result.dest')
        ? typeof ansible === 'string' && /^@W@\/t\/(s|in)$/.test(ansible) && runbook === '@W@/t'
        : /^tree.*\/real\/(s|in)$/.test(fact)
          ? runbook === null
          : /^tree[^/]*\/t$/.test(fact) && mentions(ansible, 'link ') && mentions(runbook, 'file ')),
  },
  {
    id: 'attributes-of-a-hard-link',
    explains: ({ fact, ansible, runbook }, input) => {
      const isBroken = input.given.includes('ln -s gone t');
      if (
        !(isBroken || input.given.includes('ln -s real t')) ||
        !argumentsFor(['file'], input).some(isHardWithAttributes)
      )
        return false;
      if (isStatus(fact))
        return isSecond(fact) ? ansible === 'changed' && runbook === 'ok' : isBroken && ansible === 'failed';
      if (/^first\.\d\.result\.(uid|owner|gid|group|mode)$/.test(fact))
        return argumentsFor(['file'], input, fact).some(isHardWithAttributes);
      return (
        /^tree[^/]*\/(real|t|s|d\/in)$/.test(fact) &&
        mentions(runbook, 'file ') &&
        contentOf(ansible) === contentOf(runbook)
      );
    },
  },
  {
    id: 'state-of-several-names',
    explains: ({ fact, ansible, runbook }, { given }) =>
      fact.endsWith('.result.state') && ansible === 'hard' && runbook === 'file' && given.includes('ln real t'),
  },
  {
    id: 'backup-names',
    explains: ({ fact, ansible, runbook }, { input }) => {
      if (!tasksOf(input).some((task) => /"backup":true/.test(JSON.stringify(task)))) return false;
      if (fact.endsWith('.result.backup_file')) return OLD_NAME.test(textOf(ansible)) && NEW_NAME.test(textOf(runbook));
      return (
        fact.startsWith('tree') && (runbook === null ? OLD_NAME.test(fact) : ansible === null && NEW_NAME.test(fact))
      );
    },
  },
  {
    id: 'copy-folder-of-host',
    explains: ({ fact, ansible, runbook }, input) =>
      input.given.includes('rm -r out') &&
      argumentsFor(['copy'], input).some(({ remote_src: here, dest }) => here === true && dest === '@W@/out/top') &&
      (isStatus(fact)
        ? ansible === 'failed' && runbook !== 'failed'
        : /^tree[^/]*\/out(\/|$)/.test(fact) && ansible === null),
  },
  {
    id: 'copy-folder-of-host',
    explains: ({ fact, ansible, runbook }, input) =>
      argumentsFor(['copy'], input).some(
        ({ remote_src: here, force, src }) =>
          here === true &&
          force === false &&
          (textOf(src ?? '').endsWith('/') || input.given.some((line) => line.includes('out/top'))),
      ) &&
      (fact === 'first.0.status'
        ? ansible === 'ok' && runbook === 'changed'
        : /^tree[^/]*\/out\//.test(fact) && ansible === null),
  },
  {
    id: 'copy-folder-of-host',
    explains: ({ fact, ansible, runbook }, input) =>
      /^tree[^/]*\/out(\/|$)/.test(fact) &&
      !input.given.includes('rm -r out') &&
      / 0:0( |$)/.test(textOf(runbook)) &&
      textOf(ansible).replace(/ \d+:\d+/, ' 0:0') === textOf(runbook) &&
      argumentsFor(['copy'], input).some((args) => 'owner' in args || 'group' in args),
  },
  {
    id: 'block-of-no-file',
    explains: ({ fact, ansible, runbook }, input) =>
      isStatus(fact) &&
      ansible === 'failed' &&
      runbook === 'ok' &&
      argumentsFor(['blockinfile'], input, fact).some((args) => isRemoved(args) && args['create'] !== true),
  },
  {
    id: 'block-of-no-file',
    explains: ({ fact, ansible, runbook }, input) =>
      /^tree[^/]*\/t$/.test(fact) &&
      runbook === null &&
      contentOf(ansible) === '""' &&
      argumentsFor(['blockinfile'], input).some((args) => isRemoved(args) && args['create'] === true),
  },
];

/**
 * Removes random parts and the digest, which another row explains; of a look, keeps the members that both tools have.
 */
function nameless(value: Json, other: Json): Json {
  if (typeof value === 'string')
    return value.replace(/(ansible\.|runbook\.|pre-|a b)[\da-z_]{8,16}/, (_, before: string) =>
      before.replace('ansible.', 'runbook.'),
    );
  if (!isMap(value) || !isMap(other)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      key in other && key !== 'checksum' ? [[key, nameless(item, '')]] : [],
    ),
  );
}

function isRemoved({ state, block }: { readonly state?: Json; readonly block?: Json }): boolean {
  return state === 'absent' || block === '';
}

/** Returns whether the task brings an empty file, by its text or by a file of the controller. */
function bringsNothing({ content, src }: JsonMap, { files }: Case): boolean {
  return content === '' || files[textOf(src).replace('@C@/', '')] === '';
}

function withoutEmptyLines(value: Json): Json {
  return typeof value === 'string'
    ? value
        .replaceAll(/((?:\\r)?\\n)+/g, '$1')
        .replace(/^([^"]*")(?:\\r)?\\n/, '$1')
        .replace(/(?:\\r)?\\n"$/, '"')
    : value;
}

function isStatus(fact: string): boolean {
  return /^(first|second)\.\d+\.status$/.test(fact);
}

/** Finds the first task that needs a folder where a link leads nowhere, in the first run or in the second. */
function folderAtBrokenLink(input: Case): { readonly isSecond: boolean; readonly index: number } | undefined {
  const made = tasksOf(input.input).map(madeAtPath);
  let isBroken = input.given.includes('ln -s gone t');
  for (const isSecond of [false, true]) {
    for (const [index, kind] of made.entries()) {
      if (kind === 'directory' && isBroken) return { isSecond, index };
      if (kind !== undefined) isBroken = kind === 'link';
    }
  }
  return undefined;
}

/** Returns what is at the path after the task; undefined if the task leaves the existing file. */
function madeAtPath(task: Json): 'directory' | 'link' | 'other' | undefined {
  if (!isMap(task)) return undefined;
  const { file, copy } = task;
  if (isMap(copy)) return copy['dest'] === '@W@/t' ? 'other' : undefined;
  if (!isMap(file)) return undefined;
  if (file['state'] === 'directory') return 'directory';
  if (file['state'] === 'link') return file['src'] === '@W@/other' ? 'link' : 'other';
  return file['state'] === 'absent' ? 'other' : undefined;
}

function isForceFalse(input: Case, fact: string): boolean {
  return argumentsFor(['copy'], input, fact).some(({ force }) => force === false);
}

function isHardWithAttributes({ state, owner, group, mode }: JsonMap): boolean {
  return state === 'hard' && (owner ?? group ?? mode) !== undefined;
}

function isSecond(fact: string): boolean {
  return fact.startsWith('second.');
}

function numberOf(fact: string): number {
  return Number(/^(?:first|second)\.(\d+)/.exec(fact)?.[1]);
}

/** Returns whether this is the state that Ansible makes of a file whose path ends in a slash. */
function isOfSlash(fact: string, state: Json, { ansible, runbook }: Pick<Difference, 'ansible' | 'runbook'>): boolean {
  if (/^tree[^/]*\/(t|real|gone|s|d)(\/.*)?( \(ACL\))?$/.test(fact)) return true;
  if (fact.endsWith('.result.path')) return state === 'directory' && ansible === '@W@/t' && runbook === '@W@/real';
  if (!isStatus(fact)) return false;
  if (state === 'absent' && ansible === 'ok' && runbook === 'changed') return true;
  return state === 'directory' ? runbook === 'failed' : ansible === 'failed';
}

function isSymbolic(mode: Json): boolean {
  return typeof mode === 'string' && /[=+-]/.test(mode);
}

function withoutGroupBits(value: Json): Json {
  return typeof value === 'string' ? value.replace(/^((?:file |folder )?\d\d)\d(?=\d\b)/, '$1-') : value;
}

/** The mask is the group's part of the mode, and the effective rights follow from it. */
function withoutMask(value: Json): Json {
  return typeof value === 'string' ? value.replaceAll(/\s#effective:\S+/g, '').replace(/ mask::\S+/, ' mask') : value;
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
