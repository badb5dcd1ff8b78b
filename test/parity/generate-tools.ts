import type { Json, JsonMap } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';
import { either } from './spelled.ts';

const KEYS = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIiXCjh4t02f/fgH6r1qWwjiHM7EPgoodNZ095FcXboZ',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl',
] as const;

/** Keys of hosts in a file that has some already. */
export function knownHostsCase(chance: Chance): Draft {
  const name = chance.one(['git.example.org', '[git.example.org]:2222', '192.0.2.7'] as const);
  const key = chance.one(KEYS);
  const present: Json = { name, key: `${name} ${key}`, path: '@W@/known', state: 'present' };
  const absent: Json = { name, path: '@W@/known', state: 'absent' };
  return {
    given: chance.one<readonly string[]>([
      [],
      [`printf '%s\\n' '${name} ${KEYS[0]}' > known`],
      [`printf '%s\\n' 'other.example.org ${KEYS[0]}' '${name} ${KEYS[1]}' > known`],
      ['printf "# a comment\\n" > known'],
    ]),
    tasks: chance.one<readonly Json[]>([
      [{ known_hosts: present }],
      [{ known_hosts: absent }],
      [{ known_hosts: present }, { known_hosts: absent }],
    ]),
  };
}

/** Entries of databases that this machine has. */
export function getentCase(chance: Chance): Draft {
  const [database, key, shown] = chance.one<readonly [string, string, readonly [string, string]]>([
    ['passwd', 'root', ['{{ getent_passwd.root[4] }}', '{{getent_passwd.root.[4]}}']],
    ['passwd', 'daemon', ['{{ getent_passwd.daemon | length }}', '{{length getent_passwd.daemon}}']],
    ['group', 'root', ['{{ getent_group.root[1] }}', '{{getent_group.root.[1]}}']],
    ['services', 'ssh', ['{{ getent_services.ssh[0] }}', '{{getent_services.ssh.[0]}}']],
    ['passwd', 'nobody-here', ['{{ getent_passwd["nobody-here"] }}', '{{getent_passwd.nobody-here}}']],
  ]);
  return {
    tasks: [
      { getent: { database, key, ...chance.options<Json>({ fail_key: [false, true] }, 0.4) } },
      { debug: { msg: either(shown[0], shown[1]) } },
    ],
  };
}

/** A repository with two commits, a branch and a tag, and a checkout of it. Its files are shown, not those of Git. */
export function gitCase(chance: Chance): Draft {
  const identity = 'git -c user.name=a -c user.email=a@b -c init.defaultBranch=main -c commit.gpgsign=false';
  const dated = 'GIT_AUTHOR_DATE=@1700000000 GIT_COMMITTER_DATE=@1700000000';
  const given = [
    `mkdir '@C@/o' && cd '@C@/o'`,
    `${identity} init -q`,
    `echo one > a && ${identity} add a && ${dated} ${identity} commit -q -m one && git tag v1`,
    `git checkout -q -b side && echo side > b && ${identity} add b && ${dated} ${identity} commit -q -m side`,
    `git checkout -q main && echo two > a && ${dated} ${identity} commit -q -a -m two`,
  ];
  const args: Json = { repo: '@C@/o', dest: '@C@/d', ...chance.options<Json>({ force: [true], update: [true] }, 0.3) };
  const version = (): JsonMap => ({
    ...(args as object),
    version: chance.one(['v1', 'side', 'main', 'HEAD'] as const),
  });
  return {
    given,
    tasks: [
      { git: version(), register: 'r' },
      ...(chance.of(0.3) ? [{ command: 'rm @C@/d/a' }] : []),
      ...(chance.of(0.4) ? [{ git: version() }] : []),
      // It fails where nothing has brought the file back.
      { command: 'cp @C@/d/a @W@/a', changed_when: false, failed_when: false },
    ],
  };
}

/** A task that only tells what it would do, or that runs although others only tell. */
export function checkModeCase(chance: Chance): Draft {
  const check_mode = chance.of(0.6);
  return {
    given: chance.of(0.5) ? ['echo old > f', 'chmod 600 f'] : [],
    tasks: [
      {
        ...chance.one<Readonly<Record<string, Json>>>([
          { copy: { content: 'new\n', dest: '@W@/f', mode: '0644' } },
          { file: { path: '@W@/f', state: chance.one(['absent', 'touch'] as const) } },
          { file: { path: '@W@/d', state: 'directory', mode: '0750' } },
          { lineinfile: { path: '@W@/f', line: 'added', create: true, mode: '0600' } },
        ]),
        check_mode,
        register: 'r',
      },
      { debug: { msg: 'changed' }, when: either('r is changed', 'r.changed') },
    ],
  };
}
