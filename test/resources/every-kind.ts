import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { bootRequest } from '../../engine/resources/boot.ts';
import { file } from '../../engine/resources/file.ts';
import { type Fragment, fragmentsRequest } from '../../engine/resources/fragments.ts';
import { gitWorkTree } from '../../engine/resources/git-work-tree.ts';
import { packageListRequest, serviceListRequest } from '../../engine/resources/host-lists.ts';
import { hostnameRequest } from '../../engine/resources/hostname.ts';
import { initServiceRequest } from '../../engine/resources/init-service.ts';
import { kernelModuleRequest } from '../../engine/resources/kernel-module.ts';
import { localesRequest } from '../../engine/resources/locales.ts';
import { mountRequest } from '../../engine/resources/mount.ts';
import { npmPackages } from '../../engine/resources/npm.ts';
import { packageRequest } from '../../engine/resources/package.ts';
import { pipPackages } from '../../engine/resources/pip.ts';
import { probe, remoteAnswer } from '../../engine/resources/probe.ts';
import { selinuxRequest } from '../../engine/resources/selinux.ts';
import { settingRequest } from '../../engine/resources/setting.ts';
import { swapRequest } from '../../engine/resources/swap.ts';
import { sysctlRequest } from '../../engine/resources/sysctl.ts';
import { managerRequest } from '../../engine/resources/unit-manager.ts';
import { unitRequest } from '../../engine/resources/unit.ts';
import { owedBy } from '../../engine/run/base/owed.ts';
import { fileAsNodeSees, sha256 } from './file-as-node-sees.ts';
import { accountName, content, fileName } from './odd-content.ts';
import type { Ask, Situation, Situations } from './situation.ts';
import { ACCOUNTS } from './situations-of-accounts.ts';
import { CHANGES } from './situations-of-changes.ts';
import { CONTAINERS } from './situations-of-containers.ts';
import { DATABASES } from './situations-of-databases.ts';
import { KUBERNETES } from './situations-of-kubernetes.ts';

const lineEnd = fc.constantFrom('', '\n');

/** Situations by the name of the kind. The test fails if a kind is missing here. */
export const EVERY_KIND: Readonly<Record<string, Situations>> = {
  ...ACCOUNTS,
  ...CHANGES,
  ...DATABASES,
  ...CONTAINERS,
  ...KUBERNETES,
  file: (folder) => {
    const entry = fc.oneof(
      content.map((text) => ({ kind: 'file' as const, text })),
      fileName.map((target) => ({ kind: 'link' as const, target })),
      fc
        .constantFrom(`${folder}/files/a`, 'nowhere/below', 'sub/', '.', '../files/b', '/', 'gone/')
        .map((target) => ({ kind: 'link' as const, target })),
    );
    const look = fc.constantFrom('attributes', 'target', 'digest', 'content', 'unless');
    return fc
      .tuple(fc.dictionary(fileName, entry, { maxKeys: 8 }), fc.array(fc.tuple(fileName, look), { maxLength: 10 }))
      .map(([tree, looks]) => ({
        host: {
          folders: ['files/sub'],
          files: Object.fromEntries(
            Object.entries(tree).flatMap(([name, one]) => (one.kind === 'file' ? [[`files/${name}`, one.text]] : [])),
          ),
          links: Object.fromEntries(
            Object.entries(tree).flatMap(([name, one]) => (one.kind === 'link' ? [[`files/${name}`, one.target]] : [])),
          ),
        },
        asks: [...looks, ['no/such', 'content'] as const, ['sub', 'digest'] as const].flatMap(
          ([name, how], index, all) => {
            const path = join(folder, 'files', name);
            // Requests for the same name are sent together.
            if (all.findIndex(([other]) => other === name) !== index) return [];
            const request = how === 'unless' ? file(path, 'content', [sha256(Buffer.from('x'))]) : file(path, how);
            return [{ request, is: () => fileAsNodeSees(path, how) }];
          },
        ),
      }));
  },
  probe: (folder) =>
    fc.array(fc.tuple(content, fc.nat(100), content), { minLength: 1, maxLength: 4 }).map((answers) => ({
      host: {
        files: Object.fromEntries(
          answers.flatMap(([out, , error], index) => [
            [`out${index}`, out],
            [`error${index}`, Buffer.from(error.toString('latin1').replaceAll('\0', ''), 'latin1')],
          ]),
        ),
      },
      asks: answers.map(([out, status], index) => ({
        request: probe(`cat ${folder}/out${index}; cat ${folder}/error${index} >&2; exit ${status}`),
        is: () => ({ status, stdout: out }),
      })),
    })),
  remote: (folder) =>
    content.map((text) => ({
      host: { files: { answer: text } },
      asks: [
        { request: remoteAnswer(`cat ${folder}/answer`), is: () => ({ status: 0, stdout: text }) },
        { request: remoteAnswer('exit 7'), is: () => ({ status: 7, stdout: Buffer.alloc(0) }) },
      ],
    })),
  setting: (folder) =>
    fc
      .array(fc.tuple(fc.constantFrom('', 'a', 'present\n', "it's\n\nall", 'ünï\n\n'), fc.constantFrom(0, 1, 127)), {
        minLength: 1,
        maxLength: 4,
      })
      .map((answers) => ({
        host: { files: Object.fromEntries(answers.map(([out], index) => [`said${index}`, out])) },
        asks: answers.map(([out, status], index) => ({
          request: settingRequest(`x ${index}`, `cat ${folder}/said${index}; echo no >&2; exit ${status}`),
          is: () =>
            status === 0
              ? { kind: 'answer', text: out.replace(/\n+$/, '') }
              : status === 127
                ? { kind: 'missing' }
                : { kind: 'refused', why: 'no' },
        })),
      })),
  fragments: (folder) =>
    fc.dictionary(fileName, content, { maxKeys: 6 }).map((files) => ({
      host: {
        folders: ['d', 'd/sub', 'none'],
        files: Object.fromEntries(Object.entries(files).map(([name, text]) => [`d/${name}`, text])),
      },
      asks: [
        {
          request: fragmentsRequest(`${folder}/d`),
          is: () => ({
            exists: true,
            fragments: expect.toSatisfy(
              (found: readonly Fragment[]) =>
                JSON.stringify(found.toSorted((one, other) => (one.name < other.name ? -1 : 1))) ===
                JSON.stringify(
                  Object.entries(files)
                    .map(([name, text]) => ({ name, content: Buffer.from(text).toString('base64') }))
                    .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
                ),
            ),
          }),
        },
        { request: fragmentsRequest(`${folder}/none`), is: () => ({ exists: true, fragments: [] }) },
        { request: fragmentsRequest(`${folder}/gone`), is: () => ({ exists: false, fragments: [] }) },
      ],
    })),
  git_work_tree: (folder) =>
    fc
      .tuple(
        fc.constantFrom('1a2b', undefined),
        fc.subarray(['a', 'with space', 'ünï', 'a -> b']),
        fc.boolean(),
        fc.boolean(),
      )
      .map(([commit, modified, hasSubmodules, isRefused]) => ({
        host: {
          programs: { 'bin/git': GIT },
          folders: ['r/.git', 'none'],
          files: {
            'r/.git/words': isRefused ? 'fatal: no\nmore' : '',
            'r/.git/status': [
              `# branch.oid ${commit ?? '(initial)'}`,
              '# branch.head main',
              ...modified.map((name) => `1 .M N... 100644 100644 100644 ${'0'.repeat(40)} ${'0'.repeat(40)} ${name}`),
            ].join('\n'),
            'r/.git/remotes': 'remote.origin.url https://me:secret@host/a b.git\nremote.b.url git@host:b\n',
            'r/.git/submodules': `${hasSubmodules ? ' ' : '+'}${'a'.repeat(40)} sub (v1)\n`,
            'r/.gitmodules': '',
          },
        },
        asks: [
          {
            request: gitWorkTree(`${folder}/r`),
            is: () =>
              isRefused
                ? { kind: 'refused', why: 'fatal: no\nmore' }
                : {
                    kind: 'checkout',
                    commit,
                    remotes: { origin: 'https://********@host/a b.git', b: 'git@host:b' },
                    modified,
                    hasSubmodules,
                  },
          },
          { request: gitWorkTree(`${folder}/none`), is: () => ({ kind: 'none' }) },
        ],
      })),
  pip_packages: (folder) =>
    fc
      .dictionary(fc.constantFrom('one', 'two.three', 'Four'), fc.constantFrom('1.0', '2!1.0.post1'), { maxKeys: 3 })
      .map((list) => {
        const versions = Object.fromEntries(
          Object.entries(list).map(([name, version]) => [name.toLowerCase().replace('.', '-'), version]),
        );
        const listed = JSON.stringify(Object.entries(list).map(([name, version]) => ({ name, version })));
        return {
          host: {
            programs: { 'bin/pip9': `#!/bin/sh\ncat <<'END'\n${listed}\nEND\n` },
            folders: ['venv/lib'],
            files: {
              'venv/bin/python': '',
              ...Object.fromEntries(
                Object.entries(list).map(([name, version], index) => [
                  `venv/lib/python3.11/site-packages/${name.replace('.', '_')}-${version}${index === 0 ? '-py3.11.egg-info' : '.dist-info/METADATA'}`,
                  '',
                ]),
              ),
            },
          },
          asks: [
            {
              request: pipPackages({ kind: 'environment', path: `${folder}/venv`, withSystem: false }),
              is: () => ({ kind: 'packages', versions, isManaged: false }),
            },
            {
              request: pipPackages({ kind: 'environment', path: `${folder}/none`, withSystem: false }),
              is: () => ({ kind: 'missing' }),
            },
            {
              request: pipPackages({ kind: 'system', command: ['pip9'] }),
              is: () => ({ kind: 'packages', versions, isManaged: false }),
            },
            { request: pipPackages({ kind: 'system', command: ['pip-none'] }), is: () => ({ kind: 'missing' }) },
          ],
        };
      }),
  npm_packages: (folder) =>
    fc
      .dictionary(fc.constantFrom('one', '@a/two', 'gone'), fc.constantFrom('1.0.0', '2.0.0-rc.1'), { maxKeys: 3 })
      .map((list) => {
        const dependencies = Object.fromEntries(
          Object.entries(list).map(([name, version]) => [name, name === 'gone' ? { missing: true } : { version }]),
        );
        const known = Object.fromEntries(
          Object.entries(list).map(([name, version]) => [name, name === 'gone' ? null : { version, isWrong: false }]),
        );
        const asked = { program: 'npm9', options: [], question: undefined, preamble: '' };
        const answer = { kind: 'packages', outdated: {}, versions: [] };
        return {
          host: {
            programs: { 'bin/npm9': `#!/bin/sh\ncat <<'END'\n${JSON.stringify({ dependencies })}\nEND\nexit 1\n` },
            folders: ['an app'],
            files: { 'an app/package.json': '{}' },
          },
          asks: [
            {
              request: npmPackages({ ...asked, path: `${folder}/an app` }),
              is: () => ({ ...answer, packages: known, isProject: true }),
            },
            {
              request: npmPackages({ ...asked, path: `${folder}/none` }),
              is: () => ({ ...answer, packages: {}, isProject: false }),
            },
            {
              request: npmPackages({ ...asked, path: undefined, question: { kind: 'outdated', name: 'one' } }),
              is: () => ({ ...answer, packages: known, isProject: true }),
            },
            {
              request: npmPackages({ ...asked, path: undefined, program: 'npm-none' }),
              is: () => ({ kind: 'missing' }),
            },
          ],
        };
      }),
  package_list: () =>
    fc
      .array(
        fileName.filter((name) => !name.includes('\n')),
        { maxLength: 4 },
      )
      .map((names) => {
        const text = names.map((name) => `ii \t${name}\t1\tall\tmisc\n`).join('');
        return {
          host: {
            files: { 'etc/packages': text },
            programs: {
              'bin/dpkg': '#!/bin/sh\necho amd64\n',
              'bin/dpkg-query': '#!/bin/sh\ncat "${0%/bin/dpkg-query}/etc/packages"\n',
            },
          },
          asks: [
            {
              request: packageListRequest(), // busybox-static has a dpkg of its own, which the shell prefers; it tells no architecture.
              is: () => ({ by: expect.stringMatching(/^dpkg/), text }),
            },
          ],
        };
      }),
  service_list: () =>
    fc.constant({
      host: {
        programs: { 'bin/rc-status': '#!/bin/sh\necho "sshd [ started ]"\n', 'bin/rc-update': '#!/bin/sh\n' },
      },
      asks: [{ request: serviceListRequest(), is: () => ({ by: 'openrc', text: 'sshd [ started ]\n\n' }) }],
    }),
  locales: () =>
    fc.subarray(['C', 'POSIX', 'de_DE.utf8', 'sr_RS.utf8@latin']).map((names) => ({
      host: {
        programs: { 'bin/locale': `#!/bin/sh\n[ "$1" = -a ]\n${names.map((name) => `echo ${name}\n`).join('')}` },
      },
      asks: [{ request: localesRequest(), is: () => ({ names }) }],
    })),
  mount: (folder) =>
    fc.tuple(fc.array(fc.tuple(fileName, fileName), { maxLength: 6 }), lineEnd).map(([list, end]) => {
      const escape = (text: string): string =>
        text.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
      const all = list.map(([source, at]) => ({ source: `/dev/${source}`, at: `/mnt/${at}` }));
      const lines = all.map(({ source, at }) => `${escape(source)} ${escape(at)} ext4 rw,noatime 0 0`);
      return {
        host: {
          files: {
            'proc/self/mounts': lines.length === 0 ? '' : `${lines.join('\n')}${end === '' ? '\n' : end}`,
            'etc/disk': '',
          },
          links: { 'dev/disk/by-label/my\\x20disk': '../../../etc/disk' },
        },
        asks: [
          ...all.map(({ at }) => ({
            request: mountRequest(at, 'LABEL=my disk'),
            is: () => ({
              mounted: true,
              source: all.findLast((one) => one.at === at)?.source,
              type: 'ext4',
              options: 'rw,noatime',
              devices: { 'LABEL=my disk': realpathSync(join(folder, 'etc/disk')) },
            }),
          })),
          { request: mountRequest('/mnt', 'UUID=none'), is: () => ({ mounted: false, devices: {} }) },
        ],
      };
    }),
  sysctl: () =>
    fc
      .tuple(
        fc.uniqueArray(fc.constantFrom('a', 'ab', 'a.b', 'b:c', 'b')),
        fc.array(fc.constantFrom('0', '1\t2', 'x y', '', 'b:c:1', 'two\nlines'), { minLength: 5, maxLength: 5 }),
        fc.boolean(),
      )
      .map(([names, values, isReadOnly]) => ({
        host: {
          files: {
            'proc/self/mounts': `proc /proc proc rw 0 0\nx /proc/sys proc ${isReadOnly ? 'ro' : 'rw'} 0 0\n`,
            'proc/sys/kernel/x': '1\n',
            ...Object.fromEntries(names.map((name, index) => [`proc/sys/net/${name}`, `${values[index]}\n`])),
          },
        },
        asks: [
          ...names.map((name, index) => ({
            request: sysctlRequest(`net/${name}`),
            is: () => ({ exists: true, writable: !isReadOnly, value: values[index]?.trim().replaceAll(/\s+/g, ' ') }),
          })),
          { request: sysctlRequest('net.none'), is: () => ({ exists: false, writable: false }) },
        ],
      })),
  kernel_module: () =>
    fc
      .dictionary(
        fc.constantFrom('br', 'br_netfilter', 'a_b_c', 'a', 'overlay'),
        fc.constantFrom('loaded', 'builtin', 'listed', 'available'),
      )
      .map((list) => {
        const named = (presence: string): readonly string[] =>
          Object.keys(list).filter((name) => list[name] === presence);
        return {
          host: {
            folders: named('builtin').map((name) => `sys/module/${name}`),
            files: {
              ...Object.fromEntries(named('loaded').map((name) => [`sys/module/${name}/initstate`, 'live\n'])),
              'proc/sys/kernel/osrelease': '6.1.0\n',
              'lib/modules/6.1.0/modules.builtin': named('listed')
                .map((name) => `kernel/x/${name.replace('_', '-')}.ko`)
                .join('\n'),
              'lib/modules/6.1.0/modules.dep': named('available')
                .map((name) => `kernel/x/${name.replace('_', '-')}.ko.xz: kernel/y/a_b.ko.xz`)
                .join('\n'),
            },
          },
          asks: [...Object.keys(list), 'missing', 'netfilter'].map((name) => ({
            request: kernelModuleRequest(name),
            is: () => ({ presence: list[name] === 'listed' ? 'builtin' : (list[name] ?? 'missing') }),
          })),
        };
      }),
  init_service: () =>
    fc.dictionary(accountName, fc.tuple(fc.boolean(), fc.boolean())).map((services) => ({
      host: {
        programs: Object.fromEntries(
          Object.entries(services).map(([name, [runs]]) => [
            `etc/init.d/${name}`,
            `#!/bin/sh\necho "1 1 1"; cat\nexit ${runs ? 0 : 3}\n`,
          ]),
        ),
        links: Object.fromEntries(
          Object.keys(services)
            .filter((name) => services[name]?.[1])
            .map((name) => [`etc/rc2.d/S01${name}`, `../init.d/${name}`]),
        ),
      },
      asks: [...Object.keys(services), 'none'].map((name) => ({
        request: initServiceRequest(name),
        is: () => ({
          exists: Object.hasOwn(services, name),
          running: services[name]?.[0] ?? false,
          enabled: services[name]?.[1] ?? false,
        }),
      })),
    })),
  package: () =>
    fc
      .tuple(
        fc.dictionary(fc.constantFrom('musl', 'lib', 'lib-dev', 'libc', 'a+b'), fc.constantFrom('1', '2-r0', '1:2')),
        fc.boolean(),
        lineEnd,
      )
      .map(([versions, isApk, end]) => {
        const names = Object.keys(versions);
        const dpkg = names.map(
          (name) =>
            `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${versions[name]}\nMaintainer: x\nDescription: Version: 9\n`,
        );
        return {
          host: {
            files: isApk
              ? {
                  'lib/apk/db/installed': `${names.map((name) => `C:x\nP:${name}\nV:${versions[name]}\nT:V:9\n`).join('\n')}${end}`,
                }
              : {
                  'var/lib/dpkg/status': `${dpkg.join('\n')}\n`,
                  'lib/apk/db/installed': names.map((name) => `P:${name}\nV:${versions[name]}\n`).join('\n'),
                },
            folders: ['var/lib/dpkg/info', 'var/lib/dpkg/updates'],
          },
          asks: [...names, 'none', 'li'].map((name) => ({
            request: packageRequest(name, { candidate: false, versioned: false, declared: false }),
            is: () =>
              Object.hasOwn(versions, name)
                ? { installed: true, version: versions[name], broken: false }
                : { installed: false },
          })),
        };
      }),
  unit: () =>
    fc.dictionary(accountName, fc.constantFrom('active', 'inactive', 'failed')).map((list) =>
      systemd(list, (name) => ({
        request: unitRequest(name),
        is: () =>
          Object.hasOwn(list, name)
            ? { load: 'loaded', active: list[name] }
            : { load: 'not-found', active: 'inactive' },
      })),
    ),
  unit_manager: () =>
    fc.dictionary(accountName, fc.constantFrom('active', 'inactive')).map((list) => {
      const running = Object.keys(list)
        .filter((name) => list[name] === 'active')
        .map((name) => `${name}.service`);
      const { host } = systemd(list, () => undefined);
      return {
        host,
        asks: [
          {
            request: managerRequest(),
            is: () => ({
              running: running.toSorted(),
              changed: running.filter((name) => name.startsWith('ad')).toSorted(),
            }),
          },
        ],
      };
    }),
  swap: () =>
    fc.array(fileName, { maxLength: 4 }).map((names) => ({
      host: {
        files: {
          'proc/swaps': `Filename\t\t\t\tType\t\tSize\n${names.map((name) => `/${name.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)}   file\t\t1024\t0\t-2\n`).join('')}`,
        },
      },
      asks: [{ request: swapRequest(), is: () => ({ active: names.map((name) => `/${name}`) }) }],
    })),
  hostname: () =>
    fc.constantFrom('a', 'long.name.example', '(none)').map((name) => ({
      host: { files: { 'proc/sys/kernel/hostname': `${name}\n` } },
      asks: [{ request: hostnameRequest(), is: () => ({ running: name }) }],
    })),
  boot: () =>
    fc.constantFrom('systemd', '(sd) x) y', 'a b c').map((name) => ({
      host: {
        files: {
          'proc/sys/kernel/random/boot_id': 'b-o-o-t\n',
          'proc/1/stat': `1 (${name}) S ${Array.from({ length: 30 }, (_, index) => index + 4).join(' ')}\n`,
        },
      },
      asks: [{ request: bootRequest(), is: () => ({ id: 'b-o-o-t/22' }) }],
    })),
  selinux: () =>
    fc.constantFrom(['1', 'enforcing'], ['0\n', 'permissive'], [undefined, 'disabled']).map(([text, mode]) => ({
      host: { files: text === undefined ? { 'etc/x': '' } : { 'sys/fs/selinux/enforce': text } },
      asks: [{ request: selinuxRequest(), is: () => ({ mode }) }],
    })),
  owed: () => {
    const handler = fc.constantFrom('restart a', 'z', "it's", 'ünï', 'a:b', '"');
    const debt = fc.record({
      playbook: fc.constantFrom('site.yml', 'a b'),
      play: fc.constantFrom('one', '[2]', '\n'),
      handler,
    });
    const old = handler.map((name) => ({ playbook: undefined, play: undefined, handler: name }));
    const debts = fc.uniqueArray(fc.oneof(debt, old), { selector: (one) => JSON.stringify(one) });
    return fc.tuple(debts, debts, lineEnd).map(([root, own, end]) => {
      const listed = (list: typeof root): string =>
        list
          .map((one) =>
            one.playbook === undefined ? one.handler : JSON.stringify([2, one.playbook, one.play, one.handler]),
          )
          .join('\n');
      return {
        host: {
          files: {
            'var/lib/runbook/owed': `${listed(root)}${end}`,
            'home/me/.local/state/runbook/owed': `${listed(own)}${end}`,
          },
        },
        asks: [
          { request: owedBy('root'), is: () => root },
          { request: owedBy('ada'), is: () => own },
        ],
      };
    });
  },
};

/** A git that tells what lies in the folder `.git`. */
const GIT = `#!/bin/sh
[ ! -s .git/words ] || { cat .git/words >&2; exit 128; }
case " $* " in
  *' submodule '*) cat .git/submodules ;;
  *' status '*) cat .git/status; echo ;;
  *' config '*) cat .git/remotes ;;
esac
`;

/** A systemctl that prints these units, with an empty line between two, like the real one. */
function systemd(list: Readonly<Record<string, string>>, ask: (name: string) => Ask | undefined): Situation {
  const programs = {
    'bin/systemctl': `#!/bin/sh
units="\${0%/bin/systemctl}/units"
for last do case $last in --) names=yes ;; --state=*) names=no ;; esac; done
first=1
if [ "$names" = no ]; then set -- $(cd "$units" && grep -l '^ActiveState=active' * /dev/null); else while [ "$1" != -- ]; do shift; done; shift; fi
for unit do
  [ $first = 1 ] || echo; first=0
  if [ -e "$units/$unit" ]; then cat "$units/$unit"; else printf 'Id=%s\\nNames=%s\\nLoadState=not-found\\nActiveState=inactive\\n' "$unit" "$unit"; fi
done
`,
  };
  const files = Object.fromEntries(
    Object.entries(list).map(([name, active]) => [
      `units/${name}.service`,
      `Id=${name}.service\nNames=${name}.service alias-of-${name}.service\nLoadState=loaded\nActiveState=${active}\nNeedDaemonReload=${name.startsWith('ad') ? 'yes' : 'no'}\nDropInPaths=\n`,
    ]),
  );
  return {
    host: { programs, files: { ...files, 'units/.keep': '' }, folders: ['run/systemd/system'] },
    asks: [...Object.keys(list), 'none'].flatMap((name) => ask(name) ?? []),
  };
}
