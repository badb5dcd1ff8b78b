import { createHash } from 'node:crypto';
import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { printEach, statesByIndex } from './base/records.ts';
import { type Prediction, type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { files } from './file.ts';
import { isBeneath } from './file/file-state.ts';
import { packages } from './package.ts';

/** A place in which npm installs packages, and what is asked of the registry. */
export interface NpmPlace {
  /** The folder of the project; undefined: the packages of the whole host. */
  readonly path: string | undefined;
  /** The npm program. */
  readonly program: string;
  /** Options of npm, such as `--omit=dev`. */
  readonly options: readonly string[];
  /** What npm asks the registry; undefined: nothing. */
  readonly question: NpmQuestion | undefined;
  /** Shell text that sets the environment of the task. */
  readonly preamble: string;
}

export type NpmQuestion =
  /** Which packages have a newer version that the project accepts. */
  | { readonly kind: 'outdated'; readonly name: string | undefined }
  /** Which versions a name with a tag or a range means, such as `a@^1`. */
  | { readonly kind: 'versions'; readonly of: string };

/** A package at the top of a place. */
export interface NpmPackage {
  /** Undefined in a prediction: any version. */
  readonly version: string | undefined;
  /** True if the project does not accept the version. */
  readonly isWrong: boolean;
  /** True if the project does not name it: npm may remove it at any change. */
  readonly isExtra?: boolean;
}

/** The packages of a place. */
export type NpmPackages =
  | {
      readonly kind: 'packages';
      /** By name. Null: the project needs the package and it is missing; in a prediction: it is removed. */
      readonly packages: Readonly<Record<string, NpmPackage | null>>;
      /** True if the place has a package.json, or is the whole host. */
      readonly isProject: boolean;
      /** The newest accepted version of each outdated package. */
      readonly outdated: Readonly<Record<string, string>>;
      /** The versions that a tag or a range means. */
      readonly versions: readonly string[];
    }
  /** The host has no npm. */
  | { readonly kind: 'missing' }
  /** The folder belongs to another user, who could run commands as the user of the task. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'failed'; readonly why: string };

/** Lists packages by npm itself: only npm knows which versions fit a project. */
const npmPlaces: ResourceKind<NpmPlace, NpmPackages> = {
  name: 'npm_packages',
  observe: (requests) => printEach(requests, lookAt),
  decode: (output, requests) => statesByIndex(output, requests, decode),
  merge: (one) => one,
  disagreement(predicted, seen) {
    if (predicted.kind !== 'packages') return undefined;
    if (seen.kind !== 'packages') return seen.kind === 'failed' ? seen.why : 'cannot be listed';
    for (const [name, wanted] of Object.entries(predicted.packages)) {
      const fault = faultOf(name, wanted, seen.packages[name]);
      if (fault !== undefined) return fault;
    }
    return undefined;
  },
  after,
};

function faultOf(name: string, wanted: NpmPackage | null, there: NpmPackage | null | undefined): string | undefined {
  if (wanted === null) return there === undefined || there === null ? undefined : `still has ${name}`;
  if (there === undefined || there === null) return `has no ${name}`;
  if (wanted.version !== undefined && wanted.version !== there.version)
    return `has ${name} ${there.version ?? ''}, should have ${wanted.version}`;
  return there.isWrong && !wanted.isWrong ? `has ${name} ${there.version ?? ''}, which does not fit` : undefined;
}

/** Asks for the packages of a place. */
export function npmPackages(place: NpmPlace): Request<NpmPlace, NpmPackages> {
  const { path, program, options, question, preamble } = place;
  const asked =
    question === undefined ? [] : [question.kind, question.kind === 'outdated' ? question.name : question.of];
  const environment = preamble === '' ? undefined : createHash('sha256').update(preamble).digest('hex').slice(0, 12);
  const words = [path?.replaceAll(/[% ]/g, encodeURIComponent) ?? 'global', program, ...options, ...asked, environment];
  return request(npmPlaces, words.filter((word) => word !== undefined).join(' '), place);
}

/** Returns the folder of a request; undefined for the whole host. */
function folderOf(id: string): string | undefined {
  const [place = ''] = id.split(' ');
  return place.startsWith('/') ? place.replaceAll(/%2[05]/g, decodeURIComponent) : undefined;
}

/** Options with which npm writes nothing on the host. */
const WRITES_NOTHING = '--logs-max=0 --no-update-notifier';

/** A registry that does not answer must not stop the look of a host for minutes. */
const LIMIT = '--fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-timeout=30000';

/** A shell that has entered the folder stays in it, even if another user changes its name. */
function lookAt({ path, program, options, question, preamble }: NpmPlace): string {
  const npm = [program, ...options].map(quote).join(' ');
  const enter =
    path === undefined
      ? 'cd /; p=1'
      : `p=0
if cd -P -- ${quote(path)} 2>/dev/null; then
  { [ -O . ] && { [ ! -e node_modules ] || [ -O node_modules ]; }; } || { printf foreign; exit 0; }
  [ ! -e package.json ] || p=1
else cd /; f=none; fi`;
  return `${preamble}PATH="\${PATH:+$PATH:}/usr/local/bin:/usr/bin:/bin" LC_ALL=C; export PATH LC_ALL
f=
${enter}
command -v ${quote(program)} >/dev/null || { printf missing; exit 0; }
l='{}'
[ "$f" = none ] || l=$(${npm} ls ${path === undefined ? '--global ' : ''}--json --depth=0 --cache=/dev/null ${WRITES_NOTHING} 2>/dev/null) || :
[ -n "$l" ] || { printf 'failed\\n'; ${npm} ls ${path === undefined ? '--global ' : ''}--depth=0 ${WRITES_NOTHING} 2>&1; exit 0; }
printf 'packages %s\\n%s\\n${b('q')}' "$p" "$l"
${question === undefined ? '' : `${npm} ${ask(question, path)} --json ${LIMIT} ${WRITES_NOTHING} 2>/dev/null`}
:`;
}

/** A line between the answers: JSON has no such line. */
function b(letter: string): string {
  return `== ${letter} ==\\n`;
}

function ask(question: NpmQuestion, path: string | undefined): string {
  if (question.kind === 'versions') return `view ${quote(question.of)} version`;
  return `outdated ${path === undefined ? '--global ' : ''}${question.name === undefined ? '' : quote(question.name)}`;
}

const LISTED = z.object({
  name: z.string().optional(),
  dependencies: z
    .record(
      z.string(),
      z.object({
        version: z.string().optional(),
        missing: z.boolean().optional(),
        invalid: z.union([z.string(), z.boolean()]).optional(),
        extraneous: z.boolean().optional(),
      }),
    )
    .default({}),
});
const NEWER = z.object({ current: z.string().optional(), wanted: z.string(), dependent: z.string().optional() });
/** Several packages may need one name. */
const OUTDATED = z.record(z.string(), NEWER.or(z.array(NEWER)));
const VERSIONS = z.string().or(z.array(z.string()));
const REFUSED = z.object({ error: z.object({ code: z.string().nullish(), summary: z.string().nullish() }) });

function decode(text: string): NpmPackages {
  const end = text.indexOf('\n');
  const kind = end === -1 ? text : text.slice(0, end);
  const rest = text.slice(kind.length + 1);
  switch (kind) {
    case 'packages 0':
    case 'packages 1':
      return decodeLists(rest, kind === 'packages 1');
    case 'foreign':
      return { kind: 'foreign' };
    case 'failed':
      return { kind: 'failed', why: rest.trim() };
    default:
      return { kind: 'missing' };
  }
}

function decodeLists(text: string, isProject: boolean): NpmPackages {
  const [listed = '', answer = ''] = text.split('\n== q ==\n');
  const list = LISTED.safeParse(parsed(listed));
  if (!list.success) return { kind: 'failed', why: 'npm ls gives no list' };
  const told = parsed(answer);
  const refused = REFUSED.safeParse(told);
  if (refused.success) {
    const { code, summary } = refused.data.error;
    return { kind: 'failed', why: [code, summary].filter((one) => typeof one === 'string').join(': ') };
  }
  const all = Object.entries(list.data.dependencies).flatMap(
    ([name, { version, missing, invalid, extraneous }]): readonly (readonly [string, NpmPackage | null])[] => {
      const isWrong = invalid !== undefined && invalid !== false;
      if (version !== undefined)
        return [[name, { version, isWrong, ...(extraneous === true ? { isExtra: true } : {}) }]];
      // An optional package that does not fit the host is listed without a version, and npm does not miss it.
      return missing === true ? [[name, null]] : [];
    },
  );
  return { kind: 'packages', packages: Object.fromEntries(all), isProject, ...answersOf(told, list.data.name) };
}

/** `project`: the name under which npm lists the place. */
function answersOf(
  told: unknown,
  project: string | undefined,
): Pick<Extract<NpmPackages, { kind: 'packages' }>, 'outdated' | 'versions'> {
  const versions = VERSIONS.safeParse(told);
  if (versions.success) return { outdated: {}, versions: [versions.data].flat() };
  const outdated = Object.entries(OUTDATED.safeParse(told).data ?? {}).flatMap(([name, all]) =>
    [all]
      .flat()
      .filter(({ current, wanted }) => current !== undefined && current !== wanted)
      .filter(({ dependent }) => dependent === undefined || project === undefined || dependent === project)
      .map(({ wanted }) => [name, wanted] as const),
  );
  return { outdated: Object.fromEntries(outdated), versions: [] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Files of a project that decide which packages it needs. */
const DECIDING = ['package.json', 'package-lock.json', 'npm-shrinkwrap.json', '.npmrc', 'node_modules'];

function after(state: NpmPackages, id: string, effect: Prediction): NpmPackages | 'stale' | undefined {
  const folder = folderOf(id);
  if (predictedOf(npmPlaces, effect) !== undefined) return folderOf(effect.request.id) === folder ? 'stale' : undefined;
  if (state.kind === 'missing') return 'stale';
  if (predictedOf(packages, effect) !== undefined)
    return folder !== undefined && state.kind === 'packages' ? undefined : 'stale';
  if (predictedOf(files, effect) === undefined || folder === undefined) return undefined;
  const { id: path } = effect.request;
  const decides = DECIDING.some((name) => path === `${folder}/${name}` || isBeneath(path, `${folder}/${name}`));
  return decides || path === folder || isBeneath(folder, path) ? 'stale' : undefined;
}
