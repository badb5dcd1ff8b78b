import { quote } from '../connection/quote.ts';
import type { Request, ResourceKind } from './resource.ts';
import { request } from './resource.ts';

/** What is mounted at a directory now. */
export interface MountState {
  readonly mounted: boolean;
  readonly source?: string | undefined;
  readonly type?: string | undefined;
  readonly options?: string | undefined;
  /** The device behind the source as it was asked for, where that is a UUID= or LABEL=. */
  readonly device?: string | undefined;
}

/** Ids are directories. */
export const mounts: ResourceKind<{ readonly source: string | undefined }, MountState> = {
  name: 'mount',
  observe: (
    requests,
  ) => `while read -r source at type options rest; do printf 'mount\\t%s\\t%s\\t%s\\t%s\\n' "$source" "$at" "$type" "$options"; done </proc/self/mounts
${requests.map(({ detail }, index) => deviceOf(detail.source, index)).join('')}`,
  decode(output, requests) {
    const lines = output
      .toString('utf8')
      .split('\n')
      .map((line) => line.split('\t'));
    return new Map(
      requests.map(({ id }, index): [string, MountState] => {
        // The last one at a place covers those before it.
        const line = lines.findLast(([kind, , at]) => kind === 'mount' && unescape(at ?? '') === id);
        const device = lines.find(([kind, number]) => kind === 'device' && number === String(index))?.[2];
        if (line === undefined) return [id, { mounted: false, device }];
        return [id, { mounted: true, source: unescape(line[1] ?? ''), type: line[3], options: line[4], device }];
      }),
    );
  },
  merge: (one, other) => ({ source: one.source ?? other.source }),
  disagreement(predicted, seen) {
    if (predicted.mounted !== seen.mounted) return seen.mounted ? 'is still mounted' : 'is not mounted';
    return undefined;
  },
};

export function mountRequest(path: string, source: string | undefined): Request<{ readonly source: string | undefined }, MountState> {
  return request(mounts, path, { source });
}

function deviceOf(source: string | undefined, index: number): string {
  const [, kind, value] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.+)$/.exec(source ?? '') ?? [];
  const link =
    kind === undefined ? (source?.startsWith('/dev/') === true ? source : undefined) : `/dev/disk/by-${kind.toLowerCase()}/${value}`;
  return link === undefined ? '' : `[ ! -e ${quote(link)} ] || printf 'device\\t${index}\\t%s\\n' "$(readlink -f ${quote(link)})"\n`;
}

/** The kernel writes blanks, tabs, line ends and backslashes of names in octal. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
