import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../engine/modules/base/module.ts';
import { module } from '../../engine/modules/kubernetes.ts';
import type { Request } from '../../engine/resources/base/resource.ts';
import {
  type KubernetesAnswer,
  type KubernetesDetail,
  type KnownObject,
  NO_OBJECT,
} from '../../engine/resources/kubernetes-object.ts';
import { type JsonMap, jsonText } from '../../engine/resources/kubernetes/kubernetes-json.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { Unknown } from '../../engine/values/base/value.ts';
import { contextOf, seenAs } from './system-host.ts';
import { mistakes, told } from './told.ts';

// Plans by what the cluster says. test/lab/kubernetes.test.ts asks a real one.

const settings: JsonMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings' },
  data: { color: 'blue' },
};
const inShop = { ...settings, metadata: { name: 'settings', namespace: 'shop' } };
const there = (live: JsonMap, more: Partial<KnownObject> = {}): KnownObject => ({
  ...NO_OBJECT,
  live,
  next: live,
  ...more,
});
const refusal = (text: string): KnownObject => ({ ...NO_OBJECT, refusal: text });
const NO_NAMESPACE = 'Error from server (NotFound): namespaces "shop" not found';
const NO_KIND = 'error: resource mapping not found: no matches for kind "Cactus" in version "garden/v1"';

/** Plans with the answer to each object, by its kind. An open one may be brought by an earlier change. */
function plan(args: object, answers: Readonly<Record<string, KubernetesAnswer>>, isOpen = false): Outcome {
  const parsed = module.arguments.parse(args);
  const requests = module.observes(parsed, undefined, contextOf()) as readonly Request<
    KubernetesDetail,
    KubernetesAnswer
  >[];
  const states = requests.map((one) => [one, answers[jsonText(one.detail.object, 'kind')] ?? NO_OBJECT] as const);
  return module.plan(parsed, undefined, seenAs(states, isOpen ? requests : []), contextOf());
}

function kindOf(outcome: Outcome): string {
  return outcome.kind === 'change' ? outcome.certainty : outcome.kind;
}

const GREEN = { ...inShop, data: { color: 'green' } };
const DEPLOYMENT: JsonMap = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: 2 },
};
const rolledOut = { observedGeneration: 3, updatedReplicas: 2, availableReplicas: 2 };
const CASES: readonly (readonly [
  string,
  object,
  Readonly<Record<string, KubernetesAnswer>>,
  boolean,
  string,
  string,
])[] = [
  ['makes what is not there', { definition: settings }, {}, false, 'certain', 'ConfigMap settings'],
  ['leaves what is right', { definition: settings }, { ConfigMap: there(inShop) }, false, 'in_sync', 'in_sync'],
  [
    'changes what differs',
    { definition: settings, namespace: 'shop' },
    { ConfigMap: there(inShop, { next: GREEN }) },
    false,
    'certain',
    'ConfigMap settings of shop',
  ],
  ['patches nothing that is not there', { definition: settings, state: 'patched' }, {}, false, 'in_sync', 'in_sync'],
  [
    'removes what is there',
    { definition: settings, state: 'absent' },
    { ConfigMap: there(inShop) },
    false,
    'certain',
    'ConfigMap settings state: present → absent',
  ],
  [
    'removes nothing twice',
    { definition: settings, state: 'absent' },
    { ConfigMap: there(inShop, { isLeaving: true }) },
    false,
    'in_sync',
    'in_sync',
  ],
  [
    'waits until it is gone',
    { definition: settings, state: 'absent', wait: true },
    { ConfigMap: there(inShop, { isLeaving: true }) },
    false,
    'await',
    'await',
  ],
  [
    'makes anew what is being removed',
    { definition: settings },
    { ConfigMap: there(inShop, { isLeaving: true }) },
    false,
    'certain',
    'ConfigMap settings state: being removed → present',
  ],
  [
    'has no kubectl',
    { definition: settings },
    { ConfigMap: { kind: 'no_program' } },
    false,
    'impossible',
    'this host has no kubectl: Delegate the task to a host that has it, or install it with a task before this one: get_url: { url: …, dest: /usr/local/bin/kubectl, mode: "0755" }.',
  ],
  [
    'gets kubectl from an earlier task',
    { definition: settings },
    { ConfigMap: { kind: 'no_program' } },
    true,
    'after_change',
    'ConfigMap settings',
  ],
  [
    'cannot ask the cluster',
    { definition: settings },
    { ConfigMap: { kind: 'unanswered', why: 'The connection to the server localhost:8080 was refused' } },
    false,
    'impossible',
    'the Kubernetes cluster cannot be asked: The connection to the server localhost:8080 was refused',
  ],
  [
    'misses its namespace',
    { definition: settings },
    { ConfigMap: refusal(NO_NAMESPACE) },
    false,
    'impossible',
    `the cluster refuses ConfigMap settings: ${NO_NAMESPACE}`,
  ],
  [
    'gets its namespace from an earlier task',
    { definition: settings },
    { ConfigMap: refusal(NO_NAMESPACE) },
    true,
    'after_change',
    'ConfigMap settings',
  ],
  [
    'brings its namespace',
    { definition: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, settings] },
    { ConfigMap: refusal(NO_NAMESPACE) },
    false,
    'certain',
    'Namespace shop\nConfigMap settings',
  ],
  [
    'brings its own kind',
    {
      definition: [
        { kind: 'CustomResourceDefinition', metadata: { name: 'c' }, spec: { names: { kind: 'Cactus' } } },
        { kind: 'Cactus', metadata: { name: 'big' } },
      ],
    },
    { Cactus: refusal(NO_KIND) },
    false,
    'certain',
    'CustomResourceDefinition c\nCactus big',
  ],
  [
    'is ready',
    { definition: DEPLOYMENT, wait: true },
    { Deployment: there(DEPLOYMENT, { generation: 3, status: rolledOut }) },
    false,
    'in_sync',
    'in_sync',
  ],
  [
    'is not ready',
    { definition: DEPLOYMENT, wait: true },
    { Deployment: there(DEPLOYMENT, { generation: 4, status: rolledOut }) },
    false,
    'await',
    'await',
  ],
  [
    'has its condition',
    { definition: settings, wait: true, wait_condition: { type: 'Complete', reason: 'Done' } },
    { ConfigMap: there(inShop, { status: { conditions: [{ type: 'Complete', status: 'True', reason: 'Done' }] } }) },
    false,
    'in_sync',
    'in_sync',
  ],
  [
    'lacks its condition',
    { definition: settings, wait: true, wait_condition: { type: 'Complete', reason: 'Done' } },
    { ConfigMap: there(inShop, { status: { conditions: [{ type: 'Complete', status: 'True', reason: 'Half' }] } }) },
    false,
    'await',
    'await',
  ],
];

test.for(CASES)('an object that %s', ([, args, answers, isOpen, kind, expected]) => {
  const outcome = plan(args, answers, isOpen);
  expect([kindOf(outcome), told(outcome)]).toEqual([kind, expected]);
});

test.for([
  ['namespaces "shop" not found', 'kubernetes: { kind: Namespace, name: shop }'],
  [NO_KIND, 'install the CustomResourceDefinition'],
  ['Apply failed with 1 conflict: conflict with "kubectl-edit"', 'force_conflicts: true'],
  ['field is immutable', 'Remove the object by a task before this one'],
  ['strict decoding error: unknown field "spec.x"', 'Correct the object by this message'],
] as const)('a refusal %s has its remedy', ([why, remedy]) => {
  expect(plan({ definition: settings }, { ConfigMap: refusal(why) })).toMatchObject({
    remedy: expect.stringContaining(remedy),
  });
});

describe('the text of a plan', () => {
  const difference = (outcome: Outcome) => (outcome.kind === 'change' ? outcome.differences[0] : undefined);

  test('is YAML, without what only the server sets', () => {
    expect(
      difference(plan({ definition: settings, namespace: 'shop' }, { ConfigMap: there(inShop, { next: GREEN }) })),
    ).toMatchObject({
      before: expect.stringContaining('  color: blue\n'),
      after: expect.stringContaining('  color: green\n'),
    });
  });

  test('shows nothing of a Secret but its keys, and which of them get another value', () => {
    const secret = (values: Readonly<Record<string, string>>): JsonMap => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: values,
    });
    const outcome = plan(
      { definition: secret({ a: 'b25l' }) },
      { Secret: there(secret({ a: 'sha256:1', b: 'sha256:2' }), { next: secret({ a: 'sha256:3', b: 'sha256:2' }) }) },
    );
    expect(difference(outcome)).toMatchObject({
      before: expect.stringContaining('data:\n  a: (hidden)\n  b: (hidden)\n'),
      after: expect.stringContaining('data:\n  a: (hidden, another value)\n  b: (hidden)\n'),
    });
  });

  test('hides an object with a secret', () => {
    const outcome = plan({ definition: { ...settings, data: { password: Secret.of('hunter22') } } }, {});
    expect(difference(outcome)).toMatchObject({ after: expect.any(Secret) });
  });

  test('is not known before the values of the object are', () => {
    expect(plan({ definition: { ...settings, data: { a: new Unknown('task "A"') } } }, {})).toMatchObject({
      kind: 'cannot_know',
      because: 'task "A"',
    });
  });
});

describe('YAML', () => {
  const objects = (definition: string): readonly JsonMap[] =>
    (
      module.observes(
        module.arguments.parse({ definition }),
        undefined,
        contextOf(),
      ) as readonly Request<KubernetesDetail>[]
    ).map(({ detail }) => detail.object);

  // The values are those that kubectl reads.
  test.for([
    ['a: yes', true],
    ['a: 0644', 420],
    ['a: 22:30', '22:30'],
    ['a: 2026-01-02', '2026-01-02'],
    ['a: "yes"', 'yes'],
    ['a: 1e3', 1000],
  ] as const)('%s', ([text, value]) => {
    const [object] = objects(`kind: ConfigMap\nmetadata: { name: x }\n${text}\n`);
    expect(object).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, a: value });
  });

  test('has several documents, empty ones, and lists', () => {
    const one = (name: string): string => `{ kind: Pod, metadata: { name: ${name} } }`;
    const names = objects(`---\n${one('a')}\n---\n# nothing\n---\nkind: List\nitems: [${one('b')}, ${one('c')}]\n`).map(
      (object) => jsonText(object, 'metadata', 'name'),
    );
    expect(names).toEqual(['a', 'b', 'c']);
  });

  test.for([
    ['a: [', 'the objects cannot be read as YAML'],
    ['just text', 'object 1 of the task is no object of Kubernetes'],
    ['metadata: { name: x }', 'object 1 of the task is no object of Kubernetes'],
    ['kind: Pod', 'Pod (object 1 of the task) has no name'],
    ['{ kind: Job, metadata: { generateName: x- } }', 'Job (object 1 of the task) has no name'],
  ] as const)('%s is a mistake', ([definition, what]) => {
    expect(plan({ definition }, {})).toMatchObject({ kind: 'impossible', what, remedy: expect.any(String) });
  });
});

test.for([
  [{}, 'needs "kind"'],
  [{ kind: 'Pod' }, 'needs "name"'],
  [{ definition: 'a', src: 'b' }, 'definition and src cannot be given together'],
  [{ kind: '--all', name: 'x' }, 'kind must be the kind of an object'],
  [{ kind: 'Pod', name: 'x', wait_condition: { type: 'Ready', status: true } }, 'status'],
  [{ definition: 5 }, 'definition must be an object, a list of objects, or a text of YAML'],
] as const)('refuses %j', ([args, expected]) => {
  expect(mistakes(module, args)).toContain(expected);
});

test('makes the definition of a kind before an object of it, and waits for it', async () => {
  const outcome = plan(
    {
      definition:
        'kind: CustomResourceDefinition\nmetadata: { name: c }\nspec: { names: { kind: Cactus } }\n---\nkind: Cactus\nmetadata: { name: big }\n',
    },
    { Cactus: refusal(NO_KIND) },
  );
  if (outcome.kind !== 'change') expect.fail(outcome.kind);
  const { script } = await outcome.apply();
  const steps = script.split('\n').flatMap((line) => /"\$kubectl" (apply|wait)/.exec(line)?.[1] ?? []);
  expect(steps).toEqual(['apply', 'wait', 'apply']);
});
