/** The parts of a rule of ufw, by the names of Ansible. */
export interface UfwRule {
  readonly rule: string;
  readonly direction?: string | undefined;
  readonly interface?: string | undefined;
  readonly interface_in?: string | undefined;
  readonly interface_out?: string | undefined;
  readonly log: boolean;
  readonly from_ip: string;
  readonly from_port?: string | undefined;
  readonly to_ip: string;
  readonly to_port?: string | undefined;
  readonly proto?: string | undefined;
  readonly name?: string | undefined;
  readonly comment?: string | undefined;
}

/** Returns the words of a rule, in the order of ufw(8), without `route`, `delete` and `insert`. */
export function ufwWords(rule: UfwRule): readonly string[] {
  const pair = (word: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [word, value];
  const on = (direction: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [direction, 'on', value];
  return [
    rule.rule,
    ...(rule.direction === undefined ? [] : [rule.direction]),
    ...pair('on', rule.interface),
    ...on('in', rule.interface_in),
    ...on('out', rule.interface_out),
    ...(rule.log ? ['log'] : []),
    'from',
    rule.from_ip,
    ...pair('port', rule.from_port),
    'to',
    rule.to_ip,
    ...pair('port', rule.to_port),
    ...pair('proto', rule.proto),
    ...pair('app', rule.name),
    ...pair('comment', rule.comment),
  ];
}
