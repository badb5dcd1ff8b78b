import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import type { Request } from '../resources/base/resource.ts';
import { type SettingDetail, type SettingState, settingRequest } from '../resources/setting.ts';
import { idle } from '../values/habits/foreign-argument.ts';
import { alsoDigits, boolean, filledText, wholeNumber } from './base/arguments.ts';
import { type Difference, defineModule } from './base/module.ts';
import { type IptablesProgram, ruleWords } from './firewall/iptables-rule.ts';
import { type SettingTask, type WantedSetting, planSettings } from './system/setting-plan.ts';

const word = (): z.ZodType<string> =>
  z
    .union([z.number(), filledText()], { error: 'must be a text or a number' })
    .transform(String)
    .refine((value) => !value.includes('\n'), 'must be one line');
const words = z
  .union([word().transform((value) => value.split(',')), z.array(word())], {
    error: 'must be a text or a list of texts',
  })
  .default([]);
const NAME = /^[A-Za-z0-9_][^\s!]{0,27}$/;

const schema = z
  .strictObject({
    table: z.enum(['filter', 'nat', 'mangle', 'raw', 'security']).default('filter').describe('The table of rules.'),
    chain: alsoDigits(z.string().regex(NAME, 'must be the name of a chain, such as INPUT'))
      .optional()
      .describe('The chain of the table, such as INPUT. Without it, flush is for the whole table.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe('Whether the chain has the rule. Without a rule, with chain_management: whether the chain exists.'),
    action: z
      .enum(['append', 'insert'])
      .default('append')
      .describe(
        'Where a missing rule is added: at the end of the chain, or before rule_num. An existing rule stays where it is.',
      ),
    rule_num: wholeNumber({ min: 1 }).optional().describe('The number that an inserted rule gets. Default: 1.'),
    ip_version: z
      .enum(['ipv4', 'ipv6', 'both'])
      .default('ipv4')
      .describe('Whether the rule is for iptables, ip6tables, or both.'),
    protocol: word().optional().describe('The protocol, such as tcp; a ! in front means any other.'),
    source: word().optional().describe('The source: an address, a network or a name. A ! in front means any other.'),
    destination: word().optional().describe('The destination, written like the source.'),
    match: words.describe('Names of the extensions that the rule uses, such as [conntrack].'),
    tcp_flags: z
      .strictObject({
        flags: z.array(word()).describe('The flags that are looked at.'),
        flags_set: z
          .array(word())
          .describe('The flags that must be set. The other flags that are looked at must not be set.'),
      })
      .optional()
      .describe('TCP flags.'),
    jump: word().optional().describe('The target, such as ACCEPT, DROP or another chain.'),
    goto: word()
      .optional()
      .describe('The chain whose rules are tried next. Packets do not return to the chain of this rule.'),
    gateway: word().optional().describe('The host to which the target TEE sends a copy.'),
    log_prefix: word().optional().describe('The text in front of each line of the log. It also sets the target LOG.'),
    log_level: word().optional().describe('The level of the log, such as info.'),
    in_interface: word().optional().describe('The interface on which a packet arrives.'),
    out_interface: word().optional().describe('The interface by which a packet leaves.'),
    source_port: word().optional().describe('The port, or a range such as 1024:65535. It needs a protocol.'),
    destination_port: word().optional().describe('The port, or a range. It needs a protocol.'),
    destination_ports: words.describe('Several ports or ranges. They need a protocol.'),
    to_ports: word().optional().describe('The ports of the target REDIRECT.'),
    to_source: word().optional().describe('The address of the target SNAT.'),
    to_destination: word().optional().describe('The address of the target DNAT.'),
    syn: z
      .enum(['ignore', 'match', 'negate'])
      .default('ignore')
      .describe('Whether packets that open a connection match.'),
    set_dscp_mark: word().optional().describe('The value of the target DSCP.'),
    set_dscp_mark_class: word().optional().describe('The class of the target DSCP.'),
    ctstate: words.describe('States of a connection, such as [ESTABLISHED, RELATED].'),
    src_range: word().optional().describe('A range of source addresses: 10.0.0.1-10.0.0.9.'),
    dst_range: word().optional().describe('A range of destination addresses.'),
    match_set: word().optional().describe('The name of a set of ipset.'),
    match_set_flags: z
      .enum(['src', 'dst', 'src,dst', 'dst,src', 'src,src', 'dst,dst'])
      .optional()
      .describe('The address that is looked up in the set.'),
    limit: word().optional().describe('The mean rate at which packets match, such as 5/minute.'),
    limit_burst: word().optional().describe('The number of packets before the limit counts.'),
    uid_owner: word().optional().describe('The user whose process sends the packet.'),
    gid_owner: word().optional().describe('The group whose process sends the packet.'),
    reject_with: word().optional().describe('The answer of the target REJECT. It also sets this target.'),
    icmp_type: word().optional().describe('The type of ICMP, such as echo-request.'),
    comment: word()
      .optional()
      .describe('A comment of the rule. It is part of the rule: another comment is another rule.'),
    flush: boolean().default(false).describe('Whether all rules are removed from the chain, or from the table.'),
    policy: z
      .enum(['ACCEPT', 'DROP', 'QUEUE', 'RETURN'])
      .optional()
      .describe('What happens to packets that no rule of a built-in chain decides.'),
    wait: wholeNumber().default(60).describe('The number of seconds to wait while another program changes the tables.'),
    chain_management: boolean().default(false).describe('Whether a task without a rule makes or removes the chain.'),
  })
  .refine((args) => args.chain !== undefined || args.flush, {
    path: ['chain'],
    message: 'must be given\nName the chain, such as INPUT; only flush can be for a whole table.',
  })
  .refine((args) => !args.flush || args.policy === undefined, {
    path: ['policy'],
    message: 'cannot be given together with flush\nWrite two tasks.',
  })
  .refine((args) => args.action === 'insert' || args.rule_num === undefined, {
    path: ['rule_num'],
    message: 'needs action: insert\nAdd it, or remove rule_num.',
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'iptables',
  summary:
    'Add and remove rules of iptables in the running kernel. They are lost at a reboot unless something saves them.',
  arguments: schema,
  foreign: {
    fragment: 'Write check: iptables -C … -f and apply: iptables -A … -f.',
    set_counters: 'Write command: iptables -Z, or check: and apply: with -c.',
    numeric: idle('no name is looked up.'),
  },
  examples: [
    'iptables: { chain: INPUT, protocol: tcp, destination_port: 22, ctstate: [NEW], jump: ACCEPT, comment: ssh }',
    'iptables: { chain: INPUT, in_interface: lo, jump: ACCEPT, action: insert, ip_version: both }',
    'iptables: { chain: FORWARD, policy: DROP }',
  ],
  observes: (args) => programsOf(args).map((program) => wantedOf(args, program).request),
  plan(args, _loaded, seen, context) {
    const rules = programsOf(args).map((program) => ruleWords(args, program).map(quote).join(' '));
    const task: SettingTask = {
      what: 'the packet filter of the host',
      program: 'iptables',
      package: 'iptables',
      result: {
        chain: args.chain ?? '',
        table: args.table,
        ip_version: args.ip_version,
        rule: rules[0] ?? '',
        state: args.state,
        flush: args.flush,
      },
    };
    if (!args.flush && args.policy === undefined && rules[0] === '' && !args.chain_management)
      return {
        kind: 'impossible',
        what: 'the task has no rule',
        remedy: 'Write the parts of a rule, such as jump: ACCEPT; or chain_management: true for the chain itself.',
      };
    return planSettings(
      programsOf(args).map((program) => wantedOf(args, program)),
      task,
      seen,
      context,
    );
  },
});

function programsOf({ ip_version: version }: Arguments): readonly IptablesProgram[] {
  switch (version) {
    case 'ipv4':
      return ['iptables'];
    case 'ipv6':
      return ['ip6tables'];
    case 'both':
      return ['iptables', 'ip6tables'];
  }
}

function wantedOf(args: Arguments, program: IptablesProgram): WantedSetting {
  if (args.flush) return flushed(args, program);
  if (args.policy !== undefined) return policyOf(args, args.policy, program);
  const words = ruleWords(args, program);
  return words.length === 0 ? chainOf(args, program) : ruleOf(args, words.map(quote).join(' '), program);
}

/** The call of the program, up to the command. */
function call({ table, wait }: Arguments, program: IptablesProgram): string {
  return `${program} -w ${wait} -t ${table}`;
}

function chainName({ chain = '' }: Arguments): string {
  return quote(chain);
}

/** Asks whether the chain has the rule. A missing chain has none. */
function ruleOf(args: Arguments, rule: string, program: IptablesProgram): WantedSetting {
  const chain = chainName(args);
  const add = args.action === 'insert' ? `-I ${chain} ${args.rule_num ?? 1}` : `-A ${chain}`;
  const isWanted = args.state === 'present';
  return {
    request: settingRequest(
      `${program} ${args.table} ${args.chain ?? ''} ${rule}`,
      // The status is 1 for a rule that is not there, and 2 or more for a rule that cannot exist. A task before this
      // one may make the chain to which the rule leads.
      `command -v ${program} >/dev/null || exit 127
${call(args, program)} -C ${chain} ${rule} 2>/dev/null && { echo present; exit 0; }
said=$(${call(args, program)} -C ${chain} ${rule} 2>&1)
status=$?
case $status$said in
1*|*"' does not exist"*|*"Couldn't load target"*) echo absent ;;
*) printf '%s\\n' "$said" >&2; exit 1 ;;
esac`,
    ),
    wanted: args.state,
    differences: (before) => [field(`${program} ${args.table} ${args.chain ?? ''}`, rule, before, args.state)],
    script: `${call(args, program)} ${isWanted ? add : `-D ${chain}`} ${rule}`,
  };
}

function chainOf(args: Arguments, program: IptablesProgram): WantedSetting {
  const chain = chainName(args);
  return {
    request: tableRequest(
      args,
      program,
      `chain ${args.table} ${args.chain ?? ''}`,
      `case $told in *"$n-N $c$n"*|*"$n-P $c "*) echo present ;; *) echo absent ;; esac`,
    ),
    wanted: args.state,
    differences: (before) => [field(`${program} ${args.table}`, `chain ${args.chain ?? ''}`, before, args.state)],
    script: `${call(args, program)} ${args.state === 'present' ? '-N' : '-X'} ${chain}`,
  };
}

function policyOf(args: Arguments, policy: string, program: IptablesProgram): WantedSetting {
  return {
    request: tableRequest(
      args,
      program,
      `policy ${args.table} ${args.chain ?? ''}`,
      `case $told in
*"$n-P $c "*) told=\${told#*"$n-P $c "}; echo "\${told%%[!A-Z]*}" ;;
*) echo "$c is no built-in chain of the table" >&2; exit 1 ;;
esac`,
    ),
    wanted: policy,
    differences: (before) => [field(`${program} ${args.table}`, `policy of ${args.chain ?? ''}`, before, policy)],
    script: `${call(args, program)} -P ${chainName(args)} ${policy}`,
  };
}

/** The answer is the number of rules. */
function flushed(args: Arguments, program: IptablesProgram): WantedSetting {
  const [id, pattern] =
    args.chain === undefined ? [args.table, '"-A "*'] : [`${args.table} ${args.chain}`, `"-A $c "*`];
  return {
    request: tableRequest(
      args,
      program,
      id,
      `rules=0; printf '%s' "$told" | { while IFS= read -r line; do case $line in ${pattern}) rules=$((rules + 1)) ;; esac; done; echo $rules; }`,
    ),
    wanted: '0',
    beneath: 'absent',
    differences: (before) => [field(`${program} ${id}`, 'rules', /^\d+$/.test(before) ? Number(before) : before, 0)],
    script: `${call(args, program)} -F${args.chain === undefined ? '' : ` ${chainName(args)}`}`,
  };
}

/**
 * Requests an answer about the rules of a table. In `script`, `$told` has the rules between two newlines, and `$c` the
 * name of the chain.
 */
function tableRequest(
  args: Arguments,
  program: IptablesProgram,
  id: string,
  script: string,
): Request<SettingDetail, SettingState> {
  return settingRequest(
    `${program} ${id}`,
    `command -v ${program} >/dev/null || exit 127
told=$(${call(args, program)} -S) || exit 1
n='
' c=${chainName(args)}
told=$n$told$n
${script}`,
  );
}

function field(of: string, name: string, before: string | number, after: string | number): Difference {
  return { kind: 'field', of, field: name, before, after };
}
