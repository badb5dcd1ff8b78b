import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Facts } from '../../engine/connection/shell/facts.ts';
import type { Place } from '../../engine/errors/problem.ts';
import { readArchive } from '../../engine/modules/archive-content/archive-read.ts';
import type {
  AnyModule,
  Apply,
  Change,
  Context,
  Controller,
  LocalFile,
  LocalFolder,
  Module,
  Outcome,
} from '../../engine/modules/base/module.ts';
import { parseArguments } from '../../engine/modules/base/parse-arguments.ts';
import type { Request, Seen } from '../../engine/resources/base/resource.ts';
import { receiveFile } from '../../engine/run/controller/receive-file.ts';
import type { Secret } from '../../engine/values/base/secret.ts';
import { type ValueMap, Unknown } from '../../engine/values/base/value.ts';
import { Vault } from '../../engine/vault/vault.ts';
import { observeHere, runScript } from '../resources/local-sh.ts';

export const PLACE: Place = { file: 'play.yml', line: 3, column: 5 };

export const FACTS: Facts = {
  hostname: 'k8s-master-1',
  fqdn: 'k8s-master-1',
  os: { family: 'debian', distribution: 'debian', version: '12', codename: 'bookworm' },
  architecture: 'x86_64',
  userspace_bits: 64,
  kernel: '6.1.0',
  init: 'systemd',
  package_manager: 'apt',
  default_ipv4: null,
  all_ipv4: [],
  all_ipv6: [],
  interfaces: {},
  user: 'root',
  home: '/root',
  uid: 0,
  machine_id: '0123456789abcdef0123456789abcdef',
  memory_mb: 2048,
  processors: 2,
  virtualization: 'none',
  time: 1_800_000_000,
  selinux: 'disabled',
};

export const CONTEXT: Context = {
  host: 'k8s-master-1',
  facts: FACTS,
  now: new Date('2026-11-21T14:05:09Z'),
  user: 'root',
  runId: 'testrun',
  preamble: '',
  vault: new Vault([]),
  placeOf: () => PLACE,
};

/** A controller with these files and templates. */
export function controllerWith(
  files: Readonly<Record<string, string | Buffer>>,
  templates: Readonly<Record<string, string | Secret | Unknown>> = {},
): Controller {
  return {
    file: async (name) => localFile(name, Buffer.from(files[name] ?? fail(`no file ${name}`))),
    fileOrFolder: async (name) => {
      const content = files[name];
      return content === undefined
        ? localFolder(name.replace(/\/$/, ''), files)
        : localFile(name, Buffer.from(content));
    },
    host: CONTEXT.host,
    target: async (path) => ({ path, file: existsSync(path) ? diskFile(path) : undefined }),
    archive: async (file) => readArchive(file.path),
    template: async (name) => templates[name] ?? fail(`no template ${name}`),
    variables: async ({ from }) => fail(`no variables for ${from.kind}`),
  };
}

/** The files beneath a name are those of a folder; a name with a slash at its end is an empty folder. */
function localFolder(path: string, all: Readonly<Record<string, string | Buffer>>): LocalFolder {
  const names = Object.keys(all).filter((name) => name.startsWith(`${path}/`));
  if (names.length === 0) fail(`no file or folder ${path}`);
  const own = names.map((name) => name.slice(path.length + 1)).toSorted();
  const above = own.flatMap((name) => [...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index)));
  return {
    kind: 'folder',
    path,
    folders: [...new Set(above)].toSorted(),
    files: own
      .filter((name) => !name.endsWith('/'))
      .map((name) => ({ name, file: localFile(name, Buffer.from(all[`${path}/${name}`] ?? '')) })),
  };
}

function fail(what: string): never {
  throw new Error(what);
}

function localFile(path: string, bytes: Buffer): LocalFile {
  return {
    kind: 'file',
    path,
    mode: 0o640,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    clear: () => Promise.resolve(undefined),
    bytes: async () => bytes,
    open: () =>
      (async function* () {
        yield bytes;
      })(),
  };
}

/** A real file of this machine. */
export function diskFile(path: string): LocalFile {
  const bytes = readFileSync(path);
  return {
    kind: 'file',
    path,
    mode: statSync(path).mode & 0o7777,
    size: statSync(path).size,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    clear: () => Promise.resolve(undefined),
    bytes: async () => bytes,
    open: () => createReadStream(path),
  };
}

export interface Tried {
  readonly outcome: Outcome;
  readonly requests: readonly Request[];
}

/** Plans the arguments of one module over the given states. A request for another state fails the test. */
export async function tryModule<Arguments, Loaded>(
  module: Module<Arguments, Loaded>,
  given: ValueMap,
  states: (requests: readonly Request[]) => ReadonlyMap<string, unknown>,
  { context = CONTEXT, controller = controllerWith({}), afterChange = false } = {},
): Promise<Tried> {
  const any = module as unknown as AnyModule;
  const parsed = parseArguments(any, given, (path) => context.placeOf(path));
  if (parsed.kind !== 'args')
    throw new Error(
      parsed.kind === 'unknown'
        ? `unknown: ${parsed.because}`
        : parsed.problems.map((problem) => problem.what).join('\n'),
    );
  const loaded = any.load === undefined ? undefined : await any.load(parsed.args, controller);
  const requests = any.observes(parsed.args, loaded, context);
  const seen = seenOf(states(requests), afterChange);
  return { outcome: any.plan(parsed.args, loaded, seen, context), requests };
}

function seenOf(known: ReadonlyMap<string, unknown>, afterChange = false): Seen {
  return {
    of: <Detail, State>(request: Request<Detail, State>): State => {
      if (!known.has(request.key)) throw new Error(`${request.key} was not observed`);
      return known.get(request.key) as State;
    },
    certainty: () => (afterChange ? 'after_change' : 'certain'),
  };
}

/** Returns the value for `register` after a change. Throws if a part of it is still unknown. */
export function settledResult(change: Change, applied: ValueMap | undefined, seen: Seen): ValueMap {
  const result = { ...applied, ...change.settled?.(seen) };
  const open = Object.entries(result).filter(([, value]) => value instanceof Unknown);
  if (open.length > 0) throw new Error(`not known after the change: ${open.map(([name]) => name).join(', ')}`);
  return result;
}

/** Like `tryModule`, with the real states of this machine. */
export function planHere<Arguments, Loaded>(
  module: Module<Arguments, Loaded>,
  given: ValueMap,
  options: { context?: Context; controller?: Controller } = {},
): Promise<Tried> {
  return tryModule(module, given, (requests) => observeHere(requests), options);
}

export interface Applied {
  readonly change: Change;
  /** The value for `register`. */
  readonly result: ValueMap | undefined;
}

/**
 * Runs a task on this machine from plan to look: plans, applies, looks again. Throws if the apply fails, if the host is
 * not as predicted, if a part of the result is still unknown, or if a second plan still has a change.
 */
export async function settleHere<Arguments, Loaded>(
  module: Module<Arguments, Loaded>,
  given: ValueMap,
  options: { context?: Context; controller?: Controller; again?: boolean } = {},
): Promise<Applied> {
  const { outcome, requests } = await planHere(module, given, options);
  if (outcome.kind !== 'change') throw new Error(`expected a change: ${JSON.stringify(outcome)}`);
  const applied = await applyHere(outcome);
  const seen = observeHere([...requests, ...outcome.predictions.map(({ request }) => request)]);
  for (const { request, state } of outcome.predictions) {
    const sentence = request.kind.disagreement(state, seen.get(request.key));
    if (sentence !== undefined) throw new Error(`${request.key}: ${sentence}`);
  }
  const result = settledResult(outcome, applied, seenOf(seen));
  if (options.again ?? true) {
    const second = await planHere(module, given, options);
    if (second.outcome.kind !== 'in_sync')
      throw new Error(`a second run is not in sync: ${JSON.stringify(second.outcome)}`);
  }
  return { change: outcome, result };
}

export async function applyHere(change: Change): Promise<ValueMap | undefined> {
  const apply: Apply = await change.apply();
  for (const { source, path: at, mode, room } of apply.uploads ?? []) {
    const pieces: Uint8Array[] = [];
    for await (const piece of source.open()) pieces.push(piece as Uint8Array);
    const folder = room === undefined ? '/' : runScript(`${room.enter}\npwd`).stdout.toString().trimEnd();
    writeFileSync(resolve(folder, at), Buffer.concat(pieces), { mode: Number.parseInt(mode, 8), flag: 'wx' });
  }
  const completed = runScript(apply.script);
  if (apply.fetch !== undefined) await receiveFile(apply.fetch, async (script) => runScript(script));
  const finished = apply.finish?.(completed);
  if (finished?.kind === 'failed') throw new Error(finished.what + completed.stderr.toString());
  if (finished === undefined && completed.status !== 0)
    throw new Error(`the apply ended with ${completed.status}: ${completed.stderr.toString()}`);
  return finished?.result ?? change.planned;
}

/** Returns a value of a result that should be text. */
export function textIn(result: ValueMap | undefined, key: string): string {
  const value = result?.[key];
  if (typeof value !== 'string') throw new Error(`${key} is no text`);
  return value;
}
