import { quote } from '../connection/base/quote.ts';
import { type Request, type ResourceKind, request } from './base/resource.ts';
import { isBeneath } from './file/file-state.ts';

/** The file system that is mounted at a directory now. */
export interface MountState {
  readonly mounted: boolean;
  /**
   * Number of file systems that are mounted there, each over the one before; undefined if a prediction cannot know it.
   */
  readonly layers?: number | undefined;
  readonly source?: string | undefined;
  readonly type?: string | undefined;
  readonly options?: string | undefined;
  /** The devices of the requested sources that have one: a path below /dev, or a name such as UUID= or LABEL=. */
  readonly devices: Readonly<Record<string, string>>;
  /** The requested sources that are the same file or directory as the one at the path. */
  readonly bound?: readonly string[] | undefined;
  /** True if the directory itself is empty. Only if requested; undefined if another file system hides the directory. */
  readonly isEmpty?: boolean | undefined;
}

export interface MountDetail {
  readonly sources: readonly string[];
  /** True to look whether the directory is empty. */
  readonly contents: boolean;
}

/** Ids are directories. */
export const mounts: ResourceKind<MountDetail, MountState> = {
  name: 'mount',
  observe: (requests) => `N='
'
${requests.map((one, index) => lookAt(one, index, sourcesOf(requests))).join('')}while read -r source at type options rest; do printf 'mount\\t%s\\t%s\\t%s\\t%s\\n' "$source" "$at" "$type" "$options"; done </proc/self/mounts
${sourcesOf(requests).map(deviceOf).join('')}`,
  decode(output, requests) {
    const lines = output
      .toString('utf8')
      .split('\n')
      .map((line) => line.split('\t'));
    const sources = sourcesOf(requests);
    return new Map(
      requests.map(({ id, detail }, index): [string, MountState] => {
        const real = lines
          .find(([kind, number]) => kind === 'real' && number === String(index))
          ?.slice(2)
          .join('\t');
        const here = lines.filter(([kind, , at]) => kind === 'mount' && unescapeOctal(at ?? '') === (real ?? id));
        // The last mount at a path covers those before it.
        const line = here.at(-1);
        const devices = Object.fromEntries(
          detail.sources.flatMap((source) => {
            const at = String(sources.indexOf(source));
            const device = lines
              .find(([kind, number]) => kind === 'device' && number === at)
              ?.slice(2)
              .join('\t');
            return device === undefined ? [] : [[source, device]];
          }),
        );
        const own = lines.filter(([, number]) => number === String(index));
        const bound = detail.sources.filter((source) =>
          own.some(([kind, , at]) => kind === 'same' && at === String(sources.indexOf(source))),
        );
        const isEmpty = detail.contents && line === undefined ? !own.some(([kind]) => kind === 'full') : undefined;
        if (line === undefined) return [id, { mounted: false, layers: 0, devices, bound, isEmpty }];
        const [, source = '', , type = '', options = ''] = line.map(unescapeOctal);
        return [id, { mounted: true, layers: here.length, source, type, options, devices, bound }];
      }),
    );
  },
  merge: (one, other) => ({
    sources: [...new Set([...one.sources, ...other.sources])],
    contents: one.contents || other.contents,
  }),
  disagreement(predicted, seen) {
    if (predicted.mounted !== seen.mounted) return seen.mounted ? 'is still mounted' : 'is not mounted';
    return undefined;
  },
  after(state, id, effect) {
    const isWithin = effect.request.kind.name === 'file' && isBeneath(effect.request.id, id);
    return isWithin && state.isEmpty !== undefined && !state.mounted ? { ...state, isEmpty: undefined } : undefined;
  },
};

/** Asks for the mount at a path. `contents`: also looks whether the directory is empty. */
export function mountRequest(
  path: string,
  source: string | undefined,
  contents = false,
): Request<MountDetail, MountState> {
  return request(mounts, path, { sources: source === undefined ? [] : [source], contents });
}

function sourcesOf(requests: readonly { readonly detail: MountDetail }[]): readonly string[] {
  return [...new Set(requests.flatMap(({ detail }) => detail.sources))];
}

function deviceOf(source: string, index: number): string {
  const [, kind, value = ''] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.+)$/.exec(source) ?? [];
  const link =
    kind === undefined
      ? source.startsWith('/dev/')
        ? source
        : undefined
      : `/dev/disk/by-${kind.toLowerCase()}/${nameOfLink(value)}`;
  return link === undefined
    ? ''
    : `[ ! -e ${quote(link)} ] || printf 'device\\t${index}\\t%s\\n' "$(readlink -f ${quote(link)})"\n`;
}

/**
 * Prints the path without links, also in the directories above it: the kernel knows only this path. Sets `$p` to it.
 */
function realPathOf(path: string, index: number): string {
  return `p=${quote(path)}
if [ -L "$p" ]; then p=$(readlink -f -- "$p"); elif d=$(cd -P -- "\${p%/*}/" 2>/dev/null && pwd -P); then p=\${d%/}/\${p##*/}; fi
case $p in *"$N"*) ;; *) printf 'real\\t${index}\\t%s\\n' "$p" ;; esac
`;
}

/** Must come after `realPathOf`, which sets `$p`. */
function lookAt(
  { id, detail }: { readonly id: string; readonly detail: MountDetail },
  index: number,
  all: readonly string[],
): string {
  const paths = detail.sources.filter((source) => source.startsWith('/') && !source.startsWith('/dev/'));
  const same = paths.map(
    (path) => `[ ! ${quote(path)} -ef "$p" ] || printf 'same\\t${index}\\t${all.indexOf(path)}\\n'\n`,
  );
  return `${realPathOf(id, index)}${same.join('')}${detail.contents ? contentsOf(index) : ''}`;
}

/** The patterns match all names except `.` and `..`. */
function contentsOf(index: number): string {
  return `for f in "$p"/* "$p"/.[!.]* "$p"/..?*; do
  if [ -e "$f" ] || [ -L "$f" ]; then printf 'full\\t${index}\\n'; break; fi
done
`;
}

/** Writes a label as udev writes it in a link: a blank is `\x20`. */
function nameOfLink(label: string): string {
  return label.replace(
    /[^A-Za-z0-9#+\-.:=@_\u0080-\u{10ffff}]/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** Decodes a name. The kernel writes blanks, tabs, line ends and backslashes in octal. */
export function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
