import { splitWords } from '../base/split-words.ts';
import type { WithoutEffect } from '../base/target.ts';
import { whyIdle } from './ssh-options.ts';

/** Parsed arguments of ssh(1). */
export interface SshArguments {
  /** Settings of ssh_config(5), `Name=value`, in their order. If a name appears twice, the first setting is used. */
  readonly settings: readonly string[];
  /** The file that replaces the configuration of ssh (`-F`). */
  readonly configFile: string | undefined;
  readonly patience: SaidPatience;
  readonly withoutEffect: readonly WithoutEffect[];
}

/** Timeouts and retries in the arguments. runbook applies them itself, in place of ssh. */
export interface SaidPatience {
  /** Milliseconds. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds between two keep-alive messages. 0 for no such messages. */
  readonly keepAliveMs?: number;
  /** Number of further attempts. */
  readonly retries?: number;
}

/** The reason why arguments cannot be used, as a sentence. */
export interface ArgumentFault {
  readonly kind: 'fault';
  readonly why: string;
  readonly remedy: string;
}

export type ParsedArguments = ({ readonly kind: 'arguments' } & SshArguments) | ArgumentFault;

/** The meaning of an option of ssh. */
export type Flag =
  /** Equivalent settings of ssh_config(5); they depend on the value if the option takes one. */
  | { readonly kind: 'settings'; readonly takes: boolean; readonly of: (value: string) => readonly string[] }
  | { readonly kind: 'setting'; readonly takes: true }
  | { readonly kind: 'config' }
  | { readonly kind: 'idle'; readonly takes: boolean; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string };

const always = (...settings: readonly string[]): Flag => ({ kind: 'settings', takes: false, of: () => settings });
const named = (name: string): Flag => ({ kind: 'settings', takes: true, of: (value) => [`${name}=${value}`] });
const idle = (option: string, takes = false): Flag => ({ kind: 'idle', takes, why: whyIdle(option) ?? '' });
const OTHER_USE = 'With this option, ssh does not open a session on the host.';

/** The options of ssh(1). */
export const SSH_FLAGS: Readonly<Record<string, Flag>> = {
  '4': always('AddressFamily=inet'),
  '6': always('AddressFamily=inet6'),
  A: always('ForwardAgent=yes'),
  a: always('ForwardAgent=no'),
  B: named('BindInterface'),
  b: named('BindAddress'),
  C: idle('compression'),
  c: named('Ciphers'),
  D: idle('dynamicforward', true),
  E: idle('loglevel', true),
  e: idle('escapechar', true),
  F: { kind: 'config' },
  f: { kind: 'refused', why: OTHER_USE },
  G: { kind: 'refused', why: OTHER_USE },
  g: idle('gatewayports'),
  I: named('PKCS11Provider'),
  i: { kind: 'settings', takes: true, of: (value) => [`IdentityFile="${value}"`] },
  J: named('ProxyJump'),
  K: always('GSSAPIAuthentication=yes', 'GSSAPIDelegateCredentials=yes'),
  k: always('GSSAPIDelegateCredentials=no'),
  L: idle('localforward', true),
  l: named('User'),
  M: idle('controlmaster'),
  m: named('MACs'),
  N: { kind: 'refused', why: OTHER_USE },
  n: { kind: 'refused', why: 'runbook sends its scripts over the input of ssh.' },
  O: { kind: 'refused', why: OTHER_USE },
  o: { kind: 'setting', takes: true },
  p: named('Port'),
  Q: { kind: 'refused', why: OTHER_USE },
  q: idle('loglevel'),
  R: idle('remoteforward', true),
  S: idle('controlpath', true),
  s: { kind: 'refused', why: OTHER_USE },
  T: idle('requesttty'),
  t: idle('requesttty'),
  V: { kind: 'refused', why: OTHER_USE },
  v: idle('loglevel'),
  W: { kind: 'refused', why: OTHER_USE },
  w: idle('tunnel', true),
  X: idle('forwardx11'),
  x: idle('forwardx11'),
  Y: idle('forwardx11'),
  y: idle('syslogfacility'),
};

interface Parts {
  readonly settings: string[];
  readonly withoutEffect: WithoutEffect[];
  configFile: string | undefined;
  patience: SaidPatience;
}

/** Parses arguments for ssh: splits them like a shell, and interprets them like ssh. */
export function parseSshArguments(text: string): ParsedArguments {
  const words = splitWords(text)?.filter((word) => word.trim() !== '');
  if (words === undefined)
    return fault('A quote has no end, or a backslash stands at the end.', 'Close the quote, or remove the backslash.');
  const parts: Parts = { settings: [], withoutEffect: [], configFile: undefined, patience: {} };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!/^-[^-]/.test(word))
      return fault(
        `${JSON.stringify(word)} is not an option of ssh.`,
        'Write only options. Put a value that has blanks into quotes, such as -o ProxyCommand="ssh -W %h:%p bastion".',
      );
    for (let letter = 1; letter < word.length; letter += 1) {
      const option = `-${word.charAt(letter)}`;
      const flag = SSH_FLAGS[word.charAt(letter)];
      if (flag === undefined) return fault(`ssh has no option ${option}.`, 'Correct it, or leave it out.');
      const takes = flag.kind === 'config' || (flag.kind !== 'refused' && flag.takes);
      const rest = word.slice(letter + 1);
      const value = takes && rest === '' ? words[(at += 1)] : rest;
      if (value === undefined) return fault(`The option ${option} has no value.`, 'Write the value after it.');
      const failed = take({ option, flag, value }, parts);
      if (failed !== undefined) return failed;
      if (takes) break;
    }
  }
  return { kind: 'arguments', ...parts };
}

function take(
  { option, flag, value }: { readonly option: string; readonly flag: Flag; readonly value: string },
  parts: Parts,
): ArgumentFault | undefined {
  switch (flag.kind) {
    case 'settings':
      parts.settings.push(...flag.of(value));
      return undefined;
    case 'setting':
      return takeSetting(value, parts);
    case 'config':
      parts.configFile ??= value;
      return undefined;
    case 'idle':
      parts.withoutEffect.push({ what: option, why: flag.why });
      return undefined;
    case 'refused':
      return fault(`The option ${option} cannot be used. ${flag.why}`, 'Leave it out.');
  }
}

/** Takes one setting: `Name=value`, `Name value` or `Name = value`. */
function takeSetting(text: string, parts: Parts): ArgumentFault | undefined {
  const [, name, value] = /^\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    return fault(`-o ${text} is not an option of ssh_config(5) with a value.`, 'Write -o Name=value.');
  const key = name.toLowerCase();
  const said = PATIENCE.get(key);
  if (said !== undefined) {
    const patience = said(value.trim().replaceAll('"', ''));
    if (patience === undefined) return fault(`-o ${text} has no number that ssh takes.`, 'Write whole seconds.');
    parts.patience = { ...patience, ...parts.patience };
    return undefined;
  }
  const why = whyIdle(key);
  if (why === undefined) parts.settings.push(`${name}=${value}`);
  else parts.withoutEffect.push({ what: name, why });
  return undefined;
}

const PATIENCE: ReadonlyMap<string, (value: string) => SaidPatience | undefined> = new Map([
  ['connecttimeout', (value) => inSeconds(value, (ms) => (ms === 0 ? {} : { connectTimeoutMs: ms }))],
  ['serveraliveinterval', (value) => inSeconds(value, (ms) => ({ keepAliveMs: ms }))],
  ['connectionattempts', (value) => (/^[1-9]\d{0,5}$/.test(value) ? { retries: Number(value) - 1 } : undefined)],
]);

/** Parses a time of sshd_config(5), "TIME FORMATS": `90`, `1m30s`; `none` is 0. */
function inSeconds(value: string, use: (ms: number) => SaidPatience): SaidPatience | undefined {
  if (value === 'none') return use(0);
  if (!/^(?:\d{1,9}[smhdw])*\d{1,9}[smhdw]?$/i.test(value)) return undefined;
  const seconds = [...value.matchAll(/(\d+)([smhdw]?)/gi)].map(
    ([, count = '0', unit = '']) => Number(count) * (UNITS.get(unit.toLowerCase()) ?? 1),
  );
  return use(seconds.reduce((sum, one) => sum + one, 0) * 1000);
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
  ['w', 604_800],
]);

function fault(why: string, remedy: string): ArgumentFault {
  return { kind: 'fault', why, remedy };
}
