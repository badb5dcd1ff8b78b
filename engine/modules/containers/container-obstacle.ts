import { quote } from '../../connection/base/quote.ts';
import type { Request, Seen } from '../../resources/base/resource.ts';
import {
  type ContainerAnswer,
  type ContainerProgram,
  findProgram,
} from '../../resources/containers/container-program.ts';
import { type ForeignArgument, idle, idleAs } from '../../values/habits/foreign-argument.ts';
import type { Context, Impossible } from '../base/module.ts';

const CERTIFICATES =
  'Set environment: { DOCKER_CERT_PATH: … } at the task: the directory with ca.pem, cert.pem and key.pem.';

/** Arguments of the collection that say how to reach the service. */
export const foreignContainerArguments: Readonly<Record<string, ForeignArgument>> = {
  docker_host: idleAs(
    ['unix:///var/run/docker.sock', 'unix:///run/docker.sock'],
    'Set environment: { DOCKER_HOST: … } at the task.',
  ),
  docker_url: 'Set environment: { DOCKER_HOST: … } at the task.',
  tls: idleAs([false], 'Set environment: { DOCKER_TLS: "1" } at the task.'),
  tls_verify: idleAs([false], 'Set environment: { DOCKER_TLS_VERIFY: "1" } at the task.'),
  validate_certs: idleAs([false], 'Set environment: { DOCKER_TLS_VERIFY: "1" } at the task.'),
  tls_hostname: 'Set environment: { DOCKER_HOST: … } at the task, with the name in the certificate.',
  ca_path: CERTIFICATES,
  ca_cert: CERTIFICATES,
  tls_ca_cert: CERTIFICATES,
  cacert_path: CERTIFICATES,
  client_cert: CERTIFICATES,
  tls_client_cert: CERTIFICATES,
  cert_path: CERTIFICATES,
  client_key: CERTIFICATES,
  tls_client_key: CERTIFICATES,
  key_path: CERTIFICATES,
  use_ssh_client: idle('the program of the host is used.'),
  api_version: idle('the program finds the version.'),
  docker_api_version: idle('the program finds the version.'),
  timeout: idle('the program waits as long as it needs; timeout: at the task ends it.'),
  debug: idle('-vv shows more.'),
};

export type ContainerAsked<State> =
  | { readonly kind: 'known'; readonly state: State }
  /** An earlier change of the plan brings the program or its service. */
  | { readonly kind: 'to_come' }
  | Impossible;

/** Returns the program of a task. */
export function programOf(
  { program }: { readonly program?: 'docker' | 'podman' | undefined },
  { preamble }: Pick<Context, 'preamble'>,
): ContainerProgram {
  return { name: program ?? 'any', preamble };
}

/** Returns the answer to a request, or why there will be none. */
export function askedOf<State>(
  request: Request<ContainerProgram, ContainerAnswer<State>>,
  seen: Seen,
): ContainerAsked<State> {
  const answer = seen.of(request);
  if (answer.kind === 'known') return answer;
  if (seen.certainty(request) === 'after_change') return { kind: 'to_come' };
  const name = request.detail.name === 'any' ? 'docker' : request.detail.name;
  if (answer.kind === 'no_program')
    return {
      kind: 'impossible',
      what: request.detail.name === 'any' ? 'this host has neither docker nor podman' : `this host has no ${name}`,
      remedy: `Install it with a task before this one: package: { name: ${name === 'docker' ? 'docker.io }, or docker-ce' : 'podman }'}.`,
    };
  const isForbidden = /permission denied/i.test(answer.why);
  return {
    kind: 'impossible',
    what: `${name} does not answer`,
    why: answer.why,
    remedy: isForbidden
      ? 'Set become: true on the task, or put the user into the group docker.'
      : 'Start its service with a task before this one: service: { name: docker, state: started }.',
  };
}

/** Returns a script for the program. Each line is a command after its name. */
export function programScript(program: ContainerProgram, lines: readonly string[]): string {
  return `set -e
${findProgram(program, '{ echo "neither docker nor podman is there" >&2; exit 127; }')}
${lines.join('\n')}
`;
}

/** Returns one command of the program. */
export function commandOf(words: readonly string[]): string {
  return `"$container_program" ${words.map(quote).join(' ')}`;
}
