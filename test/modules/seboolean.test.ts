import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { module as seboolean } from '../../engine/modules/seboolean.ts';
import { SystemHost } from './system-host.ts';
import { told } from './told.ts';

// The kernels of test machines have no SELinux. These programs do what getsebool(8) and setsebool(8) say.
const PROGRAMS = `mkdir -p /home/bin /home/values /home/store /etc/selinux && echo SELINUXTYPE=targeted >/etc/selinux/config
echo off >/home/values/httpd_can_network_connect && ln -s /home/store /etc/selinux/targeted && mkdir -p /home/store/active
cat >/home/bin/getsebool <<'END'
#!/bin/sh
[ ! -e /home/disabled ] || { echo "getsebool:  SELinux is disabled" >&2; exit 1; }
[ -e "/home/values/$1" ] || { echo "Error getting active value for $1" >&2; exit 1; }
echo "$1 --> $(cat "/home/values/$1")"
END
cat >/home/bin/setsebool <<'END'
#!/bin/sh
if [ "$1" = -P ]; then
  shift
  file=/home/store/active/booleans.local
  { grep -v "^$1=" "$file" 2>/dev/null; [ "$2" = on ] && echo "$1=1" || echo "$1=0"; } >"$file.new"
  mv "$file.new" "$file"
fi
echo "$2" >"/home/values/$1"
END
chmod 755 /home/bin/* && mount --bind /home/bin /usr/local/sbin`;

describe.skipIf(SystemHost.missing !== undefined)('on a host', () => {
  let host: SystemHost;
  beforeAll(async () => {
    host = await SystemHost.start();
    const made = host.run(PROGRAMS);
    expect(made.status, made.stderr.toString()).toBe(0);
  });
  afterAll(() => host.stop());

  test('a boolean is turned on, kept, and turned off', async () => {
    const name = 'httpd_can_network_connect';
    const steps = [
      [{ name, state: true }, `SELinux ${name}: off → on`],
      [
        { name, state: true, persistent: true },
        `SELinux ${name}: on, after a boot as the policy has it → on, after a boot on`,
      ],
      [{ name, state: false }, `SELinux ${name}: on → off`],
      [{ name, state: true, persistent: true }, `SELinux ${name}: off, after a boot on → on, after a boot on`],
      [{ name: 'no_such', state: true }, 'getsebool does not answer for root: Error getting active value for no_such'],
    ] as const;
    for (const [args, expected] of steps) {
      const { outcome, failure } = await host.apply(seboolean, args);
      expect({ args, told: told(outcome), failure }).toEqual({ args, told: expected, failure: undefined });
      if (outcome.kind === 'change') expect(told(host.plan(seboolean, args))).toBe('in_sync');
    }
    host.run('touch /home/disabled');
    expect(host.plan(seboolean, { name, state: true })).toMatchObject({
      kind: 'impossible',
      remedy: 'Leave the task out where SELinux is off: when: facts.selinux != "disabled".',
    });
  });
});
