import { z } from 'zod';
import { type KubernetesAccess, kubernetesObject } from '../resources/kubernetes-object.ts';
import { Secret } from '../values/base/secret.ts';
import { type Value, Unknown } from '../values/base/value.ts';
import { idle, idleAs } from '../values/habits/foreign-argument.ts';
import { alsoDigits, atMostOne, boolean, filledText, path, wholeNumber } from './base/arguments.ts';
import { type Context, defineModule } from './base/module.ts';
import { type WantedObjects, wantedObjects } from './kubernetes/kubernetes-objects.ts';
import { type ObjectPart, planObjects } from './kubernetes/kubernetes-plan.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:-]*$/;
const word = (what: string): z.ZodType<string> => alsoDigits(z.string().regex(NAME, `must be ${what}`));

const fields = z.strictObject({
  state: z
    .enum(['present', 'absent', 'patched'])
    .default('present')
    .describe('Whether the objects exist with these fields. `patched` changes an existing object, and makes none.'),
  definition: z
    .custom<Value>((value) => typeof value === 'string' || (typeof value === 'object' && value !== null), {
      error: 'must be an object, a list of objects, or a text of YAML',
    })
    .optional()
    .meta({ type: ['object', 'array', 'string'] })
    .describe('The objects: a map, a list of maps, or YAML with several documents.'),
  src: filledText()
    .optional()
    .describe('A file with the objects, in files/ of the role or beside the playbook. It may be encrypted.'),
  template: filledText().optional().describe('Like src, a template in templates/.'),
  api_version: filledText().default('v1').describe('The apiVersion of an object that names none.'),
  kind: word('the kind of an object, such as ConfigMap')
    .optional()
    .describe('The kind of an object that names none. With name, it names one object without a definition.'),
  name: word('the name of an object').optional().describe('The name of an object that names none.'),
  namespace: word('the name of a namespace')
    .optional()
    .describe('The namespace of objects that name none. Default: that of the kubeconfig.'),
  kubeconfig: path()
    .optional()
    .describe('The kubeconfig on the host. Default: the variable KUBECONFIG of the task, or ~/.kube/config.'),
  context: word('the name of a context').optional().describe('The context of the kubeconfig.'),
  server_side_apply: z
    .strictObject({
      field_manager: word('a name, such as runbook')
        .default('runbook')
        .describe('The name of the manager that the cluster stores for each field of the task.'),
      force_conflicts: boolean()
        .default(true)
        .describe('Whether the task takes over fields that other managers have set. Otherwise it fails.'),
    })
    .prefault({})
    .describe('How the server-side apply treats fields, and the name of their manager.'),
  wait: boolean()
    .default(false)
    .describe(
      'Whether the task waits: until wait_condition holds; without it until a Deployment, StatefulSet, DaemonSet or Pod is ready, or until a removed object is gone.',
    ),
  wait_timeout: wholeNumber({ min: 1 }).default(120).describe('The limit for waiting for one object, in seconds.'),
  wait_condition: z
    .strictObject({
      type: word('the type of a condition, such as Available').describe('The type of the condition.'),
      status: z.enum(['True', 'False', 'Unknown']).default('True').describe('Its status, in quotes.'),
      reason: word('the reason of a condition').optional().describe('Its reason.'),
    })
    .optional()
    .describe('The condition in the status of the objects for which the task waits.'),
  delete_options: z
    .strictObject({
      propagationPolicy: z
        .enum(['Foreground', 'Background', 'Orphan'])
        .optional()
        .describe('What happens to objects that belong to the removed one, such as the pods of a Deployment.'),
    })
    .optional()
    .describe('How objects are removed.'),
});

const schema = atMostOne(fields, ['definition', 'src', 'template']).superRefine((args, context) => {
  if (args.definition !== undefined || args.src !== undefined || args.template !== undefined) return;
  for (const name of ['kind', 'name'] as const)
    if (args[name] === undefined)
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'must be given\nName one object by kind and name, or write definition, src or template.',
      });
});
type Arguments = z.infer<typeof schema>;

interface Loaded {
  readonly text: string | Secret | Unknown;
}

const KUBECONFIG = 'Write kubeconfig: with a kubeconfig on the host. The module kubeconfig writes one.';

export const module = defineModule<Arguments, Loaded | undefined>({
  name: 'kubernetes',
  summary: 'Make, change and remove objects of a Kubernetes cluster, by kubectl on the host and a server-side apply.',
  arguments: schema,
  aliases: { resource_definition: 'definition', inline: 'definition', api: 'api_version', version: 'api_version' },
  foreign: {
    apply: idle('each change is a server-side apply.'),
    force: idleAs([false], 'Remove the object by a task before this one, with state: absent and wait: true.'),
    merge_type: idle('the server merges by its own rules for each field.'),
    validate: idle('the server refuses unknown fields.'),
    wait_sleep: idle('kubectl watches the object.'),
    continue_on_error: idleAs([false], 'Write a loop with ignore_errors: true.'),
    append_hash: idleAs([false], 'Write the digest into the name: {{sha256 text}}.'),
    generate_name: 'Write name: with a fixed name. Otherwise each run would make one more object.',
    delete_all: idleAs([false], 'Write query: kubectl get … -o name, register the names, and loop over them.'),
    all: idleAs([false], 'Write query: kubectl get … -o name, register the names, and loop over them.'),
    label_selectors: 'Write query: kubectl get -l … -o name, register the names, and loop over them.',
    host: KUBECONFIG,
    api_key: KUBECONFIG,
    username: KUBECONFIG,
    password: KUBECONFIG,
    ca_cert: KUBECONFIG,
    ssl_ca_cert: KUBECONFIG,
    client_cert: KUBECONFIG,
    cert_file: KUBECONFIG,
    client_key: KUBECONFIG,
    key_file: KUBECONFIG,
    validate_certs: idleAs([true], KUBECONFIG),
    verify_ssl: idleAs([true], KUBECONFIG),
    persist_config: idle('the kubeconfig is not changed.'),
    proxy: 'Set environment: { HTTPS_PROXY: … } at the task.',
    no_proxy: 'Set environment: { NO_PROXY: … } at the task.',
    proxy_headers: KUBECONFIG,
    impersonate_user: KUBECONFIG,
    impersonate_groups: KUBECONFIG,
    hidden_fields: idle('fields that only the server sets are never compared.'),
  },
  examples: [
    'kubernetes: { kubeconfig: /etc/kubernetes/admin.conf, kind: Namespace, name: shop }',
    'kubernetes: { kubeconfig: /etc/kubernetes/admin.conf, namespace: shop, definition: { apiVersion: v1, kind: ConfigMap, metadata: { name: settings }, data: { color: blue } } }',
    'kubernetes: { src: shop.yml, namespace: shop, wait: true }',
    'kubernetes: { state: absent, api_version: apps/v1, kind: Deployment, name: web, namespace: shop }',
  ],
  async load(args, controller) {
    if (args.template !== undefined) return { text: await controller.template(args.template) };
    if (args.src === undefined) return undefined;
    const file = await controller.file(args.src);
    const clear = await file.clear();
    const bytes = clear ?? (await file.bytes());
    const text = bytes.toString('utf8');
    return { text: clear === undefined ? text : Secret.around(text) };
  },
  observes(args, loaded, context) {
    const wanted = wantedOf(args, loaded);
    return wanted.kind === 'objects' ? partsOf(args, wanted, context).map(({ request }) => request) : [];
  },
  plan(args, loaded, seen, context) {
    const wanted = wantedOf(args, loaded);
    if (wanted.kind === 'unknown') return { kind: 'cannot_know', because: wanted.value.because };
    if (wanted.kind === 'impossible') return wanted;
    return planObjects(partsOf(args, wanted, context), args, seen);
  },
});

function wantedOf(args: Arguments, loaded: Loaded | undefined): WantedObjects {
  if (loaded?.text instanceof Unknown) return { kind: 'unknown', value: loaded.text };
  return wantedObjects({ ...args, definition: loaded?.text ?? args.definition });
}

function partsOf(
  args: Arguments,
  { objects }: Extract<WantedObjects, { kind: 'objects' }>,
  { preamble }: Context,
): readonly ObjectPart[] {
  const { kubeconfig, context, namespace, server_side_apply: how } = args;
  const access: KubernetesAccess = {
    options: [
      ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
      ...(context === undefined ? [] : [`--context=${context}`]),
    ],
    preamble,
  };
  const apply = [`--field-manager=${how.field_manager}`, `--force-conflicts=${how.force_conflicts}`];
  return objects.map(({ object, isSecret }) => {
    const detail = { access, namespace, object, apply: args.state === 'absent' ? undefined : apply };
    return { detail, isSecret, request: kubernetesObject(detail) };
  });
}
