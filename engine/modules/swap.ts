import { z } from 'zod';
import { type Seen, predict } from '../resources/base/resource.ts';
import { swapRequest } from '../resources/swap.ts';
import type { ValueMap } from '../values/base/value.ts';
import { type Context, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { editText, textNeeds, textRequest } from './edit/text-edit.ts';

const FILE = '/etc/fstab';

const schema = z.strictObject({
  state: z
    .enum(['off'], { error: 'must be off\nWrite "off" in quotes.' })
    .describe(
      '`off`: swap is turned off now, and its lines in /etc/fstab become comments, so that it stays off after the next boot.',
    ),
});

export const module = defineModule<z.infer<typeof schema>>({
  name: 'swap',
  summary:
    'Turn swap off, now and for the next boot. In a container, only /etc/fstab is changed, because the swap belongs to the machine.',
  arguments: schema,
  freeForm: 'state',
  examples: ['swap: { state: "off" }'],
  observes: () => [swapRequest(), ...textNeeds(FILE)],
  plan: (_args, _loaded, seen, context) => forRootAlone(plan(seen, context), 'the swap of the host', context),
});

function plan(seen: Seen, context: Context): Outcome {
  const { active } = seen.of(swapRequest());
  const isForeign = context.facts.virtualization.startsWith('container:');
  const edit = editText(FILE, commentSwap, { seen, context });
  if (edit.kind !== 'edit') return edit;
  const isOff = active.length === 0 || isForeign;
  const warnings =
    isForeign && active.length > 0 ? [`Swap is in use (${active.join(', ')}), and a container cannot turn it off`] : [];
  const result: ValueMap = { active: isForeign ? [...active] : [], warnings };
  if (isOff && edit.differences.length === 0) return { kind: 'in_sync', result };
  return {
    kind: 'change',
    differences: [
      ...(isOff ? [] : [{ kind: 'field' as const, of: 'swap', field: 'in use', before: [...active], after: [] }]),
      ...edit.differences,
    ],
    certainty: seen.certainty(textRequest(FILE)),
    predictions: [...(isOff ? [] : [predict(swapRequest(), { active: [] })]), ...edit.predictions],
    touches: 'predicted',
    async apply() {
      const written = edit.differences.length === 0 ? undefined : await edit.apply();
      // systemd makes units from fstab. Without a reload, it would activate the swap again for the next unit that wants
      // it.
      const reload =
        written === undefined
          ? ''
          : `{ ${written.script}\n} || exit\nif [ -d /run/systemd/system ]; then systemctl daemon-reload || exit; fi\n`;
      return { ...written, script: `${reload}${isOff ? '' : 'swapoff -a\n'}` };
    },
    planned: result,
  };
}

function commentSwap(text: string): string {
  return text
    .split('\n')
    .map((line) => (/^\s*[^#\s]\S*\s+\S+\s+swap(\s|$)/.test(line) ? `# ${line}` : line))
    .join('\n');
}
