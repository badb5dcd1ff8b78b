import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { type Place, Problem } from '../errors/problem.ts';

/** An action on the controller that a playbook or an inventory asks for. */
export type AccessRequest =
  | { readonly kind: 'read' | 'write'; readonly path: string }
  /** `what`: a noun, such as `the module shell`. */
  | { readonly kind: 'run'; readonly what: string };

/** Decides all such requests. */
export interface ControllerAccess {
  /** True if every request is permitted, so that nobody needs to ask. */
  readonly isFull: boolean;
  /** Throws Problem `controller-refused` if the request is refused; its remedy says how to allow it. */
  permit(request: AccessRequest, place: Place | undefined): void;
}

/** For playbooks and inventories that are trusted like the operator. */
export const FULL_ACCESS: ControllerAccess = { isFull: true, permit: () => {} };

/** A playbook or inventory from elsewhere. It may read and write files of its own project, and may run no code. */
export interface Foreigner {
  /** The playbook or inventory. */
  readonly file: string;
  /** The folder of its files. */
  readonly project: string;
  /** Why it is not trusted, as a sentence. */
  readonly why: string;
  /** True if it would be trusted if the operator worked in its folder. */
  readonly isElsewhere: boolean;
}

/**
 * Makes the access for a run with a playbook or an inventory from elsewhere.
 * @param projects folders in which files may be read and written
 * @param allowed further requests that the command line permits
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

/** Resolves all links of a path. Parts that do not exist stay as they are written. */
export function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    const parent = dirname(absolute);
    return parent === absolute ? absolute : join(realPath(parent), basename(absolute));
  }
}
