import { Problem } from '../../errors/problem.ts';
import { mergedRequest, type Request, type ResourceKind } from './resource.ts';

export interface ComposedObservation {
  readonly script: string;
  /** Returns the state of each key. Throws Problem `observation-failed` with the kind and its output on stderr. */
  readonly decode: (answer: Answer) => ReadonlyMap<string, unknown>;
}

/** The exit status of the script, and all its output. */
export interface Answer {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

interface Section {
  readonly kind: ResourceKind<unknown, unknown>;
  readonly requests: readonly Request[];
}

/**
 * Composes one script that looks at all requests, with one section per kind. `marker` must be unguessable. Requests of
 * the same key become one. The last section, usually the only one, runs in the shell of the script: its status is the
 * script's, and its output needs no end mark.
 */
export function composeObservation(requests: readonly Request[], marker: string): ComposedObservation {
  const sections = sectionsOf(requests);
  const last = sections.length - 1;
  const script = sections
    .map(({ kind, requests: asked }, index) => {
      const text = kind.observe(asked);
      return index === last
        ? `${text}\n`
        : `(\n${text}\n)\nprintf '%s' "${marker}${index}=$?>"\nprintf '%s' "${marker}${index}>" >&2\n`;
    })
    .join('');
  const whole = sections.length === 0 ? ':\n' : `LC_ALL=C; export LC_ALL; umask 022\n${script}`;
  return { script: whole, decode: (answer) => decode(answer, sections, marker) };
}

function sectionsOf(requests: readonly Request[]): readonly Section[] {
  const kinds = new Map<string, { kind: ResourceKind<unknown, unknown>; byKey: Map<string, Request> }>();
  for (const request of requests) {
    const { kind, key } = request;
    let section = kinds.get(kind.name);
    if (section === undefined) kinds.set(kind.name, (section = { kind, byKey: new Map() }));
    const known = section.byKey.get(key);
    section.byKey.set(key, known === undefined ? request : mergedRequest(known, request));
  }
  return [...kinds.values()].map(({ kind, byKey }) => ({ kind, requests: [...byKey.values()] }));
}

function decode(answer: Answer, sections: readonly Section[], marker: string): ReadonlyMap<string, unknown> {
  const states = new Map<string, unknown>();
  const stdout = new Pieces(answer.stdout);
  const stderr = new Pieces(answer.stderr);
  for (const [index, { kind, requests }] of sections.entries()) {
    const isLast = index === sections.length - 1;
    const output = isLast ? stdout.rest() : stdout.upTo(`${marker}${index}=`, kind.name);
    const status = isLast ? answer.status : Number(stdout.upTo('>', kind.name));
    const said = (isLast ? stderr.rest() : stderr.upTo(`${marker}${index}>`, kind.name)).toString('utf8').trim();
    if (status !== 0) throw failed(kind.name, `Exit status ${status}${said === '' ? '' : `: ${said}`}`);
    const decoded = decodedBy(kind, output, requests);
    for (const { id, key } of requests) {
      const state = decoded.get(id);
      if (state === undefined)
        throw failed(kind.name, `There was no answer about ${id}${said === '' ? '' : `: ${said}`}`);
      states.set(key, state);
    }
  }
  return states;
}

class Pieces {
  readonly #whole: Buffer;
  #at = 0;

  constructor(whole: Buffer) {
    this.#whole = whole;
  }

  /** Returns the bytes before the mark, and skips the mark. */
  upTo(mark: string, kind: string): Buffer {
    const next = this.#whole.indexOf(mark, this.#at);
    if (next === -1) throw failed(kind, 'The answer ended early.');
    const piece = this.#whole.subarray(this.#at, next);
    this.#at = next + mark.length;
    return piece;
  }

  rest(): Buffer {
    return this.#whole.subarray(this.#at);
  }
}

/** No answer of a host is a fault of the engine: every error becomes a Problem. */
function decodedBy(kind: Section['kind'], output: Buffer, requests: readonly Request[]): ReadonlyMap<string, unknown> {
  try {
    return kind.decode(output, requests);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw failed(kind.name, error instanceof Error ? error.message : String(error));
  }
}

function failed(kind: string, why: string): Problem {
  const remedy =
    'Run the tools that report it on the host (`runbook exec`): they may be broken, or not the usual ones.';
  return new Problem({
    code: 'observation-failed',
    what: `the state of the host could not be read (${kind})`,
    why,
    remedy,
  });
}
