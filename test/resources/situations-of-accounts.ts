import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as fc from 'fast-check';
import { authorizedKeysRequest } from '../../engine/resources/authorized-keys.ts';
import { crontabRequest } from '../../engine/resources/crontab.ts';
import { groupRequest } from '../../engine/resources/group.ts';
import { passwordDigest, userRequest } from '../../engine/resources/user.ts';
import { exists } from './file-as-node-sees.ts';
import { accountName, content } from './odd-content.ts';
import type { Situations } from './situation.ts';

const GETENT = `#!/bin/sh
file=$1; shift; status=0
for key do
  case $key in [0-9]*) key="[^:]*:[^:]*:$key" ;; esac
  grep -m 1 "^$key:" "\${0%/bin/getent}/etc/$file" || status=2
done
exit $status
`;

const lineEnd = fc.constantFrom('', '\n');
const accounts = fc.uniqueArray(
  fc.record({ name: accountName, uid: fc.constantFrom(0, 5, 70_000), gid: fc.constantFrom(0, 100, 101, 70_000) }),
  {
    selector: ({ name }) => name,
    minLength: 1,
  },
);
const groups = fc.uniqueArray(
  fc.record({ name: accountName, gid: fc.constantFrom(0, 100, 101), members: fc.subarray(['ada', 'bea', 'ad']) }),
  {
    selector: ({ name }) => name,
  },
);

function passwdOf(
  folder: string,
  list: readonly { readonly name: string; readonly uid: number; readonly gid: number }[],
  end: string,
): string {
  const lines = list.map(({ name, uid, gid }) => `${name}:x:${uid}:${gid}:G. Name,\xfc:${folder}/home/${name}:/bin/sh`);
  return `${[...lines, ...lines.slice(0, 1).map((line) => line.replace(/:x:\d+/, ':x:9'))].join('\n')}${end}`;
}

function groupOf(
  list: readonly { readonly name: string; readonly gid: number; readonly members: readonly string[] }[],
  end: string,
): string {
  return list.length === 0
    ? ''
    : `${list.map(({ name, gid, members }) => `${name}:x:${gid}:${members.join(',')}`).join('\n')}${end}`;
}

const NOBODY = ['nobody-here', 'adams'];

export const ACCOUNTS = {
  authorized_keys: (folder) =>
    fc
      .tuple(accounts, fc.dictionary(accountName, content), lineEnd, content, fc.boolean())
      .map(([list, keys, end, other, isThere]) => {
        const isOf = (name: string): boolean => list.some((one) => one.name === name);
        const elsewhere = `${folder}/etc/keys/other`;
        return {
          host: {
            programs: { 'bin/getent': GETENT },
            folders: list.slice(1).map(({ name }) => `home/${name}`),
            files: {
              'etc/passwd': passwdOf(folder, list, end),
              ...(isThere ? { 'etc/keys/other': other } : {}),
              ...Object.fromEntries(
                Object.entries(keys).map(([name, text]) => [`home/${name}/.ssh/authorized_keys`, text]),
              ),
            },
          },
          asks: [
            ...[...list.map(({ name }) => name), ...NOBODY].map((name) => ({
              request: authorizedKeysRequest(name),
              is: () => {
                const path = `${folder}/home/${name}/.ssh/authorized_keys`;
                if (!isOf(name)) return { exists: false, content: null, path: undefined };
                const above = exists(dirname(path))
                  ? 'folder'
                  : exists(`${folder}/home/${name}`)
                    ? 'folder of the folder'
                    : 'nothing';
                return { exists: true, path, content: exists(path) ? readFileSync(path) : null, above };
              },
            })),
            ...['ada', 'nobody-here'].map((name) => ({
              request: authorizedKeysRequest(name, elsewhere),
              is: () => ({
                exists: isOf(name),
                path: elsewhere,
                content: exists(elsewhere) ? readFileSync(elsewhere) : null,
              }),
            })),
          ],
        };
      }),
  user: (folder) =>
    fc.tuple(accounts, groups, lineEnd, lineEnd, fc.boolean()).map(([list, table, end, groupEnd, isThere]) => {
      const holder = (uid: number): string | null => list.find((one) => one.uid === uid)?.name ?? null;
      return {
        host: {
          programs: { 'bin/getent': GETENT },
          folders: isThere ? list.map(({ name }) => `home/${name}`) : [],
          files: {
            'etc/passwd': passwdOf(folder, list, end),
            'etc/group': groupOf(table, groupEnd),
            'etc/shadow': `${list.map(({ name }) => `${name}:$6$${name}:1:0:::::`).join('\n')}${end}`,
          },
        },
        asks: [
          ...list.map(({ name, uid, gid }, index) => ({
            request: userRequest(name, { shadow: index % 2 === 0, uids: [[], [5], [70_000, 4]][index % 3] ?? [] }),
            is: () => ({
              exists: true,
              uid,
              gid,
              group: table.find((one) => one.gid === gid)?.name ?? String(gid),
              groups: table
                .filter(({ members }) => members.includes(name))
                .map((one) => one.name)
                .toSorted(),
              home: `${folder}/home/${name}`,
              homeExists: isThere,
              shell: '/bin/sh',
              ...(index % 2 === 0 ? { password: passwordDigest(`$6$${name}`) } : {}),
              ...(index % 3 === 1 ? { holders: { 5: holder(5) } } : {}),
              ...(index % 3 === 2 ? { holders: { 70_000: holder(70_000), 4: null } } : {}),
            }),
          })),
          ...NOBODY.map((name) => ({ request: userRequest(name), is: () => ({ exists: false }) })),
        ],
      };
    }),
  group: () =>
    fc.tuple(groups, lineEnd).map(([table, end]) => ({
      host: { programs: { 'bin/getent': GETENT }, files: { 'etc/group': groupOf(table, end) } },
      asks: [
        ...table.map(({ name, gid }) => ({ request: groupRequest(name), is: () => ({ exists: true, gid }) })),
        ...NOBODY.map((name) => ({ request: groupRequest(name), is: () => ({ exists: false }) })),
      ],
    })),
  crontab: () =>
    fc.dictionary(accountName, content).map((tables) => ({
      host: {
        programs: {
          'bin/crontab': `#!/bin/sh
case $1 in -u) user=$2 ;; *) user=$(id -un) ;; esac
cat "\${0%/bin/crontab}/spool/$user" 2>/dev/null && exit
case $user in adams) echo "crontab: user \\\`adams' unknown" >&2 ;; *) echo "no crontab for $user" >&2 ;; esac
exit 1
`,
        },
        files: Object.fromEntries(Object.entries(tables).map(([name, text]) => [`spool/${name}`, text])),
      },
      asks: [
        ...['root', 'nobody-here', ...Object.keys(tables).filter((name) => name !== 'root')].map((name) => ({
          request: crontabRequest(name),
          is: () => ({ available: true, content: tables[name] ?? Buffer.alloc(0) }),
        })),
        { request: crontabRequest('adams'), is: () => ({ available: true, failure: "crontab: user `adams' unknown" }) },
      ],
    })),
} satisfies Readonly<Record<string, Situations>>;
