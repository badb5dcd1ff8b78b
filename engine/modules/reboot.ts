import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { predict } from '../resources/base/resource.ts';
import { bootRequest } from '../resources/boot.ts';
import { idle, idleAs } from '../values/habits/foreign-argument.ts';
import { plainText, wholeNumber } from './base/arguments.ts';
import { defineModule } from './base/module.ts';

const schema = z.strictObject({
  reboot_timeout: wholeNumber({ min: 1 }).default(600).describe('Seconds within which the host must answer again.'),
  pre_reboot_delay: wholeNumber().default(0).describe('Seconds to wait before the reboot.'),
  msg: plainText().default('Reboot by runbook').describe('The message to users of the host.'),
});

export const module = defineModule<z.infer<typeof schema>>({
  name: 'reboot',
  summary: 'Reboot the host and wait until it answers again. It always reboots: add a when.',
  arguments: schema,
  foreign: {
    post_reboot_delay: idleAs(
      [0],
      'Write a task after this one: pause: {seconds: 30}, or wait_for with the port of a service.',
    ),
    connect_timeout: idle('runbook repeats its attempts until reboot_timeout is over.'),
    test_command: 'Write a task after this one: query: with the command, until: and retries:.',
    search_paths: idle('runbook searches for the command in the system directories.'),
    boot_time_command: idle('runbook recognizes a new boot by its boot_id.'),
    reboot_command: 'Write shell: with the command, then wait_for_connection: {delay: 10}.',
  },
  examples: ['reboot: {}', 'reboot: { reboot_timeout: 1200 }'],
  observes: () => [bootRequest()],
  plan(args, _loaded, seen) {
    const state = seen.of(bootRequest());
    return {
      kind: 'change',
      differences: [{ kind: 'field', of: 'host', field: 'state', before: 'running', after: 'started anew' }],
      certainty: 'certain',
      predictions: [predict(bootRequest(), { id: undefined, ended: state.id })],
      touches: 'everything',
      apply: () => ({
        script: script(args.pre_reboot_delay, args.msg),
        timeoutMs: (args.pre_reboot_delay + 60) * 1000,
        reconnect: { timeoutMs: args.reboot_timeout * 1000 },
      }),
      planned: { rebooted: true },
    };
  },
});

/**
 * Reboots a second after the end of the script, so that the answer of the script arrives. The reboot must not be a
 * child of the session, because a child ends with the session.
 */
function script(delay: number, message: string): string {
  const reboot = `sleep 1; if command -v systemctl >/dev/null && [ -d /run/systemd/system ]; then systemctl reboot; elif command -v shutdown >/dev/null; then shutdown -r now; else reboot; fi`;
  return `${delay === 0 ? '' : `sleep ${delay}\n`}if command -v wall >/dev/null; then printf '%s\\n' ${quote(message)} | wall 2>/dev/null || :; fi
if command -v setsid >/dev/null; then detach=setsid; else detach=nohup; fi
$detach sh -c ${quote(reboot)} </dev/null >/dev/null 2>&1 &
`;
}
