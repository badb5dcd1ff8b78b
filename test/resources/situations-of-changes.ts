import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { archiveRequest } from '../../engine/resources/archive.ts';
import { need } from '../../engine/resources/need.ts';
import { exists } from './file-as-node-sees.ts';
import { accountName, content } from './odd-content.ts';
import type { Situations } from './situation.ts';

const options = { extra: [], include: [], exclude: [], strip: 0 };
/** Names that both GNU's tar and busybox's list unchanged. */
const memberName = fc.constantFrom('a', 'b', 'with space', "quote'd", '-rf', 'a -> b', '*', 'ünï');

/** Situations that changes rely on, and the content of archives. */
export const CHANGES = {
  need: (folder) =>
    fc
      .tuple(
        fc.uniqueArray(accountName, { minLength: 1 }),
        fc.uniqueArray(accountName),
        fc.constantFrom('', '\n'),
        fc.boolean(),
      )
      .map(([users, groups, end, isFull]) => ({
        host: {
          programs: { 'bin/getent': '#!/bin/sh\nexit 2\n' },
          folders: ['d/empty', 'd/full'],
          files: {
            'etc/passwd': `${users.map((name) => `${name}:x:1:1::/:/bin/sh`).join('\n')}${end}`,
            'etc/group': `${groups.map((name) => `${name}:x:1:`).join('\n')}${end}`,
            ...(isFull ? { 'd/full/.hidden': '' } : { 'd/full/*': '' }),
          },
        },
        asks: [
          ...[...users, 'nobody-here'].map((name) => ({
            request: need({ kind: 'user', name }),
            is: () => ({ isMet: users.includes(name) }),
          })),
          ...[...groups, 'nobody-here'].map((name) => ({
            request: need({ kind: 'group', name }),
            is: () => ({ isMet: groups.includes(name) }),
          })),
          { request: need({ kind: 'empty', path: `${folder}/d/empty` }), is: () => ({ isMet: true }) },
          { request: need({ kind: 'empty', path: `${folder}/d/full` }), is: () => ({ isMet: false }) },
          { request: need({ kind: 'writable', path: `${folder}/d/new/below` }), is: () => ({ isMet: true }) },
          { request: need({ kind: 'changeable', path: `${folder}/d/new/below` }), is: () => ({ isMet: true }) },
          {
            request: need({ kind: 'member', name: String(process.getgid?.()), folder: `${folder}/d` }),
            is: () => ({ isMet: true }),
          },
          {
            request: need({ kind: 'member', name: 'nobody-here', folder: `${folder}/d` }),
            is: () => ({ isMet: false }),
          },
        ],
      })),
  archive: (folder) =>
    fc
      .tuple(fc.dictionary(memberName, content, { minKeys: 1 }), fc.subarray(['a', 'b', 'ünï']))
      .map(([members, unpacked]) => {
        // The tar of busybox lists an empty file with an arrow in its name like a hard link: the two cannot be
        // distinguished.
        const files = Object.entries(members).map(
          ([name, text]) => [name, name.includes(' -> ') ? Buffer.concat([text, Buffer.from('x')]) : text] as const,
        );
        const pack = (): void => {
          if (exists(`${folder}/a.tar`)) return;
          execFileSync('/bin/tar', [
            '-cf',
            `${folder}/a.tar`,
            '-C',
            `${folder}/in`,
            '--',
            ...files.map(([name]) => `./${name}`),
          ]);
        };
        const ask = (path: string) =>
          archiveRequest({ dest: `${folder}/to`, archive: { kind: 'host', path, options } });
        const named = (names: readonly string[]) =>
          archiveRequest({ dest: `${folder}/to`, archive: { kind: 'controller', names, isZip: false, options } });
        return {
          host: {
            folders: ['to'],
            files: {
              'etc/passwd': 'root:x:0:0::/:/bin/sh',
              'etc/group': 'root:x:0:',
              ...Object.fromEntries(files.map(([name, text]) => [join('in', name), text])),
              ...Object.fromEntries(unpacked.map((name) => [join('to', name), 'there'])),
            },
          },
          prepare: pack,
          asks: [
            {
              request: ask(`${folder}/a.tar`),
              is: () => ({
                problem: undefined,
                members: expectAll(files.map(([name, text]) => ({ name, type: 'file', size: text.length }))),
                entries: expectAll(
                  unpacked
                    .filter((name) => Object.hasOwn(members, name))
                    .map((name) => ({ name, type: 'file', size: 5 })),
                ),
              }),
            },
            { request: ask(`${folder}/none.tar`), is: () => ({ members: [], entries: [] }) },
            {
              request: named(['a', 'none', 'b']),
              is: () => ({
                entries: expectAll(
                  ['a', 'b'].filter((name) => unpacked.includes(name)).map((name) => ({ name, size: 5 })),
                ),
              }),
            },
          ],
        };
      }),
} satisfies Readonly<Record<string, Situations>>;

/** In any order. */
function expectAll(all: readonly object[]): unknown {
  return {
    asymmetricMatch: (found: unknown) =>
      Array.isArray(found) &&
      all.length === found.length &&
      all.every((one) =>
        found.some((other) => Object.entries(one).every(([key, value]) => Reflect.get(Object(other), key) === value)),
      ),
    toString: () => `${JSON.stringify(all)} in any order`,
  };
}
