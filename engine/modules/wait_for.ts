import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { CALMLY } from '../resources/base/unhindered-read.ts';
import { probe } from '../resources/probe.ts';
import { path, plainText, wholeNumber } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { extendedPattern, NoExtendedPattern } from './command/extended-pattern.ts';

const schema = z
  .strictObject({
    port: wholeNumber({ min: 1, max: 65_535 })
      .optional()
      .describe('A TCP port to wait for: until it accepts connections; with state: stopped, until it no longer does.'),
    host: plainText()
      .refine((value) => /^[A-Za-z0-9_.:-]+$/.test(value) && !value.startsWith('-'), 'must be a name or an address')
      .default('127.0.0.1')
      .describe('The name or address of the machine with the port, as seen from the host.'),
    path: path()
      .optional()
      .describe('A path to wait for: until it exists; with state: absent, until it no longer does.'),
    search_regex: plainText()
      .superRefine((value, context) => {
        const fault = patternFault(value);
        if (fault !== undefined) context.addIssue(fault);
      })
      .optional()
      .describe(
        'With path: a regular expression. The task waits until a line of the file matches it; with state: absent, until no line matches.',
      ),
    state: z
      .enum(['started', 'stopped', 'present', 'absent'], {
        error:
          'must be one of started, stopped, present, absent\nFor drained write query: ss -Htn state established "sport = :PORT", with register: r, until: r.stdout == "", retries and delay.',
      })
      .default('started')
      .describe('The state to wait for.'),
    timeout: wholeNumber({ min: 1 }).default(300).describe('Seconds after which the task fails.'),
    delay: wholeNumber().default(0).describe('Seconds before the first check.'),
    sleep: wholeNumber({ min: 1 }).default(1).describe('Seconds between two checks.'),
    connect_timeout: wholeNumber({ min: 1 }).default(5).describe('Seconds for one attempt to connect.'),
    msg: plainText().optional().describe('The name of the thing that the task waits for, for messages.'),
  })
  .refine(
    (args) => (args.port === undefined) !== (args.path === undefined),
    'give port or path\nTo wait for a time alone, write pause: {seconds: 30}.',
  )
  .refine(
    (args) => args.search_regex === undefined || args.path !== undefined,
    'search_regex needs path\nAsk the port by a query: with until: that looks at its answer.',
  );
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'wait_for',
  summary: 'Wait until a port accepts connections or a path exists. A plan does not wait.',
  arguments: schema,
  foreign: {
    active_connection_states:
      'Leave it out: runbook has no state drained. To wait for connections to end, write query: ss -Htn sport = :PORT, with until: and retries:.',
    exclude_hosts: 'Leave it out: runbook has no state drained.',
  },
  examples: ['wait_for: { port: 6443, timeout: 120 }', 'wait_for: { path: /run/haproxy.sock }'],
  observes: (args) => [probe(once(args))],
  plan(args, _loaded, seen) {
    if (args.delay === 0 && seen.of(probe(once(args))).status === 0)
      return { kind: 'in_sync', result: { state: args.state } };
    const script = `look() {
${once(args)}
}
end=$(($(date +%s) + ${args.timeout}))
sleep ${args.delay}
until (look); do
  [ "$(date +%s)" -lt "$end" ] || exit 1
  sleep ${args.sleep}
done`;
    return { kind: 'await', what: args.msg ?? describe(args), script, timeoutMs: args.timeout * 1000 };
  },
});

function describe(args: Arguments): string {
  if (args.path === undefined) return `port ${args.port} of ${args.host} to be ${isGone(args) ? 'closed' : 'open'}`;
  return args.search_regex === undefined
    ? `${args.path} to be ${isGone(args) ? 'gone' : 'there'}`
    : `${args.path} to match ${args.search_regex}`;
}

function isGone(args: Arguments): boolean {
  return args.state === 'absent' || args.state === 'stopped';
}

/** Returns a script that looks once. It exits with 0 if the condition holds. */
function once(args: Arguments): string {
  const positive =
    args.path === undefined
      ? connectScript(args.host, args.port ?? 0, args.connect_timeout)
      : pathScript(args.path, args.search_regex);
  return isGone(args) ? `! (\n${positive}\n)` : positive;
}

function pathScript(file: string, pattern: string | undefined): string {
  if (pattern === undefined) return `[ -e ${quote(file)} ]`;
  const { source, ignoreCase } = extendedPattern(pattern);
  // The owner of the folder may put a named pipe there, and grep would wait at it longer than the timeout of the task.
  return `${CALMLY}
[ -f ${quote(file)} ] && how_calmly && calmly ${quote(file)} | grep -Eq${ignoreCase ? 'i' : ''} -e ${quote(source)}`;
}

/**
 * Returns the fault of a pattern for grep. The file is searched on the host, so that a long log need not be sent to the
 * controller.
 */
function patternFault(pattern: string): string | undefined {
  try {
    extendedPattern(pattern);
    return undefined;
  } catch (error) {
    if (!(error instanceof NoExtendedPattern)) throw error;
    return `must be a pattern that grep -E can look for, and ${error.message} is not one\nWrite it without, or look by query: and until:.`;
  }
}

/** Connects by bash, nc or curl. Without them, the socket table of the kernel shows local ports. */
function connectScript(host: string, port: number, seconds: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return `if command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
  timeout ${seconds} bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash ${quote(host)} ${port} 2>/dev/null
elif command -v nc >/dev/null 2>&1; then
  nc -w ${seconds} ${quote(host)} ${port} </dev/null >/dev/null 2>&1
elif command -v curl >/dev/null 2>&1; then
  curl -s --connect-timeout ${seconds} --max-time ${seconds} ${quote(`telnet://${host.includes(':') ? `[${host}]` : host}:${port}`)} </dev/null >/dev/null 2>&1
  case $? in 0 | 28) true ;; *) false ;; esac
else
  grep -Eqs '^ *[0-9]+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A ' /proc/net/tcp /proc/net/tcp6
fi`;
}
