import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type Seen, predict } from '../resources/base/resource.ts';
import { type InitServiceState, initServiceRequest } from '../resources/init-service.ts';
import { managerRequest } from '../resources/unit-manager.ts';
import { unitRequest } from '../resources/unit.ts';
import { idle, idleAs } from '../values/habits/foreign-argument.ts';
import { alsoDigits, boolean } from './base/arguments.ts';
import { type Change, type Difference, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { forUnits, unitPermission } from './system/unit-permission.ts';
import { UNIT_NAME, planReload, planUnit } from './systemd.ts';

const schema = z
  .strictObject({
    name: alsoDigits(z.string().regex(UNIT_NAME, 'must be the name of a service'))
      .optional()
      .describe('The service. It may be left out if daemon_reload is the only other argument.'),
    state: z
      .enum(['started', 'stopped', 'restarted', 'reloaded'])
      .optional()
      .describe('`restarted` and `reloaded` always act. They start a service that does not run.'),
    enabled: boolean().optional().describe('Whether the service starts at boot.'),
    daemon_reload: boolean()
      .default(false)
      .describe('As in the module systemd. It has no effect on hosts without systemd.'),
  })
  .refine(
    (args) => args.name !== undefined || (args.daemon_reload && args.state === undefined && args.enabled === undefined),
    {
      path: ['name'],
      message: 'is needed, unless daemon_reload is the only argument',
    },
  );

type Arguments = z.infer<typeof schema>;
type Named = Arguments & { readonly name: string };

export const module = defineModule<Arguments>({
  name: 'service',
  summary: 'Start, stop, restart and enable services of systemd, OpenRC or System V init.',
  arguments: schema,
  freeForm: 'name',
  aliases: { 'daemon-reload': 'daemon_reload' },
  foreign: {
    sleep: idle('a restart always waits until the service has stopped.'),
    pattern: idle('runbook asks the status command of the init script whether the service runs.'),
    args: 'Write them into the file that the service reads, /etc/default/NAME or /etc/sysconfig/NAME, with lineinfile.',
    arguments:
      'Write them into the file that the service reads, /etc/default/NAME or /etc/sysconfig/NAME, with lineinfile.',
    runlevel: idleAs(['default'], 'Leave it out: enabled always means the default run levels.'),
    use: idleAs(['auto'], 'Leave it out: runbook detects the service manager of the host.'),
    masked: idleAs([false], 'Use the module systemd, which has masked.'),
    no_block: idleAs([false], 'Use the module systemd, which has no_block.'),
    scope: idleAs(['system'], 'Use the module systemd.'),
  },
  examples: ['service: { name: haproxy, state: started, enabled: true }', 'service: { daemon_reload: true }'],
  observes(args, _loaded, context) {
    const { name } = args;
    if (context.facts.init !== 'systemd') return name === undefined ? [] : [initServiceRequest(name)];
    return [name === undefined ? managerRequest() : unitRequest(name), ...unitPermission(context)];
  },
  plan(args, _loaded, seen, context) {
    const { name } = args;
    const what = name ?? 'what systemd has read';
    if (context.facts.init === 'systemd') {
      const outcome = name === undefined ? planReload(seen) : planUnit({ ...args, name, no_block: false }, seen);
      return forUnits(outcome, what, seen, context);
    }
    return name === undefined ? { kind: 'in_sync' } : forRootAlone(plan({ ...args, name }, seen), what, context);
  },
});

function plan(args: Named, seen: Seen): Outcome {
  const asked = initServiceRequest(args.name);
  const state = seen.of(asked);
  if (!state.exists) return missing(args, seen.certainty(asked));
  const run = findRun(args, state);
  const enable = args.enabled === state.enabled ? undefined : args.enabled;
  const after: InitServiceState = {
    exists: true,
    running: run === undefined ? state.running : run !== 'stop',
    enabled: enable ?? state.enabled,
  };
  const result = { name: args.name, state: after.running ? 'started' : 'stopped', enabled: after.enabled };
  if (run === undefined && enable === undefined) return { kind: 'in_sync', result };
  return {
    kind: 'change',
    differences: differencesOf(args, state, { enable, run }),
    certainty: seen.certainty(asked),
    predictions: [predict(asked, after)],
    touches: 'predicted',
    apply: () => ({
      script: `${enable === undefined ? '' : enableScript(args.name, enable)}${run === undefined ? '' : runScript(args.name, run)}`,
    }),
    planned: result,
  };
}

function missing(args: Named, certainty: Change['certainty']): Outcome {
  if (certainty === 'after_change')
    return {
      kind: 'cannot_know',
      because: `the service ${args.name} does not exist yet; an earlier change may bring it`,
    };
  if (args.enabled !== true && (args.state === undefined || args.state === 'stopped')) return { kind: 'in_sync' };
  return {
    kind: 'impossible',
    what: `There is no service ${args.name}`,
    remedy: 'Install the package that brings it with a task before this one',
  };
}

function differencesOf(
  args: Named,
  state: InitServiceState,
  { enable, run }: { readonly enable: boolean | undefined; readonly run: Run | undefined },
): readonly Difference[] {
  const of = `service ${args.name}`;
  const before = state.running ? 'started' : 'stopped';
  return [
    ...(enable === undefined
      ? []
      : [{ kind: 'field', of, field: 'enabled', before: state.enabled, after: enable } as const]),
    ...(run === undefined ? [] : [{ kind: 'field', of, field: 'state', before, after: args.state ?? run } as const]),
  ];
}

type Run = 'start' | 'stop' | 'restart' | 'reload';

function findRun({ state: wanted }: Arguments, state: InitServiceState): Run | undefined {
  switch (wanted) {
    case undefined:
      return undefined;
    case 'started':
      return state.running ? undefined : 'start';
    case 'stopped':
      return state.running ? 'stop' : undefined;
    case 'restarted':
      return 'restart';
    case 'reloaded':
      return state.running ? 'reload' : 'start';
  }
}

function enableScript(name: string, enable: boolean): string {
  const word = quote(name);
  return `if command -v rc-update >/dev/null; then rc-update ${enable ? `add ${word} default` : `del ${word}`} || exit
elif command -v update-rc.d >/dev/null; then update-rc.d ${word} ${enable ? 'defaults' : 'remove'} || exit
else chkconfig ${word} ${enable ? 'on' : 'off'} || exit; fi
`;
}

function runScript(name: string, run: Run): string {
  return `if command -v rc-service >/dev/null; then rc-service ${quote(name)} ${run} || exit; else ${quote(`/etc/init.d/${name}`)} ${run} || exit; fi\n`;
}
