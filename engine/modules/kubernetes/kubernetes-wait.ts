import { quote } from '../../connection/base/quote.ts';
import { type KnownObject, type KubernetesAccess, asInput, kubectlCall } from '../../resources/kubernetes-object.ts';
import { type Json, type JsonMap, isJsonMap, jsonAt, jsonText } from '../../resources/kubernetes/kubernetes-json.ts';

/** The condition in the status of an object for which a task waits. */
export interface WaitedCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
}

const ROLLED_OUT: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/**
 * Returns whether the object is as the task waits for it. An object of a kind without a status is ready immediately.
 */
export function isReady(
  { live, status, generation, isLeaving }: KnownObject,
  wanted: WaitedCondition | undefined,
): boolean {
  if (live === null || isLeaving) return false;
  if (wanted !== undefined) {
    const condition = conditionOf(status, wanted.type);
    return (
      jsonText(condition, 'status') === wanted.status &&
      (wanted.reason === undefined || jsonText(condition, 'reason') === wanted.reason)
    );
  }
  const number = (...keys: readonly string[]): number => numberAt(status, ...keys);
  const isSeen = number('observedGeneration') >= generation;
  switch (jsonText(live, 'kind')) {
    case 'Deployment':
    case 'StatefulSet': {
      const replicas = numberAt(live, 'spec', 'replicas');
      return isSeen && number('updatedReplicas') >= replicas && readyReplicas(live, status) >= replicas;
    }
    case 'DaemonSet': {
      const wantedNumber = number('desiredNumberScheduled');
      return isSeen && number('updatedNumberScheduled') >= wantedNumber && number('numberAvailable') >= wantedNumber;
    }
    case 'Pod':
      return jsonText(conditionOf(status, 'Ready'), 'status') === 'True';
    case 'CustomResourceDefinition':
      return jsonText(conditionOf(status, 'Established'), 'status') === 'True';
    default:
      return true;
  }
}

function readyReplicas(live: JsonMap, status: Json): number {
  return numberAt(status, jsonText(live, 'kind') === 'Deployment' ? 'availableReplicas' : 'readyReplicas');
}

function numberAt(value: Json, ...keys: readonly string[]): number {
  const at = jsonAt(value, ...keys);
  return typeof at === 'number' ? at : 0;
}

function conditionOf(status: Json, type: string): Json | undefined {
  const conditions = jsonAt(status, 'conditions');
  return Array.isArray(conditions)
    ? (conditions as readonly Json[]).find((one) => isJsonMap(one) && one['type'] === type)
    : undefined;
}

/**
 * Returns commands that wait until the object is ready, and fail after `seconds`; undefined if there is nothing to wait
 * for.
 */
export function waitCommand(
  object: JsonMap,
  {
    access,
    options,
    seconds,
    condition,
  }: {
    readonly access: KubernetesAccess;
    readonly options: readonly string[];
    readonly seconds: number;
    readonly condition: WaitedCondition | undefined;
  },
): string | undefined {
  const call = (...words: readonly string[]): string =>
    `printf '%s\\n' ${quote(asInput([object]))} | ${kubectlCall(access, [...words, ...options, '--filename=-', `--timeout=${seconds}s`])} >&2`;
  if (condition !== undefined) {
    const { type, status, reason } = condition;
    const of = call('wait', `--for=condition=${type}=${status}`);
    if (reason === undefined) return of;
    return `${of} || exit\n${call('wait', `--for=jsonpath={.status.conditions[?(@.type=="${type}")].reason}=${reason}`)}`;
  }
  const kind = jsonText(object, 'kind');
  if (ROLLED_OUT.has(kind)) return call('rollout', 'status');
  if (kind === 'Pod') return call('wait', '--for=condition=Ready');
  return kind === 'CustomResourceDefinition' ? call('wait', '--for=condition=Established') : undefined;
}
