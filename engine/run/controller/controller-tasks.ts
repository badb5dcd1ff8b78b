import { basename, dirname, join, resolve } from 'node:path';
import type { Place } from '../../errors/problem.ts';
import type { Prediction } from '../../resources/base/resource.ts';
import type { AccessRequest, ControllerAccess } from '../../values/controller-access.ts';
import { statusOf } from '../../values/look-at-once.ts';

// The permissions that a task on the controller needs, for a playbook that may not do everything there.

/** Modules that use nothing of the machine on which they run. */
const OF_NO_MACHINE: ReadonlySet<string> = new Set([
  'add_host',
  'assert',
  'debug',
  'fail',
  'group_by',
  'include_vars',
  'pause',
  'set_fact',
  'wait_for_connection',
]);

/**
 * Modules that read and write files, with the arguments that name them. All other modules run programs, or change the
 * machine as a whole.
 */
const OF_FILES: Readonly<Record<string, { readonly reads?: readonly string[]; readonly writes?: readonly string[] }>> =
  {
    assemble: { writes: ['dest'] },
    blockinfile: { writes: ['path'] },
    certificate: { writes: ['path', 'authority'] },
    certificate_authority: { writes: ['path'], reads: ['beside'] },
    certificate_info: { reads: ['paths'] },
    copy: { writes: ['dest'] },
    // The path that fetch writes is checked when the files of the task are loaded.
    fetch: { reads: ['src'] },
    file: { writes: ['path'] },
    find: { reads: ['paths'] },
    htpasswd: { writes: ['path'] },
    ini_file: { writes: ['path'] },
    key_pair: { writes: ['path'], reads: ['beside'] },
    known_hosts: { writes: ['path'] },
    kubeconfig: { writes: ['path'] },
    lineinfile: { writes: ['path'] },
    move: { writes: ['src', 'dest'] },
    random_key: { writes: ['path'] },
    replace: { writes: ['path'] },
    slurp: { reads: ['src'] },
    stat: { reads: ['path'] },
    tempfile: { writes: ['path'] },
    template: { writes: ['dest'] },
  };

export interface ControllerTask {
  readonly module: string;
  readonly place: Place;
  /** Parsed arguments; undefined while they are unknown. */
  readonly args: unknown;
  /** True if the task runs as another user. */
  readonly becomes: boolean;
  /** True if the task sets an environment. */
  readonly hasEnvironment: boolean;
}

/** Throws Problem `controller-refused` if the task is not permitted. */
export function permitTask(task: ControllerTask, access: ControllerAccess): void {
  if (access.isFull || OF_NO_MACHINE.has(task.module)) return;
  for (const request of requestsOf(task)) access.permit(request, task.place);
}

/** Checks the files that a change will write, by its predictions. Throws Problem `controller-refused`. */
export function permitWrites(predictions: readonly Prediction[], place: Place, access: ControllerAccess): void {
  if (access.isFull) return;
  for (const { request } of predictions)
    if (request.id.startsWith('/')) access.permit({ kind: 'write', path: request.id }, place);
}

function requestsOf({ module, args, becomes, hasEnvironment }: ControllerTask): readonly AccessRequest[] {
  const files = OF_FILES[module];
  if (files === undefined) return [{ kind: 'run', what: `the module ${module}` }];
  // Variables such as PATH decide which programs a module starts.
  if (hasEnvironment) return [{ kind: 'run', what: `the module ${module} with an environment` }];
  if (becomes) return [{ kind: 'run', what: `the module ${module} as another user` }];
  if (typeof args !== 'object' || args === null) return [];
  const given = new Map<string, unknown>(Object.entries(args));
  if (given.get('validate') !== undefined) return [{ kind: 'run', what: 'validate' }];
  const paths = (names: readonly string[] = []): readonly string[] => names.flatMap((name) => pathsIn(given.get(name)));
  return [
    ...[...paths(files.reads), ...furtherReads(module, given)].map((path): AccessRequest => ({ kind: 'read', path })),
    ...paths(files.writes).flatMap((path): AccessRequest[] =>
      [path, ...within(path, given.get('src'))].map((one) => ({ kind: 'write', path: one })),
    ),
  ];
}

/** Returns the paths in an argument: one path, several, or those of an authority. */
function pathsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(pathsIn);
  return typeof value === 'object' && value !== null && 'path' in value ? pathsIn(value.path) : [];
}

function furtherReads(module: string, given: ReadonlyMap<string, unknown>): readonly string[] {
  const src = given.get('src');
  const path = given.get('path');
  if (typeof src !== 'string') return [];
  if (module === 'copy') return given.get('remote_src') === true ? [src] : [];
  if (module === 'assemble') return given.get('remote_src') === false ? [] : [src];
  // Later tasks reach the target of a link through the link.
  return module === 'file' && typeof path === 'string' ? [resolve(dirname(path), src)] : [];
}

/**
 * Returns paths in the folder `path`: the name of `src`, and that name without its ending. Empty if `path` is not a
 * folder.
 */
function within(path: string, src: unknown): readonly string[] {
  if (typeof src !== 'string' || statusOf(path)?.isDirectory() !== true) return [];
  const name = basename(src);
  return [name, name.replace(/\.[^.]+$/, '')].map((one) => join(path, one));
}
