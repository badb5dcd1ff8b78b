import { quote } from '../../connection/base/quote.ts';
import { type Request, type Seen, predict } from '../../resources/base/resource.ts';
import {
  type KnownObject,
  type KubernetesAnswer,
  type KubernetesDetail,
  NO_OBJECT,
  asInput,
  findKubectl,
  kubectlCall,
  namespaceOptions,
} from '../../resources/kubernetes-object.ts';
import { firstDifference, jsonAt, jsonText, wantedPart } from '../../resources/kubernetes/kubernetes-json.ts';
import { type Value, type ValueMap, Unknown } from '../../values/base/value.ts';
import type { Await, Difference, Impossible, Outcome } from '../base/module.ts';
import { titleOf } from './kubernetes-objects.ts';
import { obstacleOf, refused } from './kubernetes-obstacle.ts';
import { objectDifference } from './kubernetes-show.ts';
import { type WaitedCondition, isReady, waitCommand } from './kubernetes-wait.ts';

/** One object of a task, with the request for it. */
export interface ObjectPart {
  readonly detail: KubernetesDetail;
  readonly isSecret: boolean;
  readonly request: Request<KubernetesDetail, KubernetesAnswer>;
}

/** How the objects of a task shall be. */
export interface ObjectWish {
  readonly state: 'present' | 'absent' | 'patched';
  readonly wait: boolean;
  readonly wait_timeout: number;
  readonly wait_condition?: WaitedCondition | undefined;
  readonly delete_options?: { readonly propagationPolicy?: string | undefined } | undefined;
}

/** What is to be done about one object. */
interface Step {
  readonly part: ObjectPart;
  readonly is: KnownObject;
  /** True if an earlier change of the run may bring the object, or the cluster. */
  readonly isOpen: boolean;
  /** Empty: nothing is to be changed. */
  readonly differences: readonly Difference[];
}

/** Plans the objects of a task together: one call of kubectl makes them in their order. */
export function planObjects(parts: readonly ObjectPart[], wish: ObjectWish, seen: Seen): Outcome {
  const steps: Step[] = [];
  for (const part of parts) {
    const step = stepOf(part, parts, wish, seen);
    if ('kind' in step) return step;
    steps.push(step);
  }
  const changed = steps.filter(({ differences }) => differences.length > 0);
  if (changed.length === 0) return withoutChange(steps, wish);
  return {
    kind: 'change',
    differences: changed.flatMap(({ differences }) => differences),
    certainty: changed.some(({ isOpen }) => isOpen) ? 'after_change' : 'certain',
    predictions: changed.map(({ part, is }) => predict(part.request, stateAfter(part, is, wish))),
    touches: 'predicted',
    apply: () => ({
      script: wish.state === 'absent' ? removal(changed, wish) : application(steps, changed, wish),
      timeoutMs: (BASE_SECONDS + steps.length * (wish.wait ? wish.wait_timeout : 0)) * 1000,
    }),
    planned: resultOf(steps.map(({ part, is }) => plannedObject(part, is, wish))),
    settled: (after) => resultOf(parts.map(({ request }) => objectOf(after.of(request)))),
  };
}

/** The time for all that is not waiting, in seconds. */
const BASE_SECONDS = 300;

function stepOf(part: ObjectPart, parts: readonly ObjectPart[], wish: ObjectWish, seen: Seen): Step | Impossible {
  const { request } = part;
  const answer = seen.of(request);
  const isOpen = seen.certainty(request) === 'after_change';
  if (answer.kind !== 'known' && !isOpen) return obstacleOf(answer);
  const is = answer.kind === 'known' ? answer : NO_OBJECT;
  const step = { part, is, isOpen };
  if (wish.state === 'absent') {
    const isGone = is.live === null || is.isLeaving;
    return { ...step, differences: isGone ? [] : [stateField(part, 'present', 'absent')] };
  }
  const differences = is.live === null ? newObject(step, parts, wish) : changedObject(step);
  return 'kind' in differences ? differences : { ...step, differences };
}

function stateField({ detail: { object, namespace } }: ObjectPart, before: string, after: string): Difference {
  return { kind: 'field', of: titleOf(object, namespace), field: 'state', before, after };
}

function newObject(
  { part, is, isOpen }: Omit<Step, 'differences'>,
  parts: readonly ObjectPart[],
  { state }: ObjectWish,
): readonly Difference[] | Impossible {
  const { detail, isSecret } = part;
  if (state === 'patched') return [];
  const title = titleOf(detail.object, detail.namespace);
  if (is.refusal !== undefined && !isOpen && !isBrought(is.refusal, part, parts)) return refused(title, is.refusal);
  return [objectDifference(title, { before: null, after: wantedPart(detail.object), isSecret })];
}

function changedObject({ part, is, isOpen }: Omit<Step, 'differences'>): readonly Difference[] | Impossible {
  const { live, next, refusal, isLeaving } = is;
  const title = titleOf(part.detail.object, part.detail.namespace);
  if (isLeaving) return [stateField(part, 'being removed', 'present')];
  if (next === null && isOpen) return [stateField(part, 'present', 'not known before an earlier change')];
  if (next === null) return refused(title, refusal ?? '');
  if (live === null || firstDifference(live, next) === undefined) return [];
  return [objectDifference(title, { before: live, after: next, isSecret: part.isSecret })];
}

/** Returns whether the server refuses an object because of another one that the same task brings. */
function isBrought(refusal: string, part: ObjectPart, parts: readonly ObjectPart[]): boolean {
  const [, namespace] = /namespaces "([^"]+)" not found/.exec(refusal) ?? [];
  return parts.some(({ detail: { object } }) => {
    if (object === part.detail.object) return false;
    if (namespace !== undefined)
      return jsonText(object, 'kind') === 'Namespace' && jsonText(object, 'metadata', 'name') === namespace;
    const isDefined = /no matches for kind|doesn't have a resource type/.test(refusal);
    return isDefined && jsonText(object, 'spec', 'names', 'kind') === jsonText(part.detail.object, 'kind');
  });
}

function withoutChange(steps: readonly Step[], wish: ObjectWish): Outcome {
  const waits = wish.wait ? steps.filter((step) => !isDone(step, wish)) : [];
  const [first] = waits;
  if (first !== undefined) return waitFor(waits, first, wish);
  const result = resultOf(
    steps.map(({ part, is }) => (is.live === null ? plannedObject(part, is, wish) : objectOf(is))),
  );
  return steps.some(({ isOpen }) => isOpen)
    ? { kind: 'cannot_know', because: 'an earlier change that may bring the objects', planned: result }
    : { kind: 'in_sync', result };
}

function isDone({ is }: Step, { state, wait_condition: condition }: ObjectWish): boolean {
  if (state === 'absent') return is.live === null;
  return is.live === null || isReady(is, condition);
}

function waitFor(waits: readonly Step[], { part }: Step, wish: ObjectWish): Await {
  const title = titleOf(part.detail.object, part.detail.namespace);
  const more = waits.length === 1 ? '' : `, and ${waits.length - 1} more,`;
  return {
    kind: 'await',
    what: `${title}${more} to be ${wish.state === 'absent' ? 'gone' : 'ready'}`,
    script: scriptOf(
      part,
      waits.flatMap((step) => waitLine(step.part, wish)),
    ),
    timeoutMs: waits.length * wish.wait_timeout * 1000,
  };
}

function waitLine({ detail }: ObjectPart, wish: ObjectWish): readonly string[] {
  const { access, object } = detail;
  const options = namespaceOptions(detail);
  const seconds = wish.wait_timeout;
  if (wish.state === 'absent') {
    const words = ['wait', '--for=delete', ...options, '--filename=-', `--timeout=${seconds}s`];
    return [`printf '%s\\n' ${quote(asInput([object]))} | ${kubectlCall(access, words)} >&2`];
  }
  const command = waitCommand(object, { access, options, seconds, condition: wish.wait_condition });
  return command === undefined ? [] : [command];
}

function scriptOf({ detail }: ObjectPart, lines: readonly string[]): string {
  const missing = '{ echo "there is no kubectl" >&2; exit 127; }';
  return `${findKubectl(detail.access, missing)}
${lines.map((line) => `{ ${line}\n} || exit\n`).join('')}`;
}

/** Makes the objects. A kind that the task itself defines must be established before the first object of it. */
function application(steps: readonly Step[], changed: readonly Step[], wish: ObjectWish): string {
  const lines: string[] = [];
  for (const batch of batchesOf(changed)) {
    const [first] = batch;
    if (first === undefined) continue;
    const { detail } = first.part;
    for (const { part, is } of batch) if (is.isLeaving) lines.push(...waitLine(part, { ...wish, state: 'absent' }));
    const words = ['apply', '--server-side', ...(detail.apply ?? []), ...namespaceOptions(detail), '--filename=-'];
    const input = quote(asInput(batch.map(({ part }) => part.detail.object)));
    lines.push(`printf '%s\\n' ${input} | ${kubectlCall(detail.access, words)} >&2`);
    if (!wish.wait)
      for (const { part } of batch)
        if (isDefinition(part)) lines.push(...waitLine(part, { ...wish, wait_condition: undefined }));
  }
  if (wish.wait)
    for (const { part, is } of steps)
      if (is.live !== null || wish.state === 'present') lines.push(...waitLine(part, wish));
  const [first] = changed;
  return first === undefined ? '' : scriptOf(first.part, lines);
}

function isDefinition({ detail: { object } }: ObjectPart): boolean {
  return jsonText(object, 'kind') === 'CustomResourceDefinition';
}

/** Objects in a row with the same options go to the server together, but no object together with the definition of a kind. */
function batchesOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const batches: Step[][] = [];
  for (const step of steps) {
    const last = batches.at(-1);
    const before = last?.at(-1);
    const isSame =
      before !== undefined &&
      namespaceOptions(before.part.detail).join() === namespaceOptions(step.part.detail).join() &&
      (!isDefinition(before.part) || isDefinition(step.part));
    if (last !== undefined && isSame) last.push(step);
    else batches.push([step]);
  }
  return batches;
}

/** Removes the objects, the last one first. */
function removal(changed: readonly Step[], wish: ObjectWish): string {
  const policy = wish.delete_options?.propagationPolicy;
  const lines = changed.toReversed().map(({ part: { detail } }) => {
    const words = [
      'delete',
      '--ignore-not-found',
      `--wait=${wish.wait}`,
      ...(wish.wait ? [`--timeout=${wish.wait_timeout}s`] : []),
      ...(policy === undefined ? [] : [`--cascade=${policy.toLowerCase()}`]),
      ...namespaceOptions(detail),
      '--filename=-',
    ];
    return `printf '%s\\n' ${quote(asInput([detail.object]))} | ${kubectlCall(detail.access, words)} >&2`;
  });
  const [first] = changed;
  return first === undefined ? '' : scriptOf(first.part, lines);
}

function stateAfter({ detail }: ObjectPart, is: KnownObject, { state }: ObjectWish): KubernetesAnswer {
  if (state === 'absent') return NO_OBJECT;
  const live = is.next ?? wantedPart(detail.object);
  return { ...NO_OBJECT, live, next: live, status: is.status };
}

const BECAUSE = 'what the cluster makes of the object';

function plannedObject({ detail }: ObjectPart, is: KnownObject, { state }: ObjectWish): ValueMap {
  if (state === 'absent') return {};
  return { ...(is.next ?? wantedPart(detail.object)), status: new Unknown(BECAUSE) };
}

function objectOf(answer: KubernetesAnswer): ValueMap {
  if (answer.kind !== 'known' || answer.live === null) return {};
  return jsonAt(answer.status) === null ? answer.live : { ...answer.live, status: answer.status };
}

/** As in Ansible: one object is the result itself, several are a list. */
function resultOf(objects: readonly ValueMap[]): ValueMap {
  const [only] = objects;
  const result: Value =
    objects.length === 1 && only !== undefined ? only : { results: objects.map((one) => ({ result: one })) };
  return { result };
}
