import type { RegularFile } from '../../resources/file/file-state.ts';
import type { Account } from '../base/arguments.ts';
import { applyMode, formatMode } from '../base/file-mode.ts';
import { attributeCommands, modeKept, type WantedAttributes } from '../path/file-attributes.ts';

export type KeptAttributes = WantedAttributes & { readonly mode: { readonly kind: 'octal'; readonly bits: number } };

/** Returns the attributes of a new file: the wanted ones, and otherwise those of the replaced file. */
export function keeping(wanted: WantedAttributes, before: RegularFile | undefined): KeptAttributes {
  const bits = (before === undefined ? undefined : modeKept(wanted, before, 'file')) ?? 0o644;
  return {
    mode: { kind: 'octal', bits: wanted.mode === undefined ? bits : applyMode(wanted.mode, bits, 'file') },
    owner: wanted.owner ?? numbered(before?.uid),
    group: wanted.group ?? numbered(before?.gid),
  };
}

/** Returns the account with this number. */
function numbered(id: number | undefined): Account | undefined {
  return id === undefined ? undefined : { name: undefined, id };
}

/**
 * Returns shell commands, one step each, that copy the attributes of "$d" to the new file "$t", which replaces it:
 * owner, group, mode, access control list and extended attributes. The cp of GNU copies all of them in one process. If
 * the new mode permits less, the old file gets it first, so that nobody opens the new file in between. If the old file
 * has other names, which keep their mode, an empty copy gets it instead.
 */
export function takeOver(wanted: WantedAttributes, kept: KeptAttributes, before: RegularFile): readonly string[] {
  const { bits } = kept.mode;
  const chmod = `chmod ${formatMode(bits)} --`;
  const isChanged = bits !== before.mode;
  const tighter = isTighter(kept, before);
  return [
    ...(tighter ? [OWN_MODEL, `${chmod} "$m"`] : ['m="$d"']),
    ...ownerCommands(wanted, kept),
    `{ ${likeOf('"$m"', '"$t"', `${chmod} "$t"`)}; }`,
    ...(tighter ? ['{ [ "$m" = "$d" ] || rm -f -- "$m"; }'] : []),
    ...(isChanged && !tighter ? [`${chmod} "$t"`] : []),
  ];
}

/**
 * Returns shell commands that set the owner of "$t". Without chown if both files belong to the user and the group of
 * the process.
 */
export function ownerCommands(wanted: WantedAttributes, kept: KeptAttributes): readonly string[] {
  const commands = attributeCommands('"$t"', { owner: kept.owner, group: kept.group }, undefined, 'file');
  if (wanted.owner !== undefined || wanted.group !== undefined) return commands;
  return commands.map((command) => `{ { [ -O "$d" ] && [ -G "$d" ] && [ -G "$t" ]; } 2>/dev/null || ${command}; }`);
}

/** Returns whether the new mode permits less to others than the old one. */
export function isTighter(kept: KeptAttributes, before: RegularFile): boolean {
  return ((before.mode ?? 0o777) & ~kept.mode.bits & 0o077) !== 0;
}

/**
 * Returns a shell command that copies mode, access control list and extended attributes from one file to another. If cp
 * cannot copy all of them (as that of busybox): `chmod`, and the list.
 */
function likeOf(model: string, file: string, chmod: string): string {
  const list = `{ ! command -v getfacl || ! command -v setfacl || getfacl -pc -- ${model} | setfacl -M - -- ${file} || :; } >/dev/null 2>&1`;
  return `cp --attributes-only --preserve=mode,xattr -- ${model} ${file} 2>/dev/null || { ${chmod} && ${list}; }`;
}

/**
 * Sets "$m", the file from which the new file takes its attributes: the old file, or, if that has other names, an empty
 * copy.
 */
const OWN_MODEL = `{ m="$d"; [ "$(stat -c %h -- "$d" 2>/dev/null || echo 1)" = 1 ] || { m="\${t%-*}m-\${t##*-}" && : >"$m" && { ${likeOf('"$d"', '"$m"', 'chmod 0600 -- "$m"')}; }; }; }`;
