import { type Document, type Tags, parseAllDocuments } from 'yaml';
import { type Json, type JsonMap, isJsonMap, jsonAt, jsonText } from '../../resources/kubernetes/kubernetes-json.ts';
import { holdsSecret, revealed } from '../../values/base/revealed.ts';
import { Secret } from '../../values/base/secret.ts';
import { type Value, Omitted, Unknown, isList, isMap } from '../../values/base/value.ts';
import { unknownWithin } from '../base/argument-problem.ts';
import type { Impossible } from '../base/module.ts';

/** One object that a task wants. */
export interface WantedObject {
  readonly object: JsonMap;
  /** True if a value of it is secret, so that it is not shown. */
  readonly isSecret: boolean;
}

export type WantedObjects =
  | { readonly kind: 'objects'; readonly objects: readonly WantedObject[] }
  | { readonly kind: 'unknown'; readonly value: Unknown }
  | Impossible;

/** What names the objects of a task: YAML text, maps, or the fields of one object. */
export interface ObjectSource {
  readonly definition: Value | undefined;
  readonly api_version: string;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
}

/** Returns the objects of a task in their order. Lists of objects are resolved. */
export function wantedObjects(source: ObjectSource): WantedObjects {
  const { definition } = source;
  const unknown = unknownWithin(definition);
  if (unknown !== undefined) return { kind: 'unknown', value: unknown };
  const values: readonly Value[] | Impossible = definition === undefined ? [{}] : valuesOf(definition);
  if ('kind' in values) return values;
  const all = values.flatMap((one) =>
    itemsOf(plainOf(one)).map((object) => ({ object, isSecret: holdsSecret(one) || definition instanceof Secret })),
  );
  const objects: WantedObject[] = [];
  for (const [index, { object, isSecret }] of all.entries()) {
    if (object === null) continue;
    const whole = isJsonMap(object) ? withDefaults(object, source) : object;
    const fault = faultOf(whole, index + 1);
    if (fault !== undefined) return fault;
    if (isJsonMap(whole)) objects.push({ object: whole, isSecret });
  }
  return { kind: 'objects', objects };
}

function valuesOf(definition: Value): readonly Value[] | Impossible {
  if (isList(definition)) return definition.flatMap((one) => (one instanceof Omitted ? [] : [one]));
  if (typeof definition !== 'string' && !(definition instanceof Secret)) return [definition];
  const documents = parseAllDocuments(revealed(definition), {
    version: '1.1',
    customTags: withoutForeignTags,
  });
  if ('empty' in documents) return [];
  const list: readonly Document.Parsed[] = documents;
  const fault = list.flatMap(({ errors }) => errors)[0];
  if (fault !== undefined)
    return {
      kind: 'impossible',
      what: 'the objects cannot be read as YAML',
      why: definition instanceof Secret ? `The error is in line ${fault.linePos?.[0].line ?? 1}.` : fault.message,
      remedy: 'Correct the YAML. Objects are separated by lines with three hyphens.',
    };
  return list.map((document) => document.toJS() as Value);
}

/** kubectl reads YAML 1.1, but neither times nor numbers to the base of 60. */
function withoutForeignTags(tags: Tags): Tags {
  return tags.filter(
    (tag) => typeof tag === 'string' || !(tag.tag.endsWith(':timestamp') || ('format' in tag && tag.format === 'TIME')),
  );
}

function itemsOf(value: Json): readonly Json[] {
  const items = jsonAt(value, 'items');
  return jsonText(value, 'kind') === 'List' && Array.isArray(items) ? (items as readonly Json[]) : [value];
}

function plainOf(value: Value): Json {
  if (value instanceof Secret) return value.reveal();
  if (value instanceof Unknown || value instanceof Omitted) return null;
  if (isList(value)) return value.map(plainOf);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plainOf(one)]));
  return value;
}

/** Adds the fields that the arguments of the task give. */
function withDefaults(object: JsonMap, { api_version: apiVersion, kind, name }: ObjectSource): JsonMap {
  const metadata = object['metadata'];
  return {
    apiVersion,
    ...(kind === undefined ? {} : { kind }),
    ...object,
    metadata: { ...(name === undefined ? {} : { name }), ...(isJsonMap(metadata) ? metadata : {}) },
  };
}

function faultOf(object: Json, number: number): Impossible | undefined {
  const what = `object ${number} of the task is no object of Kubernetes`;
  if (!isJsonMap(object))
    return { kind: 'impossible', what, remedy: 'Write a map with apiVersion, kind and metadata.' };
  if (jsonText(object, 'kind') === '')
    return { kind: 'impossible', what, why: 'It has no kind.', remedy: 'Write kind: ConfigMap, for example.' };
  if (jsonText(object, 'metadata', 'name') !== '') return undefined;
  const isGenerated = jsonText(object, 'metadata', 'generateName') !== '';
  return {
    kind: 'impossible',
    what: `${jsonText(object, 'kind')} (object ${number} of the task) has no name`,
    ...(isGenerated ? { why: 'With generateName, each run would make one more object.' } : {}),
    remedy: 'Write metadata: { name: … }.',
  };
}

/** Kinds of the whole cluster that have no namespace. Others are known only to the server. */
const OF_CLUSTER =
  /^(?:Namespace|Node|PersistentVolume|StorageClass|PriorityClass|IngressClass|RuntimeClass|CustomResourceDefinition|Cluster.*)$/;

/** Returns what an object is called in a plan: `Deployment web of shop`. */
export function titleOf(object: JsonMap, namespace: string | undefined): string {
  const kind = jsonText(object, 'kind');
  const own = jsonText(object, 'metadata', 'namespace') || (OF_CLUSTER.test(kind) ? '' : (namespace ?? ''));
  const title = `${kind} ${jsonText(object, 'metadata', 'name')}`;
  return own === '' ? title : `${title} of ${own}`;
}
