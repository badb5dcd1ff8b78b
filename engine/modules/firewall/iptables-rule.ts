/** The parts of a rule of iptables, by the names of Ansible. A value that begins with ! is negated. */
export interface IptablesRule {
  readonly protocol?: string | undefined;
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  readonly match: readonly string[];
  readonly tcp_flags?: { readonly flags: readonly string[]; readonly flags_set: readonly string[] } | undefined;
  readonly jump?: string | undefined;
  readonly gateway?: string | undefined;
  readonly log_prefix?: string | undefined;
  readonly log_level?: string | undefined;
  readonly to_destination?: string | undefined;
  readonly destination_ports: readonly string[];
  readonly to_source?: string | undefined;
  readonly goto?: string | undefined;
  readonly in_interface?: string | undefined;
  readonly out_interface?: string | undefined;
  readonly source_port?: string | undefined;
  readonly destination_port?: string | undefined;
  readonly to_ports?: string | undefined;
  readonly set_dscp_mark?: string | undefined;
  readonly set_dscp_mark_class?: string | undefined;
  readonly syn: 'ignore' | 'match' | 'negate';
  readonly ctstate: readonly string[];
  readonly src_range?: string | undefined;
  readonly dst_range?: string | undefined;
  readonly match_set?: string | undefined;
  readonly match_set_flags?: string | undefined;
  readonly limit?: string | undefined;
  readonly limit_burst?: string | undefined;
  readonly uid_owner?: string | undefined;
  readonly gid_owner?: string | undefined;
  readonly reject_with?: string | undefined;
  readonly icmp_type?: string | undefined;
  readonly comment?: string | undefined;
}

export type IptablesProgram = 'iptables' | 'ip6tables';

/**
 * Returns the words of a rule, without those of table and chain; none if the task has no rule. The order is that of
 * Ansible's module, as iptables finds a rule only with its matches in the order in which they were added.
 */
export function ruleWords(rule: IptablesRule, program: IptablesProgram): readonly string[] {
  const icmp = program === 'iptables' ? '--icmp-type' : '--icmpv6-type';
  return [
    ...option('-p', rule.protocol),
    ...option('-s', rule.source),
    ...option('-d', rule.destination),
    ...rule.match.flatMap((name) => option('-m', name)),
    ...(rule.tcp_flags === undefined
      ? []
      : ['--tcp-flags', rule.tcp_flags.flags.join(','), rule.tcp_flags.flags_set.join(',')]),
    ...targetWords(rule),
    ...list('--dports', rule.destination_ports, 'multiport'),
    ...option('--to-source', rule.to_source),
    ...option('-g', rule.goto),
    ...option('-i', rule.in_interface),
    ...option('-o', rule.out_interface),
    ...option('--source-port', rule.source_port),
    ...option('--destination-port', rule.destination_port),
    ...option('--to-ports', rule.to_ports),
    ...option('--set-dscp', rule.set_dscp_mark),
    ...option('--set-dscp-class', rule.set_dscp_mark_class),
    ...synWords(rule.syn),
    ...stateWords(rule),
    ...matched('iprange', rule.match, [
      ...option('--src-range', rule.src_range),
      ...option('--dst-range', rule.dst_range),
    ]),
    ...matched('set', rule.match, setWords(rule)),
    ...matched('limit', [], [...option('--limit', rule.limit), ...option('--limit-burst', rule.limit_burst)]),
    ...matched('owner', [], option('--uid-owner', rule.uid_owner)),
    ...matched('owner', [], option('--gid-owner', rule.gid_owner)),
    ...(rule.jump === undefined && rule.reject_with !== undefined ? ['-j', 'REJECT'] : []),
    ...option('--reject-with', rule.reject_with),
    ...option(icmp, rule.icmp_type),
    ...matched('comment', [], plainOption('--comment', rule.comment)),
  ];
}

function option(flag: string, value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return value.startsWith('!') ? ['!', flag, value.slice(1).trimStart()] : [flag, value];
}

function plainOption(flag: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [flag, value];
}

function list(flag: string, values: readonly string[], match: string): readonly string[] {
  return values.length === 0 ? [] : ['-m', match, flag, values.join(',')];
}

/** Returns the words of a match; without its name if the rule has named the match already. */
function matched(match: string, named: readonly string[], words: readonly string[]): readonly string[] {
  return words.length === 0 || named.includes(match) ? words : ['-m', match, ...words];
}

/** The options of a log make its target LOG. */
function targetWords(rule: IptablesRule): readonly string[] {
  const logs = rule.log_prefix !== undefined || rule.log_level !== undefined;
  const jump = rule.jump ?? (logs ? 'LOG' : undefined);
  return [
    ...option('-j', jump),
    ...(jump?.toLowerCase() === 'tee' ? option('--gateway', rule.gateway) : []),
    ...plainOption('--log-prefix', rule.log_prefix),
    ...option('--log-level', rule.log_level),
    ...option('--to-destination', rule.to_destination),
  ];
}

function synWords(syn: IptablesRule['syn']): readonly string[] {
  switch (syn) {
    case 'ignore':
      return [];
    case 'match':
      return ['--syn'];
    case 'negate':
      return ['!', '--syn'];
  }
}

function stateWords({ ctstate, match }: IptablesRule): readonly string[] {
  if (ctstate.length === 0) return [];
  const states = ctstate.join(',');
  if (match.includes('conntrack')) return ['--ctstate', states];
  return match.includes('state') ? ['--state', states] : ['-m', 'conntrack', '--ctstate', states];
}

function setWords({ match_set: name, match_set_flags: flags }: IptablesRule): readonly string[] {
  if (name === undefined) return [];
  return [...option('--match-set', name), ...(flags === undefined ? [] : [flags])];
}
