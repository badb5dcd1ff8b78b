import { quote } from '../connection/quote.ts';
import type { Request, ResourceKind } from './resource.ts';
import { request } from './resource.ts';

/** What is mounted at a directory now. */
export interface MountState {
  readonly mounted: boolean;
  /** How many file systems lie over each other there; undefined in a prediction that cannot know. */
  readonly layers?: number | undefined;
  readonly source?: string | undefined;
  readonly type?: string | undefined;
  readonly options?: string | undefined;
  /** The device behind each source that was asked for and is one: a path below /dev, a UUID= or LABEL=. */
  readonly devices: Readonly<Record<string, string>>;
}

interface MountDetail {
  readonly sources: readonly string[];
}

/** Ids are directories. */
export const mounts: ResourceKind<MountDetail, MountState> = {
  name: 'mount',
  observe: (requests) => `N='
'
${requests.map(({ id }, index) => realPathOf(id, index)).join('')}while read -r source at type options rest; do printf 'mount\\t%s\\t%s\\t%s\\t%s\\n' "$source" "$at" "$type" "$options"; done </proc/self/mounts
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
        // The last one at a place covers those before it.
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
        if (line === undefined) return [id, { mounted: false, layers: 0, devices }];
        const [, source = '', , type = '', options = ''] = line.map(unescapeOctal);
        return [id, { mounted: true, layers: here.length, source, type, options, devices }];
      }),
    );
  },
  merge: (one, other) => ({ sources: [...new Set([...one.sources, ...other.sources])] }),
  disagreement(predicted, seen) {
    if (predicted.mounted !== seen.mounted) return seen.mounted ? 'is still mounted' : 'is not mounted';
    return undefined;
  },
};

export function mountRequest(path: string, source: string | undefined): Request<MountDetail, MountState> {
  return request(mounts, path, { sources: source === undefined ? [] : [source] });
}

function sourcesOf(requests: readonly { readonly detail: MountDetail }[]): readonly string[] {
  return [...new Set(requests.flatMap(({ detail }) => detail.sources))];
}

function deviceOf(source: string, index: number): string {
  const [, kind, value = ''] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.+)$/.exec(source) ?? [];
  const link =
    kind === undefined ? (source.startsWith('/dev/') ? source : undefined) : `/dev/disk/by-${kind.toLowerCase()}/${nameOfLink(value)}`;
  return link === undefined ? '' : `[ ! -e ${quote(link)} ] || printf 'device\\t${index}\\t%s\\n' "$(readlink -f ${quote(link)})"\n`;
}

/** Where links lead, of the path and of what is above it: the kernel tells of no others. */
function realPathOf(path: string, index: number): string {
  return `p=${quote(path)}
if [ -L "$p" ]; then p=$(readlink -f -- "$p"); elif d=$(cd -P -- "\${p%/*}/" 2>/dev/null && pwd -P); then p=\${d%/}/\${p##*/}; fi
case $p in *"$N"*) ;; *) printf 'real\\t${index}\\t%s\\n' "$p" ;; esac
`;
}

/** As udev writes labels in names of links: a blank is `\\x20`. */
function nameOfLink(label: string): string {
  return label.replace(
    /[^A-Za-z0-9#+\-.:=@_\u0080-\u{10ffff}]/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** The kernel writes blanks, tabs, line ends and backslashes of names in octal. */
export function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
