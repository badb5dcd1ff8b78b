/** What YAML 1.1, as Ansible reads it, makes of a scalar without quotes, where YAML 1.2 makes something else of it. */
export type OldReading =
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'octal'; readonly digits: string; readonly value: number }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'text' };

export function oldReading(source: string): OldReading | undefined {
  if (/^(?:yes|Yes|YES|on|On|ON|true|True|TRUE)$/.test(source)) return { kind: 'boolean', value: true };
  if (/^(?:no|No|NO|off|Off|OFF|false|False|FALSE)$/.test(source)) return { kind: 'boolean', value: false };
  if (/^0[0-7]+$/.test(source)) return { kind: 'octal', digits: source, value: Number.parseInt(source, 8) };
  // With an 8 or 9 it was no number.
  if (/^0\d+$/.test(source)) return { kind: 'text' };
  if (/^[-+]?[1-9]\d*(?:_\d+)+$/.test(source)) return { kind: 'number', text: source.replaceAll('_', '') };
  return undefined;
}

/** Texts that Ansible takes for a boolean where an argument demands one. */
export function booleanWord(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (['yes', 'on', 'true', 'y', 't', '1'].includes(word)) return true;
  return ['no', 'off', 'false', 'n', 'f', '0'].includes(word) ? false : undefined;
}
