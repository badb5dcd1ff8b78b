import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Foreigner, type Project, isWithin, realPath } from '../../values/controller-access.ts';
import { statusOf } from '../../values/look-at-once.ts';
import { isKept, isOwn, ownUsers, workOfOthers } from '../../values/own-files.ts';

/** The user and the folder from which files are judged. */
export interface Viewpoint {
  /** The working folder. */
  readonly folder: string;
  /** Numbers of the users whose files count as the operator's own: the user, root, and the user who called sudo. */
  readonly users: ReadonlySet<number>;
  /** Folders that the user has set as trusted. */
  readonly trusted: readonly string[];
}

/** Returns the viewpoint of this process. RUNBOOK_TRUST names folders, separated by colons. */
export function viewpoint(env: NodeJS.ProcessEnv = process.env): Viewpoint {
  const trusted = (env['RUNBOOK_TRUST'] ?? '').split(':').filter((path) => path !== '');
  return {
    folder: process.cwd(),
    users: ownUsers(env),
    trusted: trusted.map((path) => (path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path)),
  };
}

/** Folders that playbooks and inventories expect beside them. */
const BESIDE = ['files', 'group_vars', 'handlers', 'host_vars', 'roles', 'tasks', 'templates', 'vars'];

/**
 * Returns the project of a playbook or inventory: the top of its Git repository; without one, its own folder, or the
 * folder above if its own folder is `playbooks`. If that folder has files of many origins, such as a home folder, the
 * project is the file itself and the usual folders beside it.
 */
export function projectOf(file: string): Project {
  const real = realPath(file);
  const folder = folderOfProject(real);
  if (!isWide(folder)) return { folder, paths: [folder], isWide: false };
  return { folder, paths: [real, ...BESIDE.map((name) => join(folder, name))], isWide: true };
}

function folderOfProject(real: string): string {
  const folder = folderOf(real);
  return topOf(folder) ?? (basename(folder) === 'playbooks' && !isWide(dirname(folder)) ? dirname(folder) : folder);
}

/**
 * Returns why a file is not trusted. Undefined if it is: it lies in a trusted folder, or it is the operator's own and
 * lies in the project of the working folder.
 */
export function foreignness(file: string, { folder, users, trusted }: Viewpoint): Foreigner | undefined {
  const real = realPath(file);
  if (trusted.some((one) => isWithin(real, realPath(one)))) return undefined;
  const project = projectOf(file);
  const foreign = (why: string, isElsewhere = false): Foreigner => ({ file, project, why, isElsewhere });
  const spoiled = chain(real, project.folder).find((path) => !isOwn(path, users));
  if (spoiled !== undefined) return foreign(`${spoiled} belongs to another user, or everybody may write to it.`);
  const here = realPath(folder);
  if (!project.isWide && isWithin(here, project.folder)) return undefined;
  if (topOf(folderOf(real)) !== undefined)
    return foreign(`It is part of the project ${project.folder}, and you are in ${here}.`, true);
  if (isWithin(real, topOf(here) ?? here) && (!isWide(here) || folderOf(real) === here)) return undefined;
  return foreign(`It lies in ${project.folder}, and you are in ${here}.`, true);
}

/**
 * Returns why a role that was found by name is not the operator's own; undefined if it is, or if its folder is trusted.
 * `folder`: the folder in which the role was searched for.
 */
export function roleOfOthers(role: string, folder: string, { users, trusted }: Viewpoint): string | undefined {
  if (trusted.some((one) => isWithin(realPath(role), realPath(one)))) return undefined;
  const real = realPath(role);
  const spoiled =
    [folder, role, ...chain(real, dirname(real))].find((path) => !isOwn(path, users)) ??
    (isKept(dirname(folder), users) ? undefined : dirname(folder));
  return spoiled === undefined ? undefined : `${spoiled} belongs to another user, or everybody may write to it.`;
}

/** Returns a file and the folders above it, up to the folder of its project. */
function chain(path: string, project: string): readonly string[] {
  return path === project || dirname(path) === path ? [path] : [path, ...chain(dirname(path), project)];
}

/**
 * Returns the top of the Git repository of a folder. A repository of a whole home or of all temporary files does not
 * count: its files do not belong together.
 */
export function topOf(folder: string): string | undefined {
  if (isWide(folder)) return undefined;
  if (statusOf(join(folder, '.git')) !== undefined) return folder;
  return topOf(dirname(folder));
}

/** Returns whether a folder holds files from everywhere: a home, a folder of temporary files, or a folder above one. */
function isWide(folder: string): boolean {
  return [homedir(), homeOfCaller(), tmpdir(), '/tmp', '/var/tmp'].some(
    (one) => one !== undefined && isWithin(realPath(one), folder),
  );
}

/** Returns the home of the user who called sudo, whose playbooks count as the operator's own. */
function homeOfCaller(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const uid = env['SUDO_UID'];
  if (uid === undefined || statusOf('/etc/passwd') === undefined) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  return lines.map((line) => line.split(':')).find((fields) => fields[2] === uid)?.[5];
}

function folderOf(path: string): string {
  return statusOf(path)?.isDirectory() === true ? path : dirname(path);
}

/**
 * Returns why a file may be another user's work. Undefined if it is the operator's own, is in a trusted folder, does
 * not exist, or is a descriptor that the operator's shell has opened.
 */
export function workOfOthersOnDisk(file: string): string | undefined {
  if (!isOnDisk(file)) return undefined;
  const { users, trusted } = viewpoint();
  return trusted.some((one) => isWithin(realPath(file), realPath(one))) ? undefined : workOfOthers(file, users);
}

/**
 * Returns whether the file exists and is not a descriptor. A descriptor that the operator's shell has opened (`-i
 * <(…)`, /dev/stdin) counts as the operator's own.
 */
export function isOnDisk(file: string): boolean {
  return !/^\/(?:dev\/(?:fd\/|stdin$)|proc\/(?:self|\d+)\/fd\/)/.test(file) && statusOf(file) !== undefined;
}
