/** The meaning of a scalar without quotes in YAML 1.1, which Ansible uses, if it has another meaning in YAML 1.2. */
export type OldReading =
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'octal'; readonly digits: string; readonly value: number }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'text' };

/** Numbers of YAML 1.2 (its core schema). */
const NEW_NUMBER = /^(?:0o[0-7]+|0x[\da-fA-F]+|[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?)$/;
/** Decimal numbers of YAML 1.1: a fraction needs its digits before the point, and an exponent its sign and a point. */
const OLD_DECIMAL = /^(?:[-+]?(?:0|[1-9][\d_]*)|[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?)$/;
const OLD_OCTAL = /^[-+]?0[0-7_]+$/;
const OLD_BINARY = /^[-+]?0b[01_]+$/;
const OLD_HEXADECIMAL = /^[-+]?0x[\da-fA-F_]+$/;
/** Minutes and seconds, as in 12:30. */
const OLD_SIXTIES = /^[-+]?(?:[1-9][\d_]*(?::[0-5]?\d)+|\d[\d_]*(?::[0-5]?\d)+\.[\d_]*)$/;

/**
 * Returns how YAML 1.1 reads a scalar without quotes; undefined if YAML 1.2 reads it in the same way. Sources:
 * https://yaml.org/type/ and the resolver of PyYAML, which Ansible uses.
 */
export function oldReading(source: string): OldReading | undefined {
  if (/^(?:yes|Yes|YES|on|On|ON|true|True|TRUE)$/.test(source)) return { kind: 'boolean', value: true };
  if (/^(?:no|No|NO|off|Off|OFF|false|False|FALSE)$/.test(source)) return { kind: 'boolean', value: false };
  if (!/^[-+]?\.?\d/.test(source)) return undefined;
  if (/^0[0-7]+$/.test(source)) return { kind: 'octal', digits: source, value: Number.parseInt(source, 8) };
  const isNew = NEW_NUMBER.test(source);
  const old = oldNumber(source);
  if (old === undefined) return isNew ? { kind: 'text' } : undefined;
  return isNew && Number(source) === old ? undefined : { kind: 'number', text: String(old) };
}

/** Returns the number that YAML 1.1 reads; undefined for a text. */
function oldNumber(source: string): number | undefined {
  const plain = source.replaceAll('_', '');
  const sign = plain.startsWith('-') ? -1 : 1;
  const digits = plain.replace(/^[-+]/, '');
  if (OLD_OCTAL.test(source)) return sign * Number.parseInt(digits, 8);
  if (OLD_BINARY.test(source)) return sign * Number.parseInt(digits.slice(2), 2);
  if (OLD_HEXADECIMAL.test(source)) return sign * Number.parseInt(digits.slice(2), 16);
  if (OLD_SIXTIES.test(source)) return sign * digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return OLD_DECIMAL.test(source) ? Number(plain) : undefined;
}
