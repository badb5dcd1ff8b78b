import { quote } from '../../connection/base/quote.ts';
import { type Prediction, type Request, type Seen, predict } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import { ABSENT, UNKNOWN_ATTRIBUTES } from '../../resources/file/file-state.ts';
import { type SettingDetail, type SettingState, settingRequest } from '../../resources/setting.ts';
import type { ValueMap } from '../../values/base/value.ts';
import type { Mode } from '../base/file-mode.ts';
import type { Context, Difference, Impossible, Outcome } from '../base/module.ts';
import { accountText, type WantedAttributes } from '../path/file-attributes.ts';
import { wayTo } from '../path/way-to-path.ts';

/** A folder of the host that is copied on the host. */
export interface TreeCopy {
  readonly src: string;
  /** The directory that gets the content of `src`. */
  readonly dest: string;
  /** The directory of the task: `dest`, or the one that `dest` is in. If it is new, it gets the owner too. */
  readonly into: string;
  readonly owner: WantedAttributes['owner'];
  readonly group: WantedAttributes['group'];
  /** The mode of files. Undefined: that of the source. */
  readonly mode: Mode | 'preserve' | undefined;
  /** The mode of new folders. Undefined: that of the source. */
  readonly directoryMode: Mode | undefined;
  readonly force: boolean;
  readonly deletes: boolean;
  readonly trusts: boolean;
  readonly result: ValueMap;
}

/**
 * Asks for the names by which `dest` differs from `src`, one on each line: a word for the kind of the difference, a
 * blank, and the name below the folder.
 */
export function treeRequest(copy: TreeCopy): Request<SettingDetail, SettingState> {
  const { src, dest, deletes, force } = copy;
  return settingRequest(
    `tree ${src} ${dest}${deletes ? ' exactly' : ''}${force ? '' : ' new'} ${attributesOf(copy).join(' ')}`.trimEnd(),
    `[ -d ${quote(src)} ] || { echo 'no folder'; exit 0; }
cd ${quote(src)} || exit 1
to=${quote(dest)}
[ -z "$(find . "$to" -name '*
*' 2>/dev/null | sed 1q)" ] || { echo 'a name holds a line end' >&2; exit 1; }
digest() { sha256sum <"$1"; }
me=$(id -u)
# Whether others can change names in a directory.
foreign() {
  o=$(stat -c '%u %a' -- "$1") || return 0
  case \${o%% *} in 0 | "$me") ;; *) return 0 ;; esac
  case $o in *[2367] | *[2367]?) return 0 ;; esac
  return 1
}
all() {
if foreign .; then echo 'source .'; fi
if [ ! -d "$to" ]; then echo 'root .'; else d=$to n=.; if false; then :; ${differs(copy, false)}fi; fi
if [ -d "$to" ] && foreign "$to"; then echo 'theirs .'; fi
find -L . ! -name . 2>/dev/null | sort | while IFS= read -r n; do
  n=\${n#./} d=$to/\${n#./}
  if [ -d "./$n" ]; then
    if foreign "./$n"; then echo "source $n"; fi
    if [ ! -L "$d" ] && [ -d "$d" ] && foreign "$d"; then echo "theirs $n"; fi
    if [ ! -e "$d" ] && [ ! -L "$d" ]; then echo "folder $n"; elif [ ! -d "$d" ]; then echo "clash $n"; ${differs(copy, false)}fi
  elif [ -f "./$n" ]; then
    if [ ! -e "$d" ] && [ ! -L "$d" ]; then echo "new $n"
    elif [ ! -f "$d" ]; then echo "clash $n"
    elif [ "$(digest "./$n")" != "$(digest "$d")" ]; then echo "${force ? 'other' : 'kept'} $n"
    ${differs(copy, true)}fi
  else echo "special $n"; fi
done
${deletes ? `[ ! -d "$to" ] || ( cd "$to" && find . ! -name . | sort | while IFS= read -r n; do [ -e ${quote(src)}/"$n" ] || [ -L ${quote(src)}/"$n" ] || echo "extra \${n#./}"; done )` : ''}
}
# Names that stay as they are make no difference.
told=$(all)
if printf '%s\\n' "$told" | grep -E -v -q '^((source|theirs|kept) |$)'; then printf '%s\\n' "$told"; fi`,
  );
}

/** Shell text that compares the attributes of a name that is there already. With `force: false`, such a name stays. */
function differs(copy: TreeCopy, isFile: boolean): string {
  const { owner, group, mode, force } = copy;
  const format = [
    ...(owner === undefined ? [] : [owner.name === undefined ? '%u' : '%U']),
    ...(group === undefined ? [] : [group.name === undefined ? '%g' : '%G']),
    ...(isFile && octal(mode) !== undefined ? ['%a'] : []),
  ];
  if (format.length === 0 || !force) return '';
  const wanted = [
    ...(owner === undefined ? [] : [accountText(owner)]),
    ...(group === undefined ? [] : [accountText(group)]),
    ...(isFile && octal(mode) !== undefined ? [octal(mode)] : []),
  ];
  return `elif [ "$(stat -c ${quote(format.join(' '))} -- "$d")" != ${quote(wanted.join(' '))} ]; then echo "attributes $n"; `;
}

function octal(mode: TreeCopy['mode']): string | undefined {
  return typeof mode === 'object' && mode.kind === 'octal' ? mode.bits.toString(8) : undefined;
}

function attributesOf({ owner, group, mode }: TreeCopy): readonly string[] {
  return [
    owner === undefined ? '' : accountText(owner),
    group === undefined ? '' : accountText(group),
    octal(mode) ?? '',
  ].filter((word) => word !== '');
}

interface Step {
  readonly how: string;
  readonly name: string;
}

/** Plans the copy of a folder. The caller knows that `src` is a directory now, or may become one. */
export function planTree(copy: TreeCopy, seen: Seen, context: Context): Outcome {
  const request = treeRequest(copy);
  const state = seen.of(request);
  const way = copy.trusts ? undefined : wayTo(file(copy.dest, 'digest'), false, seen, context);
  if (way?.kind === 'impossible') return way;
  const symbolic = [copy.mode, copy.directoryMode].find(
    (mode) => typeof mode === 'object' && octal(mode) === undefined,
  );
  if (symbolic !== undefined)
    return {
      kind: 'impossible',
      what: 'the mode of a folder of the host must be octal digits',
      remedy:
        'Write digits, such as "0644"; or set it by a task after this one: file: { path: …, mode: …, recurse: true }.',
    };
  if (state.kind !== 'answer')
    return seen.certainty(request) === 'after_change'
      ? { kind: 'cannot_know', because: `an earlier change of ${copy.src}` }
      : {
          kind: 'impossible',
          what: `${copy.src} cannot be compared`,
          why: state.kind === 'refused' ? state.why : '',
          remedy: 'Set become: true on the task, or correct src.',
        };
  if (seen.certainty(request) === 'after_change')
    return { kind: 'cannot_know', because: `an earlier change of ${copy.src} or ${copy.dest}` };
  const steps = stepsOf(state.text);
  const changes = steps.filter(({ how }) => !NO_CHANGE.has(how));
  if (way?.kind === 'foreign' && changes.length > 0) return ofOthers(copy.dest, copy.dest);
  return clashOf(copy, changes) ?? foreignOf(copy, steps, changes) ?? changed(copy, changes, request);
}

/** Words for names that do not change: a file that stays, and folders in which others can change names. */
const NO_CHANGE: ReadonlySet<string> = new Set(['kept', 'source', 'theirs']);

/** Returns why a change cannot be made safely: it is in a folder, or comes out of one, in which others change names. */
function foreignOf(
  { src, dest, trusts }: TreeCopy,
  steps: readonly Step[],
  changes: readonly Step[],
): Impossible | undefined {
  if (trusts) return undefined;
  const open = steps.find(
    ({ how, name }) =>
      (how === 'source' || how === 'theirs') &&
      changes.some((change) => name === '.' || change.name === name || change.name.startsWith(`${name}/`)),
  );
  if (open === undefined) return undefined;
  const folder = open.how === 'source' ? src : dest;
  return ofOthers(dest, open.name === '.' ? folder : `${folder}/${open.name}`);
}

function stepsOf(text: string): readonly Step[] {
  return text === ''
    ? []
    : text.split('\n').map((line) => ({ how: line.split(' ', 1)[0] ?? '', name: line.slice(line.indexOf(' ') + 1) }));
}

function ofOthers(dest: string, folder: string): Impossible {
  return {
    kind: 'impossible',
    what:
      folder === dest
        ? `another user can change names in ${dest}, or on the way to it`
        : `another user can change names in ${folder}`,
    why: 'A folder of the host is copied file by file, and that user could lead them elsewhere.',
    remedy: 'Copy it as that user: become: true and become_user: NAME. If this user is trusted, set unsafe_path: true.',
  };
}

function clashOf({ src, dest }: TreeCopy, steps: readonly Step[]): Impossible | undefined {
  const clash = steps.find(({ how }) => how === 'clash' || how === 'special');
  if (clash === undefined) return undefined;
  return clash.how === 'special'
    ? {
        kind: 'impossible',
        what: `${src}/${clash.name} is neither a file nor a folder`,
        remedy: 'Remove it with a task before this one; such things are not copied.',
      }
    : {
        kind: 'impossible',
        what: `${dest}/${clash.name} is of another type than ${src}/${clash.name}`,
        remedy: `Remove it with a task before this one: file: { path: ${dest}/${clash.name}, state: absent }`,
      };
}

/** The number of names that a plan lists. */
const MOST_TOLD = 20;

function changed(copy: TreeCopy, steps: readonly Step[], request: Request<SettingDetail, SettingState>): Outcome {
  const { dest } = copy;
  const result = { dest, ...copy.result };
  if (steps.length === 0) return { kind: 'in_sync', result };
  const more = steps.length - MOST_TOLD;
  return {
    kind: 'change',
    differences: [
      ...steps.slice(0, MOST_TOLD).map((step) => differenceOf(copy, step)),
      ...(more > 0 ? [{ kind: 'field' as const, of: dest, field: 'further changes', before: null, after: more }] : []),
    ],
    certainty: 'certain',
    predictions: [
      predict(request, { kind: 'answer', text: '' }),
      ...steps.flatMap((step) => predictionsOf(dest, step)),
    ],
    touches: 'predicted',
    apply: () => ({ script: scriptOf(copy, steps) }),
    planned: result,
  };
}

function differenceOf({ src, dest }: TreeCopy, { how, name }: Step): Difference {
  const of = name === '.' ? dest : `${dest}/${name}`;
  switch (how) {
    case 'root':
      return { kind: 'field', of: dest, field: 'state', before: 'absent', after: 'directory' };
    case 'extra':
      return { kind: 'field', of, field: 'state', before: 'present', after: 'absent' };
    case 'attributes':
      return { kind: 'field', of, field: 'owner, group, mode', before: 'others', after: 'as wanted' };
    case 'other':
      return { kind: 'field', of, field: 'content', before: 'another', after: `that of ${src}/${name}` };
    default:
      return { kind: 'field', of, field: 'state', before: 'absent', after: `a copy of ${src}/${name}` };
  }
}

function predictionsOf(dest: string, { how, name }: Step): readonly Prediction[] {
  const request = file(how === 'root' ? dest : `${dest}/${name}`);
  if (how === 'extra') return [predict(request, ABSENT)];
  if (how === 'folder' || how === 'root') return [predict(request, { type: 'directory', ...UNKNOWN_ATTRIBUTES })];
  if (how !== 'new' && how !== 'other') return [];
  return [
    predict(request, { type: 'file', ...UNKNOWN_ATTRIBUTES, size: undefined, sha256: undefined, content: undefined }),
  ];
}

/**
 * Links of the source are followed. Each file is copied beside its place first, so that nobody sees a half of it. It gets
 * the permission bits of its source, but no set-id bit: the copy may have another owner.
 */
function scriptOf(copy: TreeCopy, steps: readonly Step[]): string {
  const { src, dest, into, owner, group } = copy;
  const account = `${owner === undefined ? '' : accountText(owner)}${group === undefined ? '' : `:${accountText(group)}`}`;
  const own = account === '' ? '' : `  chown -h -- ${quote(account)} "$1" || exit\n`;
  const mode = octal(copy.mode);
  const folder = (path: string): string =>
    `[ -d ${quote(path)} ] || { mkdir -p -- ${quote(path)} && own ${quote(path)}; } || exit`;
  const made = steps.filter(({ how }) => how === 'folder' || how === 'root').map(({ name }) => name);
  const modeOf = octal(copy.directoryMode) ?? `"$(stat -L -c %a -- "$1")"`;
  const lines = steps.map(({ how, name }) => {
    const path = quote(`${dest}/${name}`);
    switch (how) {
      case 'root':
        return '';
      case 'folder':
        return `mkdir -m 700 -- ${path} && own ${path} || exit`;
      case 'extra':
        return `rm -rf -- ${path} || exit`;
      case 'attributes':
        return `own ${path}; [ ! -f ${path} ] || mode ${path} || exit`;
      default:
        return `bring ${quote(`${src}/${name}`)} ${path} || exit`;
    }
  });
  // A folder gets its mode when all that is in it is there: its own user may not be allowed to write into it.
  const folders = made.toReversed().map((name) => `as ${quote(`${src}/${name}`)} ${quote(`${dest}/${name}`)}`);
  return `t=
trap 'rm -rf -- "$t"' EXIT
trap 'exit 1' HUP INT TERM
own() {
${own === '' ? '  :\n' : own}}
mode() {
${mode === undefined ? '  :\n' : `  chmod -- ${mode} "$1" || exit\n`}}
as() {
  chmod -- ${modeOf} "$2" || exit
}
bring() {
  t=$(mktemp -d "$2.XXXXXX") || exit
  cp -- "$1" "$t/new" && chmod -- "$(printf %o "$((0$(stat -L -c %a -- "$1") & 0777))")" "$t/new" || exit
  own "$t/new"
  mode "$t/new"
  mv -f -- "$t/new" "$2" && rmdir -- "$t" || exit
}
umask 022
${into === dest ? '' : `${folder(into)}\n`}${folder(dest)}
${lines.join('\n')}
${folders.join('\n')}
`;
}
