import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BecomePrivilege } from '../../engine/connection/base/target.ts';
import { connect, type Connection } from '../../engine/connection/connection.ts';
import { startOpensshServer, type OpensshServer } from './openssh-server.ts';

/** A doas.conf for the server only: there is no such file on this machine that it could replace. */
const WITH_DOAS = `mkdir $folder/layer
mount -t tmpfs tmpfs $folder/layer
mkdir $folder/layer/upper $folder/layer/work
mount -t overlay -o lowerdir=/etc,upperdir=$folder/layer/upper,workdir=$folder/layer/work overlay /etc
for file in passwd shadow sudoers; do mount --bind $folder/$file /etc/$file; done
printf '%s\\n' 'permit nopass trusted' 'permit asked' >/etc/doas.conf
chmod 600 /etc/doas.conf`;

const BECOME: [string, string, Omit<BecomePrivilege, 'kind'>, string][] = [
  [
    'su with the password of the account',
    'plain',
    { method: 'su', user: 'asked', password: "it's secret" },
    'asked\n/\n/\n',
  ],
  ['su by root, which is asked for none', 'root', { method: 'su', user: 'asked' }, 'asked\n/\n/\n'],
  ['su by root to an account without a shell', 'root', { method: 'su', user: 'service' }, 'service\n/\n/\n'],
  [
    'su by another name, with flags',
    'plain',
    { method: 'su', user: 'asked', password: "it's secret", exe: '/usr/bin/su', flags: '-m' },
    'asked\n/\n/\n',
  ],
  ['doas without a password', 'trusted', { method: 'doas', user: 'root' }, 'root\n/root\n/root\n'],
  ['doas to another user', 'trusted', { method: 'doas', user: 'plain', flags: '-n' }, 'plain\n/\n/\n'],
  [
    'sudo by its path, with flags',
    'root',
    { method: 'sudo', user: 'plain', exe: '/usr/bin/sudo', flags: '-H -S -n' },
    'plain\n/\n/\n',
  ],
];

const REFUSED: [string, string, Omit<BecomePrivilege, 'kind'>, string, RegExp][] = [
  [
    'su with a wrong password',
    'plain',
    { method: 'su', user: 'asked', password: 'wrong' },
    'become-password-wrong',
    /password of asked/,
  ],
  [
    'su without a password',
    'plain',
    { method: 'su', user: 'asked' },
    'become-password-needed',
    /ansible_become_password/,
  ],
  ['su to no account', 'root', { method: 'su', user: 'no-such-user' }, 'no-such-account', /become_user/],
  [
    'su that is not there',
    'root',
    { method: 'su', user: 'asked', exe: '/opt/su' },
    'become-missing',
    /sudo, su or doas/,
  ],
  [
    'doas that wants a password',
    'asked',
    { method: 'doas', user: 'root', password: "it's secret" },
    'become-refused',
    /permit nopass/,
  ],
  ['doas without a rule', 'plain', { method: 'doas', user: 'root' }, 'become-refused', /doas.conf/],
  [
    'sudo that allows single commands, with a password',
    'asked',
    { method: 'sudo', user: 'root', password: "it's secret" },
    'sudo-refused',
    /single commands/,
  ],
];

describe.skipIf(process.getuid?.() !== 0).each(['ssh2', 'openssh'] as const)(
  'becoming another user over %s',
  (transport) => {
    let server: OpensshServer;
    const open: Connection[] = [];

    beforeAll(async () => {
      const accounts = [
        { name: 'asked', uid: 64_011, password: "it's secret", sudo: 'ALL=(ALL) /usr/bin/id' },
        { name: 'trusted', uid: 64_012, password: 'x', sudo: 'ALL=(ALL) NOPASSWD: /usr/bin/id' },
        { name: 'plain', uid: 64_013, password: 'x' },
        { name: 'service', uid: 64_014, password: 'open', shell: '/usr/sbin/nologin' },
      ];
      server = await startOpensshServer({}, accounts, WITH_DOAS);
    });
    afterAll(async () => {
      await Promise.all(open.map((connection) => connection.close()));
      await server.stop();
    });

    async function become(login: string, privilege: Omit<BecomePrivilege, 'kind'>): Promise<string> {
      const use = transport === 'openssh' ? 'always' : 'automatic';
      const connection = await connect(server.target({ user: login, openssh: { use } }));
      expect(connection.transport).toBe(transport);
      open.push(connection);
      const looking = await connection.looking({ kind: 'become', ...privilege });
      return (await looking.look('id -un; echo ~; echo "$HOME"')).stdout.toString();
    }

    test.each(BECOME)('%s', async (_what, login, privilege, expected) => {
      expect(await become(login, privilege)).toBe(expected);
    });

    test.each(REFUSED)('%s is told, with what to do', async (...[, login, privilege, code, remedy]) => {
      const failure = await become(login, privilege).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code, started: 'no', remedy: expect.stringMatching(remedy) });
    });
  },
);
