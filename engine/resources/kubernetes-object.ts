import { createHash } from 'node:crypto';
import { quote } from '../connection/base/quote.ts';
import { numbered, printRecords, recordsOf } from './base/records.ts';
import { type Request, type ResourceKind, request } from './base/resource.ts';
import {
  type Json,
  type JsonMap,
  firstDifference,
  isJsonMap,
  jsonAt,
  jsonText,
  wantedPart,
} from './kubernetes/kubernetes-json.ts';

/** How kubectl reaches the cluster. */
export interface KubernetesAccess {
  /** Options of kubectl before its command, such as `--kubeconfig=/root/.kube/config`. */
  readonly options: readonly string[];
  /** Shell text that sets the environment of the task. */
  readonly preamble: string;
}

export interface KubernetesDetail {
  readonly access: KubernetesAccess;
  /** The namespace of an object that names none itself. */
  readonly namespace: string | undefined;
  readonly object: JsonMap;
  /** Options of a server-side apply; undefined: the object is only looked at. */
  readonly apply: readonly string[] | undefined;
}

/** What the cluster says of one object. */
export type KubernetesAnswer =
  | {
      readonly kind: 'known';
      /** The object as it is, without what only the server sets; null: there is none. */
      readonly live: JsonMap | null;
      /** The object as it would be after the apply; null: nothing was asked, or the server refuses it. */
      readonly next: JsonMap | null;
      /** Why the server refuses the apply. */
      readonly refusal: string | undefined;
      readonly status: Json;
      readonly generation: number;
      /** True if the object is being removed. */
      readonly isLeaving: boolean;
    }
  /** The host has no kubectl. */
  | { readonly kind: 'no_program' }
  /** The cluster does not answer, or does not let the user in. */
  | { readonly kind: 'unanswered'; readonly why: string };

export type KnownObject = Extract<KubernetesAnswer, { kind: 'known' }>;

/** An object that is not there. */
export const NO_OBJECT: KnownObject = {
  kind: 'known',
  live: null,
  next: null,
  refusal: undefined,
  status: null,
  generation: 0,
  isLeaving: false,
};

/**
 * Objects of a Kubernetes cluster, by kubectl on the host. An apply that the server only tries (a dry run) tells what
 * the object would be: with defaults, conversions and admission, which only the server knows.
 */
const objects: ResourceKind<KubernetesDetail, KubernetesAnswer> = {
  name: 'kubernetes_object',
  observe: (requests) => printRecords(groupsOf(requests).map(askGroup).join('\n')),
  decode: decodeAll,
  merge: (one) => one,
  disagreement(predicted, seen) {
    if (predicted.kind !== 'known') return undefined;
    if (seen.kind === 'no_program') return 'cannot be looked at: the host has no kubectl';
    if (seen.kind === 'unanswered') return `cannot be looked at: ${seen.why}`;
    if (predicted.live === null) return seen.live === null || seen.isLeaving ? undefined : 'still exists';
    if (seen.live === null) return 'does not exist';
    if (seen.refusal !== undefined) return seen.refusal;
    const path = seen.next === null ? undefined : firstDifference(seen.live, seen.next);
    return path === undefined ? undefined : `still differs at ${path.join('.')}`;
  },
  after(state, id, { request: other }) {
    // The first object of a kind or a namespace, and whatever brings kubectl and the cluster, may let the server answer.
    if (state.kind !== 'known' || state.refusal !== undefined) return 'stale';
    if (other.kind.name !== objects.name) return undefined;
    const [own, changed] = [partsOf(id), partsOf(other.id)];
    const isNamespace = changed.kind === 'Namespace' && changed.name === own.namespace;
    return isNamespace || own.object === changed.object ? 'stale' : undefined;
  },
};

function partsOf(id: string): {
  readonly object: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
} {
  const [access = '', group = '', kind = '', namespace = '', name = ''] = id.split('|');
  return { object: [access, group, kind, namespace, name].join('|'), kind, namespace, name };
}

const DIGEST_LENGTH = 12;

/** Asks for an object, and for what an apply of it would make. Two tasks may want different things of one object. */
export function kubernetesObject(detail: KubernetesDetail): Request<KubernetesDetail, KubernetesAnswer> {
  const { access, namespace, object, apply } = detail;
  const parts = [
    access.options.join(' '),
    groupOf(object),
    jsonText(object, 'kind'),
    jsonText(object, 'metadata', 'namespace') || (namespace ?? ''),
    jsonText(object, 'metadata', 'name'),
  ].map((part) => part.replaceAll('|', '_'));
  const wanted = createHash('sha256')
    .update(JSON.stringify([object, apply ?? null]))
    .digest('hex');
  return request(objects, [...parts, wanted.slice(0, DIGEST_LENGTH)].join('|'), detail);
}

/** Returns shell text that finds kubectl. `missing`: shell text for a host without it. */
export function findKubectl({ preamble }: KubernetesAccess, missing: string): string {
  return `${preamble}PATH="\${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C; export PATH LC_ALL
cd /; kubectl=$(command -v kubectl) || ${missing}`;
}

/** Returns a call of kubectl that `findKubectl` has found. */
export function kubectlCall({ options }: KubernetesAccess, words: readonly string[]): string {
  return `"$kubectl" ${[...options, ...words].map(quote).join(' ')}`;
}

/** Returns the options for the namespace of objects that name none. */
export function namespaceOptions({
  namespace,
  object,
}: Pick<KubernetesDetail, 'namespace' | 'object'>): readonly string[] {
  const own = jsonText(object, 'metadata', 'namespace');
  return namespace === undefined || (own !== '' && own !== namespace) ? [] : [`--namespace=${namespace}`];
}

/** Returns objects as the input of kubectl. */
export function asInput(all: readonly JsonMap[]): string {
  const [only] = all;
  return JSON.stringify(all.length === 1 && only !== undefined ? only : { apiVersion: 'v1', kind: 'List', items: all });
}

interface Group {
  readonly detail: KubernetesDetail;
  /** Each with its index among all requests. */
  readonly members: readonly { readonly index: number; readonly request: KubernetesRequest }[];
}
type KubernetesRequest = Request<KubernetesDetail, KubernetesAnswer>;

/** One process of kubectl asks for all objects that are reached in the same way. */
function groupsOf(requests: readonly KubernetesRequest[]): readonly Group[] {
  const all = requests.map((one, index) => ({ index, request: one }));
  const groups = Map.groupBy(all, ({ request: { detail } }) =>
    JSON.stringify([detail.access, namespaceOptions(detail), detail.apply]),
  );
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ detail: first.request.detail, members }];
  });
}

/** A server that does not answer must not stop the look of a host. */
const LIMIT = '--request-timeout=30s';
/** No list of what the server offers is kept on the host: a look writes nothing. */
const NO_CACHE = '--cache-dir=/dev/null';

/**
 * Prints the objects as record `l`, and those of the dry run as record `n`, each with its end as record `m` and `o`. If
 * the server refuses one object, kubectl tells nothing of the others: then each is tried alone, as `p` and `q`.
 */
function askGroup({ detail, members }: Group, group: number): string {
  const { access, apply } = detail;
  const options = [LIMIT, NO_CACHE, ...namespaceOptions(detail), '--filename=-', '--output=json'];
  const ask = (
    { record, end, index }: { readonly record: string; readonly end: string; readonly index: number },
    input: string,
    words: readonly string[],
  ): string => `printf %s "\${b}${record}${index}:"
{ e=$( { printf '%s\\n' "${input}" | ${kubectlCall(access, [...words, ...options])} >&3 3>&-; } 2>&1 ); s=$?; } 3>&1
printf %s "\${b}${end}${index}:$s:$e"`;
  const tries = ['apply', '--server-side', '--dry-run=server', ...(apply ?? [])];
  const alone = members.map(({ index }) => ask({ record: 'p', end: 'q', index }, `$o${index}`, tries));
  const tried = [
    ask({ record: 'n', end: 'o', index: group }, '$all', tries),
    ...(members.length > 1 ? [`[ $s = 0 ] || {\n${alone.join('\n')}\n}`] : []),
  ];
  const names = members.map(({ index }) => `$o${index}`);
  return `(
${findKubectl(access, `{ printf %s "\${b}m${group}:127:"; exit 0; }`)}
${members.map(({ index, request: { detail: one } }) => `o${index}=${quote(JSON.stringify(one.object))}`).join('\n')}
all="${names.length === 1 ? names.join('') : `{\\"apiVersion\\":\\"v1\\",\\"kind\\":\\"List\\",\\"items\\":[${names.join(',')}]}`}"
${ask({ record: 'l', end: 'm', index: group }, '$all', ['get', '--ignore-not-found'])}
${apply === undefined ? '' : tried.join('\n')}
)`;
}

interface Said {
  readonly status: number;
  readonly why: string;
  readonly objects: readonly JsonMap[];
}

function decodeAll(output: Buffer, requests: readonly KubernetesRequest[]): ReadonlyMap<string, KubernetesAnswer> {
  const found = new Map<string, KubernetesAnswer>();
  const said = new Map<string, string>();
  for (const record of recordsOf(output)) {
    const { index, rest } = numbered(record);
    said.set(`${record.letter}${index}`, rest.toString('utf8'));
  }
  const saidBy = (record: string, end: string, index: number): Said | undefined =>
    said.has(`${end}${index}`) ? saidOf(said.get(`${end}${index}`), said.get(`${record}${index}`)) : undefined;
  for (const [group, { members }] of groupsOf(requests).entries()) {
    const got = saidBy('l', 'm', group) ?? saidOf();
    const together = saidBy('n', 'o', group);
    for (const { index, request: one } of members)
      found.set(one.id, answerOf(one.detail, got, saidBy('p', 'q', index) ?? together));
  }
  return found;
}

function saidOf(end = '1:', text = ''): Said {
  const colon = end.indexOf(':');
  return { status: Number(end.slice(0, colon)), why: end.slice(colon + 1).trim(), objects: objectsIn(text) };
}

function objectsIn(text: string): readonly JsonMap[] {
  if (text.trim() === '') return [];
  const value = JSON.parse(text) as Json;
  const items = jsonAt(value, 'items');
  const isList = jsonText(value, 'kind') === 'List' && Array.isArray(items);
  return (isList ? (items as readonly Json[]) : [value]).filter(isJsonMap);
}

/** Lines of kubectl about a kind that the server does not know yet. */
const NO_KIND = /no matches for kind|doesn't have a resource type|ensure CRDs are installed first|^\s*$/;

function answerOf(detail: KubernetesDetail, got: Said, tried: Said | undefined): KubernetesAnswer {
  if (got.status === 127) return { kind: 'no_program' };
  const live = got.objects.find((one) => isSame(one, detail));
  if (live === undefined && got.status !== 0 && !got.why.split('\n').every((line) => NO_KIND.test(line)))
    return { kind: 'unanswered', why: got.why };
  const next = tried?.objects.find((one) => isSame(one, detail));
  const generation = jsonAt(live, 'metadata', 'generation');
  return {
    kind: 'known',
    live: live === undefined ? null : wantedPart(live),
    next: next === undefined ? null : wantedPart(next),
    refusal: tried === undefined || next !== undefined ? undefined : refusalOf(tried.why, detail),
    status: jsonAt(live, 'status') ?? null,
    generation: typeof generation === 'number' ? generation : 0,
    isLeaving: jsonAt(live, 'metadata', 'deletionTimestamp') !== undefined,
  };
}

function isSame(one: JsonMap, { object, namespace }: KubernetesDetail): boolean {
  const own = jsonText(object, 'metadata', 'namespace') || namespace;
  const its = jsonText(one, 'metadata', 'namespace');
  return (
    jsonText(one, 'kind') === jsonText(object, 'kind') &&
    groupOf(one) === groupOf(object) &&
    jsonText(one, 'metadata', 'name') === jsonText(object, 'metadata', 'name') &&
    // An object of the whole cluster has no namespace.
    (own === undefined || its === '' || its === own)
  );
}

function groupOf(object: JsonMap): string {
  const version = jsonText(object, 'apiVersion');
  return version.includes('/') ? version.slice(0, version.indexOf('/')) : '';
}

/** Returns the lines about the object, or all of them if none names it. */
function refusalOf(why: string, { object }: KubernetesDetail): string {
  const name = jsonText(object, 'metadata', 'name');
  const lines = why.split('\n').filter((line) => !line.startsWith('Warning:'));
  const own = lines.filter((line) => line.includes(`"${name}"`));
  return (own.length > 0 ? own : lines).join('\n').trim() || 'The server refuses it without a reason.';
}
