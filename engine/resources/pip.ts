import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { printEach, statesByIndex } from './base/records.ts';
import { type Prediction, type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { files } from './file.ts';
import { isBeneath } from './file/file-state.ts';
import { packages } from './package.ts';

/** A place in which Python packages are installed. */
export type PipPlace =
  | {
      readonly kind: 'environment';
      readonly path: string;
      /** True if packages of the system count too. */
      readonly withSystem: boolean;
    }
  /** `command`: the words that start pip. */
  | { readonly kind: 'system'; readonly command: readonly string[] };

/** The Python packages of a place. */
export type PipPackages =
  | {
      readonly kind: 'packages';
      /** Versions by name in its normal form (PEP 503). Undefined in a prediction: any version. */
      readonly versions: Readonly<Record<string, string | undefined>>;
      /** True if the distribution forbids pip to change the packages of the system (PEP 668). */
      readonly isManaged: boolean;
    }
  /** There is no such environment, or no pip. */
  | { readonly kind: 'missing' }
  /** The environment belongs to another user, who could run commands as the user of the task. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'failed'; readonly why: string };

/**
 * Reads the packages of a virtual environment from the names of its files, without starting a program. The packages of
 * the system are listed by pip.
 */
const pips: ResourceKind<PipPlace, PipPackages> = {
  name: 'pip_packages',
  observe: (requests) => printEach(requests, lookAt),
  decode: (output, requests) => statesByIndex(output, requests, decode),
  merge: (one) => one,
  disagreement(predicted, seen) {
    if (predicted.kind !== 'packages') return undefined;
    if (seen.kind !== 'packages') return seen.kind === 'failed' ? seen.why : 'is not there';
    for (const [name, version] of Object.entries(predicted.versions))
      if (seen.versions[name] === undefined || (version !== undefined && seen.versions[name] !== version))
        return `has ${seen.versions[name] ?? 'no'} ${name}, should have ${version ?? 'it'}`;
    return undefined;
  },
  after,
};

/** Asks for the Python packages of an environment or of the system. */
export function pipPackages(place: PipPlace): Request<PipPlace, PipPackages> {
  const id = place.kind === 'system' ? place.command.join(' ') : place.path;
  return request(pips, place.kind === 'environment' && place.withSystem ? `${id} with the system` : id, place);
}

const SYSTEM_FOLDERS =
  '/usr/lib/python3/dist-packages /usr/local/lib/python3*/dist-packages /usr/local/lib/python3*/site-packages /usr/lib/python3*/site-packages';

/** A shell that has entered the environment stays in it, even if another user changes its name. */
function lookAt(place: PipPlace): string {
  if (place.kind === 'system') return lookAtSystem(place.command);
  const folders = `lib/python3*/site-packages${place.withSystem ? ` ${SYSTEM_FOLDERS}` : ''}`;
  return `cd -P -- ${quote(place.path)} 2>/dev/null && [ -e bin/python ] || { printf missing; exit 0; }
[ -O . ] && [ -O bin ] && [ -O lib ] || { printf foreign; exit 0; }
printf 'names\\n'
for f in ${folders}; do
  for n in "$f"/*.dist-info "$f"/*.egg-info; do [ ! -e "$n" ] || printf '%s\\n' "\${n##*/}"; done
done`;
}

function lookAtSystem(command: readonly string[]): string {
  const [program = ''] = command;
  const pip = command.map(quote).join(' ');
  return `p=$(command -v ${quote(program)}) || { printf missing; exit 0; }
m=; case $p in /usr/bin/*) for f in /usr/lib/python3*/EXTERNALLY-MANAGED; do [ ! -e "$f" ] || m=' managed'; done ;; esac
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
if s=$(${pip} list --format=json 2>/dev/null); then printf 'json%s\\n%s' "$m" "$s"
else
  s=$(${pip} list --format=json 2>&1)
  case $s in *'No module named pip'*) printf missing ;; *) printf 'failed\\n%s' "$s" ;; esac
fi`;
}

const LISTED = z.array(z.object({ name: z.string(), version: z.string() }));

function decode(text: string): PipPackages {
  const [kind = '', ...lines] = text.split('\n');
  switch (kind) {
    case 'names':
      return { kind: 'packages', versions: Object.fromEntries(lines.flatMap(named)), isManaged: false };
    case 'json':
    case 'json managed': {
      const list = LISTED.safeParse(parsed(lines.join('\n')));
      if (!list.success) return { kind: 'failed', why: 'pip list gives no list' };
      return {
        kind: 'packages',
        versions: Object.fromEntries(list.data.map(({ name, version }) => [normal(name), version])),
        isManaged: kind === 'json managed',
      };
    }
    case 'foreign':
      return { kind: 'foreign' };
    case 'failed':
      return { kind: 'failed', why: lines.join('\n').trim() };
    default:
      return { kind: 'missing' };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads `name-version.dist-info` and `name-version-py3.11.egg-info`. */
function named(line: string): readonly (readonly [string, string])[] {
  const [, name, version] = /^([^-]+)-([^-]+)(?:-py[^-]*)?\.(?:dist|egg)-info$/.exec(line) ?? [];
  return name === undefined || version === undefined ? [] : [[normal(name), version]];
}

function normal(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

function after(state: PipPackages, id: string, effect: Prediction): PipPackages | 'stale' | undefined {
  if (predictedOf(packages, effect) !== undefined)
    return id.startsWith('/') && state.kind === 'packages' ? undefined : 'stale';
  const changed = predictedOf(files, effect);
  const place = id.replace(/ with the system$/, '');
  if (changed === undefined || !place.startsWith('/')) return undefined;
  const { id: path } = effect.request;
  if (changed.type === 'absent' && (path === place || isBeneath(place, path))) return { kind: 'missing' };
  if (state.kind === 'missing' && path === place) return undefined;
  return path === place || isBeneath(path, place) ? 'stale' : undefined;
}
