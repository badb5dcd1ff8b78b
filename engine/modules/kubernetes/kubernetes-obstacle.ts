import type { KubernetesAnswer } from '../../resources/kubernetes-object.ts';
import type { Impossible } from '../base/module.ts';

/** Returns why the cluster cannot be asked, and what to do. */
export function obstacleOf(answer: Exclude<KubernetesAnswer, { kind: 'known' }>): Impossible {
  if (answer.kind === 'no_program')
    return {
      kind: 'impossible',
      what: 'this host has no kubectl',
      remedy:
        'Delegate the task to a host that has it, or install it with a task before this one: get_url: { url: …, dest: /usr/local/bin/kubectl, mode: "0755" }.',
    };
  return {
    kind: 'impossible',
    what: 'the Kubernetes cluster cannot be asked',
    why: answer.why,
    remedy: remedyForSilence(answer.why),
  };
}

function remedyForSilence(why: string): string {
  if (why.includes('localhost:8080'))
    return 'Name a kubeconfig on the host: kubeconfig: /etc/kubernetes/admin.conf. The user of the task must be able to read it.';
  if (/permission denied|no such file|stat \//i.test(why))
    return 'Correct kubeconfig, or set become: true: the user of the task must be able to read it.';
  if (/Forbidden|Unauthorized|must be logged in|certificate has expired/i.test(why))
    return 'Name a kubeconfig whose user may do this, with a certificate or token that is valid.';
  if (/context "[^"\n]*" does not exist|context was not found/.test(why))
    return 'Correct context: kubectl config get-contexts lists those there are.';
  return 'Start the cluster with a task before this one, or correct the server in the kubeconfig.';
}

/** Returns that the server does not take an object. */
export function refused(title: string, why: string): Impossible {
  return { kind: 'impossible', what: `the cluster refuses ${title}`, why, remedy: remedyForRefusal(why) };
}

function remedyForRefusal(why: string): string {
  const [, namespace] = /namespaces "([^"]+)" not found/.exec(why) ?? [];
  if (namespace !== undefined)
    return `Make the namespace with a task before this one: kubernetes: { kind: Namespace, name: ${namespace} }.`;
  if (/no matches for kind|doesn't have a resource type/.test(why))
    return 'Correct apiVersion and kind, or install the CustomResourceDefinition of the kind with a task before this one.';
  if (/conflict/i.test(why))
    return 'Another manager has set these fields. Leave them out, or set server_side_apply: { force_conflicts: true }.';
  if (/forbidden/i.test(why)) return 'Name a kubeconfig whose user may do this.';
  if (/immutable/i.test(why))
    return 'Remove the object by a task before this one, with state: absent and wait: true. Then this task makes it again.';
  return 'Correct the object by this message. kubectl explain lists the fields of a kind.';
}
