import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import type { Seen } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { settingRequest } from '../resources/setting.ts';
import { path } from './base/arguments.ts';
import { type Context, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { inForeignHands, wayNeeds } from './path/way-to-path.ts';
import { type WantedSetting, planSettings } from './system/setting-plan.ts';

const CAPABILITY = /^(?<name>cap_[a-z_]+)(?:[=+](?<flags>[eip]{1,3}))?$/;

const schema = z
  .strictObject({
    path: path().describe('The file of the program.'),
    capability: z
      .string()
      .transform((text) => text.trim().toLowerCase())
      .refine((text) => CAPABILITY.test(text), 'must be a capability with its flags, such as cap_net_raw+ep')
      .describe('The capability with its flags, such as cap_net_bind_service+ep. `absent` needs no flags.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the file has the capability.'),
  })
  .refine(({ state, capability }) => state === 'absent' || /[=+]/.test(capability), {
    path: ['capability'],
    message: 'needs flags\nWrite e, i and p after a plus: cap_net_raw+ep.',
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'capabilities',
  summary: 'Give a program capabilities of root, and take them away, by setcap. Other capabilities of it stay.',
  arguments: schema,
  aliases: { key: 'path', cap: 'capability' },
  examples: [
    'capabilities: { path: /usr/local/bin/exporter, capability: cap_net_bind_service+ep }',
    'capabilities: { path: /usr/local/bin/exporter, capability: cap_net_raw, state: absent }',
  ],
  observes: (args) => [capabilitiesOf(args.path), file(args.path), ...wayNeeds(args.path)],
  plan(args, _loaded, seen, context) {
    const obstacle = obstacleOf(args, seen);
    if (obstacle !== undefined) return obstacle;
    const outcome = planned(args, seen, context);
    const foreign = inForeignHands([file(args.path)], seen, context);
    if (outcome.kind !== 'change' || foreign === undefined) return outcome;
    return { ...foreign, remedy: 'Put the program into a directory of root, such as /usr/local/bin.' };
  },
});

/** The answers that are no list of capabilities. */
const NO_FILE = 'no file';
const NONE = 'none';

/** Asks for the capabilities, sorted, each as `cap_net_raw=ep`. */
function capabilitiesOf(at: string): ReturnType<typeof settingRequest> {
  return settingRequest(
    `capability ${at}`,
    `command -v getcap >/dev/null && command -v setcap >/dev/null || exit 127
at=${quote(at)}
[ -f "$at" ] && [ ! -L "$at" ] || { echo '${NO_FILE}'; exit 0; }
got=$(getcap "$at") || exit 1
got=\${got#"$at"}
got=\${got# = }
[ -n "$got" ] || { echo ${NONE}; exit 0; }
for clause in $got; do
  names=\${clause%%[-=+]*}
  flags=\${clause#"$names"}
  [ -n "$names" ] || echo "=\${flags#?}"
  (IFS=,; for name in $names; do echo "$name=\${flags#?}"; done)
done | LC_ALL=C sort | tr '\\n' ' ' | sed 's/ $//'`,
  );
}

function obstacleOf({ path: at, state }: Arguments, seen: Seen): Impossible | undefined {
  const request = capabilitiesOf(at);
  const answer = seen.of(request);
  if (answer.kind !== 'answer' || seen.certainty(request) !== 'certain') return undefined;
  if (answer.text === NO_FILE && state === 'present')
    return {
      kind: 'impossible',
      what: `${at} is not a file that can have capabilities`,
      remedy: 'Install the program before this task. For a link, name the file that it leads to.',
    };
  if (!answer.text.startsWith('=')) return undefined;
  return {
    kind: 'impossible',
    what: `${at} has all capabilities at once (${answer.text})`,
    remedy: `Remove them with a task before this one: check: '! getcap ${at} | grep -q .' and apply: setcap -r ${at}`,
  };
}

function planned(args: Arguments, seen: Seen, context: Context): Outcome {
  const request = capabilitiesOf(args.path);
  const answer = seen.of(request);
  const held = answer.kind === 'answer' && answer.text.startsWith('cap_') ? answer.text.split(' ') : [];
  const { name = '', flags = '' } = CAPABILITY.exec(args.capability)?.groups ?? {};
  const others = held.filter((one) => !one.startsWith(`${name}=`));
  // getcap writes the flags in this order.
  const inOrder = ['e', 'i', 'p'].filter((flag) => flags.includes(flag)).join('');
  const all = args.state === 'absent' ? others : [...others, `${name}=${inOrder}`].sort();
  const wanted = all.length === 0 ? NONE : all.join(' ');
  const setting: WantedSetting = {
    request,
    wanted,
    accepts: (before) => args.state === 'absent' && before === NO_FILE,
    differences: (before) => [{ kind: 'field', of: args.path, field: 'capabilities', before, after: wanted }],
    script: all.length === 0 ? `setcap -r ${quote(args.path)}` : `setcap ${quote(wanted)} ${quote(args.path)}`,
  };
  return planSettings(
    [setting],
    {
      what: 'the capabilities of programs',
      program: 'setcap',
      package: 'libcap2-bin',
      result: { path: args.path, capability: args.capability, state: args.state },
    },
    seen,
    context,
  );
}
