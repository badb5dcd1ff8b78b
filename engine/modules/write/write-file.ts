import { quote } from '../../connection/base/quote.ts';
import { unguessable } from '../../connection/base/unguessable.ts';
import { nameOf, parentOf } from '../../resources/file/file-state.ts';
import { formatMode } from '../base/file-mode.ts';
import type { Apply, Context } from '../base/module.ts';
import { attributeCommands } from '../path/file-attributes.ts';
import { markOf, randomName } from '../path/foreign-folder.ts';
import {
  type FileToWrite,
  copySteps,
  inlineText,
  isPlain,
  sourceOf,
  syncCommand,
  validation,
} from './file-to-write.ts';
import { type KeptAttributes, isTighter, keeping, ownerCommands, takeOver } from './take-over.ts';
import { writeInRoom } from './write-in-room.ts';

/**
 * Returns a change that writes a temporary file beside the target with the final owner and mode, syncs it and renames
 * it: the path always has the complete old or new file, even after a loss of power. If there is no old file and the
 * next run could write the new one again, it is synced later. The printf of the shell writes content in the script, so
 * it is in the arguments of no process. The script ends its shell if a step fails.
 */
export function writeFile(file: FileToWrite, context: Context): Apply {
  if (file.way.kind === 'foreign') return writeInRoom(file, file.way, context);
  const { path, content, before } = file;
  const temporary = temporaryBeside(path, file.broughtBeside);
  const kept = keeping(file.attributes, before);
  const inline = inlineText(content);
  const isBrief = inline !== undefined && file.validate === undefined && file.backup === undefined;
  const isSyncedLater = isBrief && file.isReproducible && before === undefined;
  const isMasked = isBrief && isModeOfMask(file, kept.mode.bits);
  const steps = [
    ...writingSteps(content, inline),
    ...placingSteps(file, { temporary, kept, isMasked, isSyncedLater }, context),
  ];
  const isBrought = inline === undefined && !('copyOf' in content);
  const mask = isBrought ? undefined : `umask ${formatMode(isMasked ? 0o777 & ~kept.mode.bits : 0o077)}; set -C`;
  const script = scriptOf(path, temporary, { mask, steps }, context);
  if (isBrought) {
    const source = Buffer.isBuffer(content) ? sourceOf(content) : content;
    return { script, uploads: [{ source, path: temporary, mode: '0600' }] };
  }
  if (!isBrief) return { script };
  const repair = isMasked
    ? { repair: attributeCommands(quote(path), { mode: kept.mode }, undefined, 'file').join('\n') }
    : {};
  return { script, brief: true, ...repair, ...(isSyncedLater ? { unsynced: path } : {}) };
}

/** Returns the steps that write the temporary file; none for an uploaded file. */
function writingSteps(content: FileToWrite['content'], inline: string | undefined): readonly string[] {
  if (inline !== undefined) return [`{ printf %s ${quote(inline)} >"$t" || { ${WHY_NOT_WRITTEN}; }; }`];
  return 'copyOf' in content ? copySteps(content, WHY_NOT_WRITTEN) : [];
}

interface Placing {
  readonly temporary: string;
  readonly kept: KeptAttributes;
  /** True if the umask of the shell gives the file its mode. */
  readonly isMasked: boolean;
  readonly isSyncedLater: boolean;
}

/**
 * Returns the steps after the file is written, until it is in its place. Each step does one thing, and fails if that
 * fails.
 */
function placingSteps(
  file: FileToWrite,
  { temporary, kept, isMasked, isSyncedLater }: Placing,
  context: Context,
): readonly string[] {
  const { before } = file;
  const given = ownerAndMode(file, kept, isMasked);
  const validated = file.validate === undefined ? [] : [validation(file.validate, temporary, context.preamble)];
  const isValidatedFirst = before !== undefined && !isPlain(before) && isTighter(kept, before);
  return [
    ...(isValidatedFirst ? [...validated, ...given] : [...given, ...validated]),
    ...(isSyncedLater ? [] : [syncCommand('"$t"')]),
    ...(file.backup === undefined ? [] : [`cp -a -- "$d" ${quote(file.backup)}`]),
    // Otherwise mv would move the file into the directory.
    '{ ! [ -d "$d" ] || { printf \'%s is a directory\\n\' "$d" >&2; false; }; }',
    file.unsafe === true
      ? '{ mv -f -- "$t" "$d" 2>/dev/null || { cat -- "$t" >"$d" && rm -f -- "$t"; }; }'
      : 'mv -f -- "$t" "$d"',
  ];
}

function scriptOf(
  path: string,
  temporary: string,
  { mask, steps }: { readonly mask: string | undefined; readonly steps: readonly string[] },
  context: Context,
): string {
  const lines = [
    `t=${quote(temporary)} d=${quote(path)}`,
    // Removes the temporary file of a run that was killed between its upload and its script.
    `for left in "\${t%/*}/".runbook-*-${markOf(path)}; do [ "$left" = "$t" ] || ! [ -e "$left" ] || rm -f -- "$left"; done`,
    `trap 'rm -f -- "$t"; exit 1' HUP INT TERM`,
    ...(mask === undefined ? [] : [mask]),
    `${steps.join(' &&\n')} || { rm -f -- "$t"; exit 1; }`,
    ...(context.facts.selinux === 'disabled'
      ? []
      : ['if command -v restorecon >/dev/null 2>&1; then restorecon -- "$d" || :; fi']),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Returns the change for use as one command inside another script: it needs nothing after it, and its settings of the
 * shell end with it.
 */
export function asSubscript({ script, uploads, repair, unsynced }: Apply): Apply {
  const rest = [repair ?? ':', unsynced === undefined ? ':' : syncCommand(quote(unsynced))];
  const own = `(\n${script}\n${rest.join(' && ')}\n)\n`;
  return uploads === undefined ? { script: own } : { script: own, uploads };
}

/** The message of the shell would name the temporary file. */
const WHY_NOT_WRITTEN = `if [ -w "\${t%/*}/" ]; then printf 'cannot write %s: no space left?\\n' "$d"; df -P -- "\${t%/*}/"; else printf 'no permission to write in %s, or a file system that is read-only\\n' "\${t%/*}/"; fi >&2; false`;

/**
 * Returns an unpredictable name in the same directory, or in that of the path `other`, so that the rename is one step.
 */
export function temporaryBeside(path: string, other: string = path): string {
  return `${parentOf(other) === '/' ? '' : parentOf(other)}/.runbook-${randomName()}-${markOf(path)}`;
}

/**
 * Returns the name of a backup as in Ansible, with random digits instead of the process number:
 * `hosts.6f0c….2026-11-21@14:05:09~`.
 */
export function backupName(path: string, now: Date): string {
  const random = unguessable(8);
  const name = `${path}.${random}.${now.toISOString().slice(0, 19).replace('T', '@')}~`;
  return Buffer.byteLength(nameOf(name)) <= 255 ? name : `${parentOf(path)}/${random}.${now.getTime()}~`;
}

/**
 * Returns whether a new file gets this mode from the umask, without chmod. If the directory has a default ACL, the
 * umask has no effect, and chmod follows. False if the file gets an owner, or if the group must not read it: such a
 * file must never be readable for others.
 */
function isModeOfMask({ before, attributes: wanted }: FileToWrite, bits: number): boolean {
  if (!isPlain(before)) return false;
  return wanted.owner === undefined && wanted.group === undefined && (bits & ~0o666) === 0 && (bits & 0o040) !== 0;
}

/** Returns shell commands that set owner, mode and other attributes of the new file. */
function ownerAndMode({ before, attributes }: FileToWrite, kept: KeptAttributes, isMasked: boolean): readonly string[] {
  if (before !== undefined && !isPlain(before)) return takeOver(attributes, kept, before);
  const owned = ownerCommands(attributes, kept);
  return isMasked ? owned : [...owned, ...attributeCommands('"$t"', { mode: kept.mode }, undefined, 'file')];
}
