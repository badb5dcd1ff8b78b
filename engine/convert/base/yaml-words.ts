/** The meaning of a scalar without quotes in YAML 1.1, which Ansible uses, if it has another meaning in YAML 1.2. */
export type OldReading =
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'octal'; readonly digits: string; readonly value: number }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'text' };

/**
 * Returns how YAML 1.1 reads a scalar without quotes; undefined if YAML 1.2 reads it in the same way. Source:
 * https://yaml.org/type/
 */
export function oldReading(source: string): OldReading | undefined {
  if (/^(?:yes|Yes|YES|on|On|ON|true|True|TRUE)$/.test(source)) return { kind: 'boolean', value: true };
  if (/^(?:no|No|NO|off|Off|OFF|false|False|FALSE)$/.test(source)) return { kind: 'boolean', value: false };
  if (/^0[0-7]+$/.test(source)) return { kind: 'octal', digits: source, value: Number.parseInt(source, 8) };
  // With a digit 8 or 9 it is not an octal number.
  if (/^0\d+$/.test(source)) return { kind: 'text' };
  if (/^[-+]?[1-9]\d*(?:_\d+)+$/.test(source)) return { kind: 'number', text: source.replaceAll('_', '') };
  return undefined;
}
