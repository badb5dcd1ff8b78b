import { z } from 'zod';
import { settingRequest } from '../resources/setting.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { boolean } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { type WantedSetting, planSettings } from './system/setting-plan.ts';

const schema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a boolean, such as httpd_can_network_connect')
    .describe('The boolean. `runbook exec HOST -a "getsebool -a"` lists the booleans of a host.'),
  state: boolean().describe('The value of the boolean.'),
  persistent: boolean()
    .default(false)
    .describe('Whether the boolean keeps the value after a boot. To set this takes some seconds.'),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'seboolean',
  summary: 'Turn booleans of SELinux on and off.',
  arguments: schema,
  foreign: {
    ignore_selinux_state: idleAs(
      [false],
      'Leave the task out where SELinux is off: when: facts.selinux != "disabled".',
    ),
  },
  examples: ['seboolean: { name: httpd_can_network_connect, state: true, persistent: true }'],
  observes: (args) => [wantedOf(args).request],
  plan: (args, _loaded, seen, context) =>
    planSettings(
      [wantedOf(args)],
      {
        what: 'the booleans of SELinux',
        program: 'getsebool',
        package: context.facts.os.family === 'debian' ? 'policycoreutils' : 'libselinux-utils',
        result: { name: args.name, state: args.state, persistent: args.persistent },
        remedyFor: (why) =>
          /disabled/i.test(why)
            ? 'Leave the task out where SELinux is off: when: facts.selinux != "disabled".'
            : undefined,
      },
      seen,
      context,
    ),
});

/**
 * The answer is the value now and, for a persistent one, the value after a boot. setsebool(8) writes it into the file
 * booleans.local of the policy; without a line there, the policy itself decides.
 */
function wantedOf({ name, state, persistent }: Arguments): WantedSetting {
  const value = state ? 'on' : 'off';
  const now = `command -v getsebool >/dev/null || exit 127
now=$(getsebool ${name} 2>&1) || { printf '%s\\n' "$now" >&2; exit 1; }
now=\${now##*--> }`;
  const later = `later='as the policy has it'
type=$(sed -n 's/^SELINUXTYPE=//p' /etc/selinux/config 2>/dev/null)
for file in "/var/lib/selinux/$type/active/booleans.local" "/etc/selinux/$type/modules/active/booleans.local" "/etc/selinux/$type/active/booleans.local"; do
  if [ -r "$file" ]; then
    case $(sed -n 's/^${name}=//p' "$file") in 1) later=on ;; 0) later=off ;; esac
    break
  fi
done
echo "$now, after a boot $later"`;
  const wanted = persistent ? `${value}, after a boot ${value}` : value;
  return {
    request: settingRequest(
      `seboolean ${name}${persistent ? ' for good' : ''}`,
      persistent ? `${now}\n${later}` : `${now}\necho "$now"`,
    ),
    wanted,
    differences: (before) => [{ kind: 'field', of: 'SELinux', field: name, before, after: wanted }],
    script: `setsebool ${persistent ? '-P ' : ''}${name} ${value}`,
  };
}
