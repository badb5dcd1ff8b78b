import { Problem } from '../errors/problem.ts';
import type { Request, ResourceKind } from './resource.ts';

export interface ComposedObservation {
  /** Exits 0, also where a section failed: `decode` tells. */
  readonly script: string;
  /** State of each key. Throws Problem `observation-failed` with the kind and what it wrote to stderr. */
  readonly decode: (stdout: Buffer) => ReadonlyMap<string, unknown>;
}

interface Section {
  readonly kind: ResourceKind<unknown, unknown>;
  readonly requests: readonly Request[];
}

/** One script that looks at all of these, a section a kind; `marker` must be unguessable. Requests of the same key are made one. */
export function composeObservation(requests: readonly Request[], marker: string): ComposedObservation {
  const sections = sectionsOf(requests);
  // A section's stderr is held back in a variable: it must not mix with what other sections tell.
  const script = sections
    .map(
      ({ kind, requests: asked }, index) => `printf '%s' "${marker}${index}<"
{ E=$( (
LC_ALL=C; export LC_ALL; umask 022
${kind.observe(asked)}
) 2>&1 >&3 3>&- </dev/null ); S=$?; } 3>&1
printf '%s' "${marker}${index}=$S:\${E}${marker}${index}>"
`,
    )
    .join('');
  return { script: `${script}:\n`, decode: (stdout) => decode(stdout, sections, marker) };
}

function sectionsOf(requests: readonly Request[]): readonly Section[] {
  const kinds = new Map<string, { kind: ResourceKind<unknown, unknown>; byKey: Map<string, Request> }>();
  for (const request of requests) {
    const { kind, key } = request;
    let section = kinds.get(kind.name);
    if (section === undefined) kinds.set(kind.name, (section = { kind, byKey: new Map() }));
    const known = section.byKey.get(key);
    section.byKey.set(key, known === undefined ? request : { ...known, detail: kind.merge(known.detail, request.detail) });
  }
  return [...kinds.values()].map(({ kind, byKey }) => ({ kind, requests: [...byKey.values()] }));
}

function decode(stdout: Buffer, sections: readonly Section[], marker: string): ReadonlyMap<string, unknown> {
  const states = new Map<string, unknown>();
  let at = 0;
  const upTo = (mark: string, kind: string): Buffer => {
    const end = `${marker}${mark}`;
    const next = stdout.indexOf(end, at);
    if (next === -1) throw failed(kind, 'The answer ended early.');
    const piece = stdout.subarray(at, next);
    at = next + end.length;
    return piece;
  };
  for (const [index, { kind, requests }] of sections.entries()) {
    upTo(`${index}<`, kind.name);
    const output = upTo(`${index}=`, kind.name);
    const ending = upTo(`${index}>`, kind.name).toString('utf8');
    const colon = ending.indexOf(':');
    const status = Number(ending.slice(0, colon));
    const stderr = ending.slice(colon + 1).trim();
    if (status !== 0) throw failed(kind.name, `Exit status ${status}${stderr === '' ? '' : `: ${stderr}`}`);
    const decoded = decodedBy(kind, output, requests);
    for (const { id, key } of requests) {
      const state = decoded.get(id);
      if (state === undefined) throw failed(kind.name, `Nothing was told of ${id}${stderr === '' ? '' : `: ${stderr}`}`);
      states.set(key, state);
    }
  }
  return states;
}

/** What a host answers is no fault of ours, whatever it is. */
function decodedBy(kind: Section['kind'], output: Buffer, requests: readonly Request[]): ReadonlyMap<string, unknown> {
  try {
    return kind.decode(output, requests);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw failed(kind.name, error instanceof Error ? error.message : String(error));
  }
}

function failed(kind: string, why: string): Problem {
  const remedy = 'See what the tools that tell of it answer on the host (`runbook exec`): they may be broken, or be others than usual.';
  return new Problem({ code: 'observation-failed', what: `the host could not be looked at (${kind})`, why, remedy });
}
