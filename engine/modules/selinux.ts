import { z } from 'zod';
import { type Seen, predict } from '../resources/base/resource.ts';
import { type SelinuxState, selinuxRequest } from '../resources/selinux.ts';
import type { ValueMap } from '../values/base/value.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { type Context, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { editText, textNeeds, textRequest } from './edit/text-edit.ts';

const FILE = '/etc/selinux/config';

const schema = z.strictObject({
  state: z
    .enum(['enforcing', 'permissive', 'disabled'])
    .describe('`disabled` needs a reboot. Until the reboot SELinux is permissive, and reboot_required is true.'),
  policy: z
    .string()
    .regex(/^[a-z]+$/, 'must be the name of a policy')
    .optional()
    .describe('The policy, such as targeted.'),
});

type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'selinux',
  summary:
    'Set the mode of SELinux, now and for the next boot. A host without SELinux is in sync, except for state enforcing.',
  arguments: schema,
  freeForm: 'state',
  foreign: {
    update_kernel_param: idleAs([false], 'Write command: grubby --update-kernel ALL --args selinux=0.'),
    configfile: idleAs(['/etc/selinux/config'], 'Leave it out: the file is always /etc/selinux/config.'),
    conf: idleAs(['/etc/selinux/config'], 'Leave it out: the file is always /etc/selinux/config.'),
    file: idleAs(['/etc/selinux/config'], 'Leave it out: the file is always /etc/selinux/config.'),
  },
  examples: ['selinux: { state: permissive }'],
  observes: () => [selinuxRequest(), ...textNeeds(FILE)],
  plan: (args, _loaded, seen, context) => forRootAlone(plan(args, seen, context), 'SELinux', context),
});

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const { mode } = seen.of(selinuxRequest());
  const config = seen.of(textRequest(FILE));
  const isThere = !(typeof config === 'object' && config !== null && 'type' in config && config.type === 'absent');
  if (!isThere) {
    if (args.state === 'disabled' || mode === 'disabled') {
      return args.state === 'enforcing'
        ? { kind: 'impossible', what: 'This host has no SELinux', remedy: 'Install its packages and a policy first' }
        : { kind: 'in_sync', result: { state: mode, reboot_required: false } };
    }
  }
  const edit = editText(FILE, (text) => editConfig(text, args), { seen, context });
  if (edit.kind !== 'edit') return edit;
  const live = liveMode(args.state, mode);
  const result: ValueMap = { state: args.state, reboot_required: live !== args.state };
  if (edit.differences.length === 0 && live === mode) return { kind: 'in_sync', result };
  return {
    kind: 'change',
    differences: [
      ...(live === mode ? [] : [{ kind: 'field' as const, of: 'SELinux', field: 'mode', before: mode, after: live }]),
      ...edit.differences,
    ],
    certainty: seen.certainty(textRequest(FILE)),
    predictions: [...(live === mode ? [] : [predict(selinuxRequest(), { mode: live })]), ...edit.predictions],
    touches: 'predicted',
    async apply() {
      const written = edit.differences.length === 0 ? undefined : await edit.apply();
      return {
        ...written,
        script: `${live === mode ? '' : `setenforce ${live === 'enforcing' ? 1 : 0} || exit\n`}${written?.script ?? ''}`,
      };
    },
    planned: result,
  };
}

/**
 * Returns the mode that the running kernel can reach. SELinux cannot be removed from a running kernel or added to it.
 */
function liveMode(wanted: Arguments['state'], mode: SelinuxState['mode']): SelinuxState['mode'] {
  if (mode === 'disabled') return 'disabled';
  return wanted === 'enforcing' ? 'enforcing' : 'permissive';
}

function editConfig(text: string, { state, policy }: Arguments): string {
  return set(policy === undefined ? text : set(text, 'SELINUXTYPE', policy), 'SELINUX', state);
}

function set(text: string, key: string, value: string): string {
  const line = new RegExp(`^${key}=.*$`, 'm');
  if (line.test(text)) return text.replace(line, `${key}=${value}`);
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${key}=${value}\n`;
}
