import { quote } from '../../connection/base/quote.ts';
import { numbered, printRecords, recordsOf } from '../base/records.ts';
import { type Prediction, type Request, type ResourceKind, request } from '../base/resource.ts';

/** How to run the program that manages containers. */
export interface ContainerProgram {
  /** `any`: docker, or else podman. */
  readonly name: 'docker' | 'podman' | 'any';
  /** Shell text that sets the environment of the task: DOCKER_HOST. */
  readonly preamble: string;
}

/** What the program says of one thing. */
export type ContainerAnswer<State> =
  | { readonly kind: 'known'; readonly state: State }
  /** The host has no such program. */
  | { readonly kind: 'no_program' }
  /** The program does not answer: its service may not run, or may not let the user in. */
  | { readonly kind: 'unanswered'; readonly why: string };

export interface ContainerKind<State> {
  readonly name: string;
  /** The word of the command: `container`. */
  readonly type: 'container' | 'image' | 'network' | 'volume';
  /** Returns the state in the JSON of `inspect`; undefined: there is no such thing. */
  decode(info: unknown): State;
  disagreement(predicted: State, seen: State): string | undefined;
  after?(
    answer: ContainerAnswer<State>,
    name: string,
    effect: Prediction,
  ): ContainerAnswer<State> | 'stale' | undefined;
}

type Kind<State> = ResourceKind<ContainerProgram, ContainerAnswer<State>>;

/** Makes a kind of thing that `docker inspect` and `podman inspect` show. An id is the program and the name. */
export function containerKind<State>(kind: ContainerKind<State>): Kind<State> {
  return {
    name: kind.name,
    observe: (requests) =>
      printRecords(requests.map(({ id, detail }, index) => look(kind.type, nameIn(id), detail, index)).join('\n')),
    decode(output, requests) {
      const states = new Map<string, ContainerAnswer<State>>();
      let answer = '';
      for (const record of recordsOf(output)) {
        const { index, rest } = numbered(record);
        const id = requests[index]?.id;
        if (record.letter === 'c') answer = rest.toString('utf8');
        else if (id !== undefined) states.set(id, answerOf(kind, answer, rest.toString('utf8')));
      }
      return states;
    },
    merge: (one) => one,
    disagreement(predicted, seen) {
      if (predicted.kind !== 'known') return undefined;
      if (seen.kind === 'known') return kind.disagreement(predicted.state, seen.state);
      return seen.kind === 'no_program' ? 'cannot be looked at' : seen.why;
    },
    after(answer, id, effect) {
      const own = kind.after?.(answer, nameIn(id), effect);
      if (own !== undefined) return own;
      return answer.kind === 'known' ? undefined : 'stale';
    },
  };
}

export function containerRequest<State>(
  kind: Kind<State>,
  name: string,
  program: ContainerProgram,
): Request<ContainerProgram, ContainerAnswer<State>> {
  return request(kind, `${program.name} ${name}`, program);
}

/** Returns the name in an id. */
export function nameIn(id: string): string {
  return id.slice(id.indexOf(' ') + 1);
}

/**
 * Returns shell text that sets `container_program`. The program runs in a directory that every account may enter.
 * `missing`: shell text for a host without the program.
 */
export function findProgram({ name, preamble }: ContainerProgram, missing: string): string {
  const names = name === 'any' ? ['docker', 'podman'] : [name];
  const found = names.map((one) => `command -v ${one}`).join(' || ');
  return `${preamble}cd /; container_program=$(${found}) || ${missing}`;
}

/** Prints the answer as record `c`, and exit status and messages as record `e`. */
function look(type: string, name: string, program: ContainerProgram, index: number): string {
  return `( printf %s "\${b}c${index}:"
${findProgram(program, '{ printf %s "${b}e' + index + ':missing:"; exit 0; }')}
{ e=$( { "$container_program" ${type} inspect -- ${quote(name)} >&3 3>&-; } 2>&1 ); s=$?; } 3>&1
printf %s "\${b}e${index}:$s:$e" )`;
}

const ABSENT =
  /no such |not known|no container with name|unable to find network|network (?:(?!network ).)* not found|does not exist/i;

function answerOf<State>(kind: ContainerKind<State>, answer: string, ending: string): ContainerAnswer<State> {
  const colon = ending.indexOf(':');
  const status = ending.slice(0, colon);
  const why = ending.slice(colon + 1).trim();
  if (status === 'missing') return { kind: 'no_program' };
  if (status === '0') {
    const list: unknown = JSON.parse(answer);
    return { kind: 'known', state: kind.decode(Array.isArray(list) ? list[0] : list) };
  }
  return ABSENT.test(why) && !/cannot connect|is the docker daemon running/i.test(why)
    ? { kind: 'known', state: kind.decode(undefined) }
    : { kind: 'unanswered', why };
}
