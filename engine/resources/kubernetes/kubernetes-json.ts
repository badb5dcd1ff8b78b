import { createHash } from 'node:crypto';

/** JSON as the API of Kubernetes gives it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: Json;
}

export function isJsonMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the value at a path of keys; undefined if there is none. */
export function jsonAt(value: Json | undefined, ...keys: readonly string[]): Json | undefined {
  let at = value;
  for (const key of keys) at = isJsonMap(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at;
}

export function jsonText(value: Json | undefined, ...keys: readonly string[]): string {
  const at = jsonAt(value, ...keys);
  return typeof at === 'string' ? at : '';
}

/** Fields of metadata that only the server sets, or that tell of the management of fields. */
const OF_SERVER: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'uid',
  'selfLink',
]);
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Returns the wanted part of an object: without its status, and without what only the server sets. Each value of a
 * Secret becomes a digest, so that nobody keeps it.
 */
export function wantedPart(object: JsonMap): JsonMap {
  const parts = Object.entries(object).filter(([key]) => key !== 'status');
  return Object.fromEntries(
    parts.map(([key, value]) => {
      if (key === 'metadata' && isJsonMap(value)) return [key, ownMetadata(value)];
      return [key, isSecretPart(object, key) && isJsonMap(value) ? digested(value) : value];
    }),
  );
}

export function isSecretPart(object: JsonMap, key: string): boolean {
  return object['kind'] === 'Secret' && (key === 'data' || key === 'stringData');
}

function digested(values: JsonMap): JsonMap {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      `sha256:${createHash('sha256').update(JSON.stringify(value)).digest('hex')}`,
    ]),
  );
}

function ownMetadata(metadata: JsonMap): JsonMap {
  const { annotations, ...others } = metadata;
  const kept = Object.fromEntries(Object.entries(others).filter(([key]) => !OF_SERVER.has(key)));
  if (!isJsonMap(annotations)) return kept;
  const own = Object.entries(annotations).filter(([key]) => key !== LAST_APPLIED);
  return own.length === 0 ? kept : { ...kept, annotations: Object.fromEntries(own) };
}

/** Returns the path of the first place where two values differ; undefined if they are equal. Keys have no order. */
export function firstDifference(one: Json | undefined, other: Json | undefined): readonly string[] | undefined {
  if (one === other) return undefined;
  if (isJsonMap(one) && isJsonMap(other)) {
    for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const below = firstDifference(one[key], other[key]);
      if (below !== undefined) return [key, ...below];
    }
    return undefined;
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
      const below = firstDifference(one[index], other[index]);
      if (below !== undefined) return [String(index), ...below];
    }
    return undefined;
  }
  return [];
}
