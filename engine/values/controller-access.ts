import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { type Place, Problem } from '../errors/problem.ts';

/** An action on the controller that a playbook or an inventory asks for. */
export type AccessRequest =
  | { readonly kind: 'read' | 'write'; readonly path: string }
  /** A variable of the environment. */
  | { readonly kind: 'environment'; readonly name: string }
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

/** The files and folders that belong to a playbook or an inventory. */
export interface Project {
  readonly folder: string;
  /** The files and folders of it. */
  readonly paths: readonly string[];
  /** True if the folder holds files from everywhere (a home, /tmp), so that most of them do not belong to it. */
  readonly isWide: boolean;
}

/** A playbook or inventory from elsewhere. It may read and write files of its own project, and may run no code. */
export interface Foreigner {
  /** The playbook or inventory. */
  readonly file: string;
  readonly project: Project;
  /** Why it is not trusted, as a sentence. */
  readonly why: string;
  /** True if it would be trusted if the operator worked in its folder. */
  readonly isElsewhere: boolean;
}

/**
 * Makes the access for a run with a playbook or an inventory from elsewhere.
 * @param projects whose files may be read and written
 * @param allowed further paths that the command line permits
 */
export function projectAccess(
  foreigner: Foreigner,
  projects: readonly Project[],
  allowed: readonly string[],
): ControllerAccess {
  const own = projects.flatMap(({ paths }) => paths).map(realPath);
  const further = allowed.map(realPath);
  return {
    isFull: false,
    permit(request, place) {
      if (request.kind === 'run') throw refusedCode(request.what, foreigner, place);
      if (request.kind === 'environment') throw refusedEnvironment(request.name, foreigner, place);
      const real = realPath(request.path);
      if (further.some((root) => isWithin(real, root) && !isOfVersions(real, root))) return;
      const root = own.find((one) => isWithin(real, one));
      const refused: RefusedPath = { ...request, real, foreigner, place };
      if (root === undefined) throw foreigner.project.isWide ? notBeside(refused) : outside(refused);
      if (isOfVersions(real, root)) throw ofVersions(refused);
    },
  };
}

/** Folders of version control. */
const VERSIONS: ReadonlySet<string> = new Set(['.git', '.hg']);

/**
 * Returns whether a path is in a folder of version control below the root. No author of a repository can put a file
 * there: it belongs to the operator. Its hooks and settings are programs that run at the next command.
 */
function isOfVersions(path: string, root: string): boolean {
  return relative(root, path)
    .split(sep)
    .some((name) => VERSIONS.has(name.toLowerCase()));
}

function refusedCode(what: string, foreigner: Foreigner, place: Place | undefined): Problem {
  return new Problem({
    code: 'controller-refused',
    what: `${what} would run code on this machine, which ${foreigner.file} may not`,
    place,
    why: foreigner.why,
    remedy: `Read it first. ${trusting(foreigner)}`,
  });
}

function refusedEnvironment(name: string, foreigner: Foreigner, place: Place | undefined): Problem {
  return new Problem({
    code: 'controller-refused',
    what: `${foreigner.file} may not read the variable ${name} of the environment of this machine`,
    place,
    why: `Programs are given passwords and keys there. ${foreigner.why}`,
    remedy: `Read it first. ${trusting(foreigner)}`,
  });
}

interface RefusedPath {
  readonly kind: 'read' | 'write';
  readonly path: string;
  /** Without links. */
  readonly real: string;
  readonly foreigner: Foreigner;
  readonly place: Place | undefined;
}

function outside(refused: RefusedPath): Problem {
  const { kind, path, place, foreigner } = refused;
  const { file, project, why } = foreigner;
  return new Problem({
    code: 'controller-refused',
    what: `${path} lies outside of the project ${project.folder}, and ${file} may not ${kind} it on this machine`,
    place,
    why: `${leading(refused)}${why}`,
    remedy: allowing(refused),
  });
}

function notBeside(refused: RefusedPath): Problem {
  const { kind, path, place, foreigner } = refused;
  const { file, project, why } = foreigner;
  return new Problem({
    code: 'controller-refused',
    what: `${path} does not belong to ${file}, which may not ${kind} it on this machine`,
    place,
    why: `${leading(refused)}${project.folder} contains files of many origins: only the folders roles, files and the like beside ${file} belong to it. ${why}`,
    remedy: allowing(refused),
  });
}

function ofVersions(refused: RefusedPath): Problem {
  const { kind, path, place, foreigner } = refused;
  return new Problem({
    code: 'controller-refused',
    what: `${path} belongs to the version control of the project, and ${foreigner.file} may not ${kind} it on this machine`,
    place,
    why: `${leading(refused)}Programs that are named there run at the next command of Git, and addresses there may contain passwords. ${foreigner.why}`,
    remedy: allowing(refused),
  });
}

function leading({ path, real }: RefusedPath): string {
  return real === resolve(path) ? '' : `It leads to ${real}. `;
}

function allowing({ real, foreigner }: RefusedPath): string {
  return `Read it first. For this path alone: --allow-controller ${real}. ${trusting(foreigner)}`;
}

function trusting({ file, project: { folder, isWide }, isElsewhere }: Foreigner): string {
  const there = isElsewhere ? `, or play it from there (cd ${folder})` : '';
  const [whose, named] = isWide ? ['of that file', file] : ['of that project', folder];
  return `For this run, whatever it does here: --trust. For every run ${whose}: RUNBOOK_TRUST=${named}${there}.`;
}

/** Returns whether the path is the folder or beneath it. Both are absolute, without links and without `..`. */
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
