import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { module as copy } from '../../../engine/modules/copy.ts';
import { SystemHost } from '../system-host.ts';
import { told } from '../told.ts';

const GIVEN = `mkdir -p /home/s/sub/e /home/x /home/open/sub && cd /home
echo a >s/a && chmod 755 s/a && echo b >"s/sub/b 'c" && ln -s a s/l && chown nobody x && chmod 777 open/sub && echo o >open/sub/o
mkdir -p bits/open bits/closed/deep && cd bits && touch open/f closed/set && chmod 664 open/f && chmod 4755 closed/set
chmod 711 closed/deep && chmod 700 closed && chmod 555 open && chmod 750 .`;

type Step = readonly [args: object, told: string, command?: string, prints?: string];

const STEPS: readonly Step[] = [
  [
    { src: '/home/s/', dest: '/home/t' },
    "/home/t state: absent → directory\n/home/t/a state: absent → a copy of /home/s/a\n/home/t/l state: absent → a copy of /home/s/l\n/home/t/sub state: absent → a copy of /home/s/sub\n/home/t/sub/b 'c state: absent → a copy of /home/s/sub/b 'c\n/home/t/sub/e state: absent → a copy of /home/s/sub/e",
    'cd /home/t && find . | sort && stat -c "%a %N" a l',
    ".\n./a\n./l\n./sub\n./sub/b 'c\n./sub/e\n755 'a'\n755 'l'",
  ],
  // The directory of the task gets the owner if it is new, and keeps it otherwise. Nothing beside a file is touched.
  [
    { src: '/home/s', dest: '/home/own/er', owner: 'nobody' },
    'several',
    'stat -c "%U %n" /home/own /home/own/er /home/own/er/s /home/own/er/s/a; echo mine >/home/own/er/s/a.runbook-new; echo c >/home/s/a',
    'root /home/own\nnobody /home/own/er\nnobody /home/own/er/s\nnobody /home/own/er/s/a',
  ],
  [
    { src: '/home/s', dest: '/home/own', owner: 'nobody', unsafe_path: true },
    'several',
    'stat -c %U /home/own; ls -A /home/own/s',
    'root\na\nl\nsub',
  ],
  [
    { src: '/home/s', dest: '/home/own/er', owner: 'nobody', unsafe_path: true },
    'several',
    'ls -A /home/own/er/s; echo a >/home/s/a',
    'a\na.runbook-new\nl\nsub',
  ],
  // What is new has the bits of its source, and what is closed is not opened by the copy.
  [
    { src: '/home/bits/', dest: '/home/copied' },
    'several',
    'cd /home/copied && stat -c "%a %n" . open open/f closed closed/set closed/deep',
    '750 .\n555 open\n664 open/f\n700 closed\n755 closed/set\n711 closed/deep',
  ],
  [
    { src: '/home/bits/', dest: '/home/chosen', directory_mode: '0710', mode: 'preserve' },
    'several',
    'cd /home/chosen && stat -c "%a %n" . open open/f closed',
    '710 .\n710 open\n664 open/f\n710 closed',
  ],
  [
    { src: '/home/bits', dest: '/home/within', directory_mode: 'g-w' },
    'the mode of a folder of the host must be octal digits: Write digits, such as "0644"; or set it by a task after this one: file: { path: …, mode: …, recurse: true }.',
  ],
  [{ src: '/home/s', dest: '/home/t', mode: '0600' }, 'several', 'stat -c %a /home/t/s/a', '600'],
  [
    { src: '/home/s', dest: '/home/t', mode: '0640' },
    "/home/t/s/a owner, group, mode: others → as wanted\n/home/t/s/l owner, group, mode: others → as wanted\n/home/t/s/sub/b 'c owner, group, mode: others → as wanted",
  ],
  [{ src: '/home/s/', dest: '/home/t' }, 'in_sync', 'echo z >/home/t/a; rm /home/t/l', ''],
  [{ src: '/home/s/', dest: '/home/t', force: false }, '/home/t/l state: absent → a copy of /home/s/l'],
  [{ src: '/home/s/', dest: '/home/t' }, '/home/t/a content: another → that of /home/s/a'],
  [{ src: '/home/s/', dest: '/home/t', delete: true }, 'several', 'ls /home/t', 'a\nl\nsub'],
  [
    { src: '/home/s/', dest: '/home/x' },
    'another user can change names in /home/x, or on the way to it: A folder of the host is copied file by file, and that user could lead them elsewhere.',
  ],
  [
    { src: '/home/open/', dest: '/home/o' },
    'another user can change names in /home/open/sub: A folder of the host is copied file by file, and that user could lead them elsewhere.',
  ],
  [
    { src: '/home/open/', dest: '/home/o', unsafe_path: true },
    '/home/o state: absent → directory\n/home/o/sub state: absent → a copy of /home/open/sub\n/home/o/sub/o state: absent → a copy of /home/open/sub/o',
  ],
  [
    { src: '/home/s/', dest: '/home/t', mode: 'u=rw' },
    'the mode of a folder of the host must be octal digits: Write digits, such as "0644"; or set it by a task after this one: file: { path: …, mode: …, recurse: true }.',
  ],
  [
    { src: '/home/none', dest: '/home/t' },
    '/home/none does not exist on the host: Leave remote_src out for a file on the controller.',
  ],
];

describe.skipIf(SystemHost.missing !== undefined)('a folder of the host', () => {
  let host: SystemHost;
  beforeAll(async () => {
    host = await SystemHost.start();
    const made = host.run(GIVEN);
    expect(made.status, made.stderr.toString()).toBe(0);
  });
  afterAll(() => host.stop());

  test('is copied, compared, and made equal', { timeout: 120_000 }, async () => {
    for (const [args, expected, command, prints] of STEPS) {
      const { outcome, failure } = await host.apply(copy, { remote_src: true, ...args });
      const lines = told(outcome);
      expect({ args, told: expected === 'several' && lines.includes('\n') ? 'several' : lines, failure }).toEqual({
        args,
        told: expected,
        failure: undefined,
      });
      if (outcome.kind === 'change')
        expect({ args, again: told(host.plan(copy, { remote_src: true, ...args })) }).toEqual({
          args,
          again: 'in_sync',
        });
      if (command !== undefined) expect(host.run(command).stdout.toString().trim()).toBe(prints);
    }
  });

  test('what is of another type is refused', async () => {
    expect(host.run('mkdir -p /home/k/a && mkfifo /home/s/sub/pipe').status).toBe(0);
    const plan = (dest: string): string => told(host.plan(copy, { remote_src: true, src: '/home/s/', dest }));
    expect(plan('/home/k')).toBe(
      '/home/k/a is of another type than /home/s/a: Remove it with a task before this one: file: { path: /home/k/a, state: absent }',
    );
    expect(plan('/home/new')).toContain('/home/s/sub/pipe is neither a file nor a folder');
  });
});
