import { quote } from '../../connection/base/quote.ts';

/** The arguments of a task for tar or unzip, except archive and folder. */
export interface ArchiveOptions {
  /** Options as the user wrote them. */
  readonly extra: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Number of components to remove from each name. It is also in `extra`. */
  readonly strip: number;
}

export const NO_TAR = 'neither GNU tar nor the tar of busybox is there';
export const NO_SUCH_OPTIONS = 'its tar is the one of busybox, which has no such options';

/**
 * Returns shell text that sets `$tool` to the program for the archive `$a` (gnu, busybox or zip), `$z` to the option of
 * busybox for its compression, and `$l` to its list. If this fails, `$l` is the reason and `failed` runs.
 */
export function listArchive(options: ArchiveOptions, failed: string): string {
  return `${chooseTool(failed)}
case $tool in
  zip) l=$(LC_ALL=C.UTF-8 unzip -Z -s -T ${words(options.extra)} "$a" ${zipMembers(options)} 2>&1) ;;
  gnu) l=$(tar --list --verbose --quoting-style=c --full-time --utc --show-transformed-names ${tarOptions(options)} -f "$a" ${tarMembers(options)} 2>&1) ;;
  busybox) ${needsGnu(options) ? `l='${NO_SUCH_OPTIONS}'; false` : `l=$(TZ=UTC0 tar -tv$z -f "$a" ${tarMembers(options)} 2>&1)`} ;;
esac || { ${failed}; }`;
}

/** Returns shell text that sets only `$tool` and `$z`. If this fails, `$l` is the reason and `failed` runs. */
export function chooseTool(failed: string): string {
  return `m=$(od -An -N6 -tx1 <"$a" 2>&1) z=
case $m in
  *'50 4b 03 04'*|*'50 4b 05 06'*) case $(unzip -v 2>&1) in UnZip*) tool=zip ;; *) l='unzip is not there'; ${failed} ;; esac ;;
  *) ${chooseTar(failed)}; case $tool$m in busybox*'1f 8b'*) z=z ;; busybox*'42 5a 68'*) z=j ;; busybox*'fd 37 7a 58 5a'*) z=J ;; esac ;;
esac`;
}

/**
 * Returns shell text that sets `$tool` for an archive that is not zip. If this fails, `$l` is the reason and `failed`
 * runs.
 */
export function chooseTar(failed: string): string {
  return `case $(tar --version 2>&1) in
    *'GNU tar'*) tool=gnu ;;
    *[Bb]usy[Bb]ox*) tool=busybox ;;
    *) l='${NO_TAR}'; ${failed} ;;
  esac`;
}

/** Returns shell text that unpacks the archive `$a` into the folder `$d`. */
export function unpackArchive(options: ArchiveOptions, keepNewer: boolean): string {
  const strip = options.strip === 0 ? '' : `--strip-components ${options.strip}`;
  return `case $tool in
  # -V: a semicolon and a number at the end of a name belong to the name.
  zip) LC_ALL=C.UTF-8 unzip -o -q -V ${keepNewer ? '-u ' : ''}${words(options.extra)} "$a" ${zipMembers(options)} -d "$d" || [ $? = 1 ] ;;
  gnu) tar --extract ${keepNewer ? '--keep-newer-files ' : ''}${tarOptions(options)} -C "$d" -f "$a" ${tarMembers(options)} ;;
  busybox)
    ${keepNewer ? `echo 'the tar of busybox cannot keep newer files' >&2; exit 1` : ''}
    ${needsGnu(options) ? `echo '${NO_SUCH_OPTIONS}' >&2; exit 1` : ''}
    # It would follow these out of the folder.
    if tar -tv$z -f "$a" 2>&1 | grep -Eq "[ /'][.][.](/|$)|^-.* -> /"; then echo 'the archive holds names that lead out of the folder' >&2; exit 1; fi
    tar -x$z -f "$a" -C "$d" ${strip} ${tarMembers(options)} ;;
esac`;
}

/**
 * Returns shell text that prints the names in the list `$l`, each with `./` before it and a NUL after it. A slash at
 * the end is removed, because it would follow a link; `not_links` leaves out links, because a chmod would follow them.
 */
export function namesOfListing(options: ArchiveOptions, which: 'all' | 'not_links'): string {
  const noLinks = which === 'not_links' ? '/^l/d; ' : '';
  const tarLine = '^[-a-z][-rwxsStT]{9} [^/]+/[^/]* +[0-9,]+ [0-9]+-[0-9]+-[0-9]+ [0-9:]+ ';
  const strip = options.strip === 0 ? '' : ` s,^/*([^/]+/+){${options.strip}},,; t kept; d; :kept;`;
  // A backslash is marked while the octal bytes get the form of printf.
  const escapes = String.raw`s/\\\\/\x01/g; s/\\"/"/g; s/\\([0-7]{3})/\\0\1/g; s/\x01/\\\\/g`;
  return `printf '%s\\n' "$l" | case $tool in
  gnu) sed -nE '${noLinks}s/^[^"]*"((\\\\.|[^"\\\\])+)".*$/\\1/; t name; d; :name; ${escapes}; p' ;;
  busybox) sed -nE '${noLinks}/^l/s/ -> .*//; /^-.* 0 [0-9]+-[0-9]+-[0-9]+ [0-9:]+ /s/ -> .*//; s#${tarLine}##; t name; d; :name;${strip} s/\\\\/\\\\\\\\/g; p' ;;
  zip) sed -nE '${noLinks}/^[^ ]+ +[0-9.]+ fat [^/]*$/s,\\\\,/,g; s/^[^ ]+ +[0-9.]+ [^ ]+ +[0-9]+ [^ ]+ +[^ ]+ [0-9]{8}[.][0-9]{6} //; t name; d; :name; s/\\\\/\\\\\\\\/g; p' ;;
esac | while IFS= read -r n; do case $n in ''|..|../*|*/..|*/../*) ;; *) printf '%b\\0' "./\${n%/}" ;; esac; done`;
}

function tarOptions({ extra, exclude }: ArchiveOptions): string {
  return words([...extra, ...exclude.map((one) => `--exclude=${one}`)]);
}

function tarMembers({ include }: ArchiveOptions): string {
  return include.length === 0 ? '' : `-- ${words(include)}`;
}

function zipMembers({ include, exclude }: ArchiveOptions): string {
  return `${words(include)}${exclude.length === 0 ? '' : ` -x ${words(exclude)}`}`;
}

/** True if the options need GNU tar. busybox knows only the number of components to remove. */
export function needsGnu({ extra, exclude, strip }: ArchiveOptions): boolean {
  return exclude.length > 0 || extra.length > (strip === 0 ? 0 : extra.includes('--strip-components') ? 2 : 1);
}

function words(list: readonly string[]): string {
  return list.map(quote).join(' ');
}
