import { type Wildcards, wildcards } from '../../connection/base/wildcards.ts';
import { type Member, stripped, tidyName } from '../../resources/archive/archive-member.ts';
import type { ArchiveOptions } from '../../resources/archive/archive-script.ts';

/** The effects of the options of tar or unzip. */
export interface UnpackOptions extends ArchiveOptions {
  /** False: the result of one of the options cannot be predicted. */
  readonly isUnderstood: boolean;
  /** True if files get the times of the archive. */
  readonly keepsTime: boolean;
  /** True if root gives files to the owners in the archive. */
  readonly keepsOwner: boolean;
  readonly keepsMode: boolean;
  /** True if names of accounts count; false if only their numbers count. */
  readonly byName: boolean;
  /** zip: true if folders are left out. */
  readonly isFlat: boolean;
  /** True if an existing folder keeps its attributes. */
  readonly keepsFolders: boolean;
  /** tar: true if a link to a folder stays in the place of a folder. */
  readonly keepsLinkedFolders: boolean;
  /** tar: true if something else may replace a folder with its content. */
  readonly replacesFolders: boolean;
}

interface Given {
  readonly extra_opts: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Options without an effect on the unpacked files. */
const IDLE =
  /^(?:-z|-j|-J|-v|-q|-qq|-o|--gzip|--gunzip|--bzip2|--xz|--zstd|--lzip|--auto-compress|-a|--verbose|--warning=[\w-]+|--overwrite|--unlink-first|-U|--delay-directory-restore|--no-delay-directory-restore|--(?:no-)?(?:acls|xattrs|selinux)|--same-owner)$/;

/** Options with an effect that can be predicted. */
const EFFECTS: ReadonlyMap<string, Partial<UnpackOptions>> = new Map([
  ['-m', { keepsTime: false }],
  ['--touch', { keepsTime: false }],
  ['--no-same-owner', { keepsOwner: false }],
  ['--numeric-owner', { byName: false }],
  ['-p', { keepsMode: true }],
  ['--preserve-permissions', { keepsMode: true }],
  ['--same-permissions', { keepsMode: true }],
  ['--no-overwrite-dir', { keepsFolders: true }],
  ['--keep-directory-symlink', { keepsLinkedFolders: true }],
  ['--recursive-unlink', { replacesFolders: true }],
  ['-j', { isFlat: true }],
]);

/**
 * Returns the effects of the options and patterns that the task gives. A later option overrides an earlier one.
 * `isUnderstood` is false if an option is not known here.
 */
export function readOptions({ extra_opts: extra, include, exclude }: Given): UnpackOptions {
  let options: UnpackOptions = {
    extra,
    include,
    exclude,
    strip: 0,
    isUnderstood: true,
    keepsTime: true,
    keepsOwner: true,
    keepsMode: false,
    byName: true,
    isFlat: false,
    keepsFolders: false,
    keepsLinkedFolders: false,
    replacesFolders: false,
  };
  for (let index = 0; index < extra.length; index += 1) {
    const option = extra[index] ?? '';
    const effect = EFFECTS.get(option);
    if (option.startsWith('--strip')) {
      const [, strip] = /^--strip(?:-components)?(?:=(\d+))?$/.exec(option) ?? [];
      const count = strip ?? extra[(index += 1)] ?? '';
      options = { ...options, strip: Number(count), isUnderstood: options.isUnderstood && /^\d+$/.test(count) };
    } else if (effect !== undefined) options = { ...options, ...effect };
    else if (!IDLE.test(option)) options = { ...options, isUnderstood: false };
  }
  return options;
}

/** Returns the members that are unpacked, under their final names. */
export function chosenMembers(members: readonly Member[], options: UnpackOptions, isZip: boolean): readonly Member[] {
  const rename = renaming(options, isZip);
  return members.flatMap((member) => {
    const name = rename(member.name);
    if (name === undefined) return [];
    const { type, target } = member;
    return [
      {
        ...member,
        name: tidyName(name),
        target: type === 'hard_link' && target !== undefined ? hardLinkTarget(target, options) : target,
      },
    ];
  });
}

function hardLinkTarget(target: string, { strip }: UnpackOptions): string {
  return target.startsWith('/') ? target : tidyName(stripped(target, strip) ?? '');
}

/** Returns a function from the name of a member to its final name; undefined if the member is left out. */
function renaming(options: UnpackOptions, isZip: boolean): (name: string) => string | undefined {
  const excluded = options.exclude.map((pattern) => globOf(pattern, isZip));
  const included = options.include.map((pattern) => globOf(pattern, true));
  return (name) => {
    const plain = name.replace(/(?<!\/)\/+$/, '');
    if (excluded.some((pattern) => pattern.test(isZip ? name : plain))) return undefined;
    if (options.include.length > 0) {
      const isMeant = isZip
        ? included.some((pattern) => pattern.test(name))
        : options.include.some(
            (one) => plain === one.replace(/(?<!\/)\/+$/, '') || plain.startsWith(`${one.replace(/(?<!\/)\/+$/, '')}/`),
          );
      if (!isMeant) return undefined;
    }
    if (isZip) return options.isFlat ? (name.endsWith('/') ? undefined : name.slice(name.lastIndexOf('/') + 1)) : name;
    return stripped(name, options.strip);
  };
}

/**
 * Returns a pattern as tar and unzip read it: `*` also matches slashes. For tar, a pattern of a folder also matches
 * everything in the folder, and may begin at any component.
 */
function globOf(pattern: string, isWhole: boolean): Wildcards {
  const body = pattern.replace(/(?<!\/)\/+$/, '');
  const forms = [body, isWhole ? `${body}/` : `${body}/*`].map((form) =>
    wildcards(form, { classes: true, ignoreCase: false }),
  );
  const fits = (name: string): boolean => forms.some((form) => form.test(name));
  if (isWhole) return { test: fits };
  return { test: (name) => fits(name) || [...name.matchAll(/\//g)].some(({ index }) => fits(name.slice(index + 1))) };
}
