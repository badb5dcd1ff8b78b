import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { type Place, Problem } from '../errors/problem.ts';

/** What a playbook or an inventory wants of the machine that the program runs on. */
export type AccessRequest =
  | { readonly kind: 'read' | 'write'; readonly path: string }
  /** `what`: a noun, such as `the module shell`. */
  | { readonly kind: 'run'; readonly what: string };

/** The one gate that all such wishes go through. */
export interface ControllerAccess {
  /** Whether it lets everything through, so that nobody need ask. */
  readonly isFull: boolean;
  /** Throws Problem `controller-refused`, which says what to write to allow it. */
  permit(request: AccessRequest, place: Place | undefined): void;
}

/** What is trusted as much as the operator. */
export const FULL_ACCESS: ControllerAccess = { isFull: true, permit: () => {} };

/** What comes from elsewhere: it may read and write in its own project, and runs no code. */
export interface Foreigner {
  /** The playbook or inventory. */
  readonly file: string;
  /** The folder of what belongs to it. */
  readonly project: string;
  /** Why it is not trusted, as a sentence. */
  readonly why: string;
  /** Whether it would be trusted if the operator was in its folder. */
  readonly isElsewhere: boolean;
}

/**
 * The access of a run in which a playbook or an inventory is from elsewhere.
 * @param projects folders in which files may be read and written
 * @param allowed further ones, of the command line
 */
export function projectAccess(
  foreigner: Foreigner,
  projects: readonly string[],
  allowed: readonly string[],
): ControllerAccess {
  const roots = [...projects, ...allowed].map(realPath);
  return {
    isFull: false,
    permit(request, place) {
      if (request.kind !== 'run' && roots.some((root) => isWithin(realPath(request.path), root))) return;
      throw refusal(request, foreigner, place);
    },
  };
}

function refusal(
  request: AccessRequest,
  { file, project, why, isElsewhere }: Foreigner,
  place: Place | undefined,
): Problem {
  const there = isElsewhere ? `, or play it from there (cd ${project})` : '';
  const trust = `For this run, whatever it does here: --trust. For every run of that project: RUNBOOK_TRUST=${project}${there}.`;
  if (request.kind === 'run') {
    return new Problem({
      code: 'controller-refused',
      what: `${request.what} would run code on this machine, which ${file} may not`,
      place,
      why,
      remedy: `Read it first. ${trust}`,
    });
  }
  const real = realPath(request.path);
  const leads = real === resolve(request.path) ? '' : `It leads to ${real}. `;
  return new Problem({
    code: 'controller-refused',
    what: `${request.path} lies outside of the project ${project}, and ${file} may not ${request.kind} it on this machine`,
    place,
    why: `${leads}${why}`,
    remedy: `Read it first. For this path alone: --allow-controller ${real}. ${trust}`,
  });
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** Where a path leads, all links followed, as far as it is there; the rest as it is written. */
export function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    const parent = dirname(absolute);
    return parent === absolute ? absolute : join(realPath(parent), basename(absolute));
  }
}
