import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type Seen, predict } from '../resources/base/resource.ts';
import { hostnameRequest } from '../resources/hostname.ts';
import { alsoDigits } from './base/arguments.ts';
import { type Context, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { editText, textNeeds, textRequest } from './edit/text-edit.ts';

const FILE = '/etc/hostname';

const schema = z.strictObject({
  name: alsoDigits(
    z
      .string()
      .regex(
        /^(?=.{1,64}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
        'must be a host name: letters, digits and hyphens, parts joined by dots, at most 64 characters',
      ),
  ).describe('The new name of the host.'),
});

export const module = defineModule<z.infer<typeof schema>>({
  name: 'hostname',
  summary:
    'Set the name of the host, now and for the next boot. /etc/hosts is not changed, and facts.hostname has the old name until the next run.',
  arguments: schema,
  freeForm: 'name',
  foreign: {
    use: 'Leave it out: runbook chooses the method from the programs of the host.',
  },
  examples: ['hostname: { name: "{{inventory_hostname}}" }'],
  observes: () => [hostnameRequest(), ...textNeeds(FILE)],
  plan: (args, _loaded, seen, context) => forRootAlone(plan(args, seen, context), 'the name of the host', context),
});

function plan({ name }: z.infer<typeof schema>, seen: Seen, context: Context): Outcome {
  const running = seen.of(hostnameRequest()).running;
  const edit = editText(FILE, (text) => (text.trim() === name ? text : `${name}\n`), { seen, context });
  if (edit.kind !== 'edit') return edit;
  const isNamed = running === name;
  if (isNamed && edit.differences.length === 0) return { kind: 'in_sync', result: { name } };
  return {
    kind: 'change',
    differences: [
      ...(isNamed ? [] : [{ kind: 'field' as const, of: 'host', field: 'name', before: running, after: name }]),
      ...edit.differences,
    ],
    certainty:
      seen.certainty(hostnameRequest()) === 'after_change' || seen.certainty(textRequest(FILE)) === 'after_change'
        ? 'after_change'
        : 'certain',
    predictions: [predict(hostnameRequest(), { running: name }), ...edit.predictions],
    touches: 'predicted',
    async apply() {
      const written = edit.differences.length === 0 ? undefined : await edit.apply();
      const live = `hostname ${quote(name)} 2>/dev/null || printf '%s\\n' ${quote(name)} >/proc/sys/kernel/hostname || exit\n`;
      return { ...written, script: `${isNamed ? '' : live}${written?.script ?? ''}` };
    },
    planned: { name },
  };
}
