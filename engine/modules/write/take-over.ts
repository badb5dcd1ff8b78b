import type { RegularFile } from '../../resources/file/file-state.ts';
import type { Account } from '../base/arguments.ts';
import { applyMode, formatMode } from '../base/file-mode.ts';
import { attributeCommands, modeKept, type WantedAttributes } from '../path/file-attributes.ts';

export type KeptAttributes = WantedAttributes & { readonly mode: { readonly kind: 'octal'; readonly bits: number } };

/** What a new file gets: what is wanted, and of the rest what the file has that it replaces. */
export function keeping(wanted: WantedAttributes, before: RegularFile | undefined): KeptAttributes {
  const bits = (before === undefined ? undefined : modeKept(wanted, before, 'file')) ?? 0o644;
  return {
    mode: { kind: 'octal', bits: wanted.mode === undefined ? bits : applyMode(wanted.mode, bits, 'file') },
    owner: wanted.owner ?? numbered(before?.uid),
    group: wanted.group ?? numbered(before?.gid),
  };
}

/** The account of this number. */
function numbered(id: number | undefined): Account | undefined {
  return id === undefined ? undefined : { name: undefined, id };
}

/**
 * Shell commands, each of them one step, that make the new file "$t" the like of "$d", which it is to replace: owner,
 * group, mode, access control list and extended attributes. GNU's cp knows them all in one process. Where the new mode
 * lets fewer in, the old file gets it first, so that nobody opens the new one in between; where the old one has other
 * names, which keep their mode, an empty file like it.
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

/** Shell commands that give "$t" its owner. A file of one's own is replaced by one of one's own, without chown. */
export function ownerCommands(wanted: WantedAttributes, kept: KeptAttributes): readonly string[] {
  const commands = attributeCommands('"$t"', { owner: kept.owner, group: kept.group }, undefined, 'file');
  if (wanted.owner !== undefined || wanted.group !== undefined) return commands;
  return commands.map((command) => `{ { [ -O "$d" ] && [ -G "$d" ] && [ -G "$t" ]; } 2>/dev/null || ${command}; }`);
}

/** Whether the new mode lets fewer in than the old one. */
export function isTighter(kept: KeptAttributes, before: RegularFile): boolean {
  return ((before.mode ?? 0o777) & ~kept.mode.bits & 0o077) !== 0;
}

/**
 * Mode, access control list and extended attributes of one file for another one. With busybox's cp, or where not all
 * can be set: `chmod`, and the list.
 */
function likeOf(model: string, file: string, chmod: string): string {
  const list = `{ ! command -v getfacl || ! command -v setfacl || getfacl -pc -- ${model} | setfacl -M - -- ${file} || :; } >/dev/null 2>&1`;
  return `cp --attributes-only --preserve=mode,xattr -- ${model} ${file} 2>/dev/null || { ${chmod} && ${list}; }`;
}

/**
 * "$m", from which the new file takes its attributes: the old one, or where that has other names an empty file like it.
 */
const OWN_MODEL = `{ m="$d"; [ "$(stat -c %h -- "$d" 2>/dev/null || echo 1)" = 1 ] || { m="\${t%-*}m-\${t##*-}" && : >"$m" && { ${likeOf('"$d"', '"$m"', 'chmod 0600 -- "$m"')}; }; }; }`;
