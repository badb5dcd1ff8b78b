import { z } from 'zod';
import { type Request, type Seen, predict } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { describeType, endOf, parentOf, UNKNOWN_ATTRIBUTES } from '../resources/file/file-state.ts';
import { type GitCheckout, type GitWorkTree, gitWorkTree } from '../resources/git-work-tree.ts';
import { need } from '../resources/need.ts';
import { type ProbeDetail, type ProbeState, remoteAnswer } from '../resources/probe.ts';
import { revealed } from '../values/base/revealed.ts';
import { type ValueMap, Unknown } from '../values/base/value.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { alsoDigits, boolean, path, plainText, secretText, wholeNumber } from './base/arguments.ts';
import {
  type Context,
  type Difference,
  type Impossible,
  type Observed,
  type Outcome,
  defineModule,
} from './base/module.ts';
import { ownScript } from './base/own-script.ts';
import { isRoot } from './base/root-alone.ts';
import { type GitAddress, gitAddress } from './git/git-address.ts';
import { foreignGitArguments } from './git/git-foreign.ts';
import { foreignFolder, listed, locallyChanged, noVersion, refused, unreachable } from './git/git-problems.ts';
import { type GitReach, askRemote, checkOut } from './git/git-script.ts';
import { type Found, REF, findVersion, gitVersion, patternsFor } from './git/git-version.ts';
import { unsafePath } from './path/file-attributes.ts';
import { cannotLook, lockedDirectory, unlessLocked } from './path/file-needs.ts';
import { wayInside, wayNeeds } from './path/way-to-path.ts';

const schema = z.strictObject({
  repo: secretText()
    .refine((repo) => {
      const text = revealed(repo);
      return /^[^-\s][^\n]*$/.test(text);
    }, 'must be the address of a repository')
    .describe(
      'The address of the repository, or its path on the host. A user name and a password in an HTTP address are passed to git separately, and are not stored on the host.',
    ),
  dest: path().describe('The directory of the checkout. If it is missing, it is made, with the directories above it.'),
  version: alsoDigits(
    z
      .string({ error: 'must be a text\nWrite it in quotes.' })
      .regex(REF, 'must be the name of a branch or tag, or a commit'),
  )
    .default('HEAD')
    .describe(
      'A branch, a tag or a commit. HEAD is the default branch of the repository. With a branch, each run gets its newest commit. With a whole commit, the repository is not asked.',
    ),
  remote: alsoDigits(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'must be the name of a remote'))
    .default('origin')
    .describe('The name of the remote in the checkout.'),
  update: boolean()
    .default(true)
    .describe('Whether an existing checkout is updated to the version. If false, it stays unchanged.'),
  clone: boolean().default(true).describe('Whether a missing checkout is made.'),
  force: boolean()
    .default(false)
    .describe(
      'Whether local changes of files under version control are discarded. If false, such changes are an error.',
    ),
  depth: wholeNumber({ min: 1 })
    .optional()
    .describe('The number of commits to fetch, counted from the newest one. It has no effect if version is a commit.'),
  single_branch: boolean().default(false).describe('Whether only the branch or tag of the version is fetched.'),
  recursive: boolean().default(true).describe('Whether submodules are checked out too.'),
  key_file: path().optional().describe('The path of a private key on the host, for an SSH address.'),
  accept_newhostkey: boolean()
    .default(false)
    .describe('Whether ssh accepts and stores the key of an unknown server. A changed key is still refused.'),
  accept_hostkey: boolean()
    .default(false)
    .describe('Whether ssh accepts every key of the server, even a changed one. accept_newhostkey is safer.'),
  ssh_opts: plainText().optional().describe('Further options for ssh, written as in a shell.'),
  umask: z
    .string({ error: 'must be a text\nWrite it in quotes: "0022".' })
    .regex(/^0?[0-7]{3}$/, 'must be octal digits, such as "0022"')
    .optional()
    .describe('The mask for the permissions of new files.'),
  unsafe_path: unsafePath(),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'git',
  summary: 'Check out a Git repository, and keep it at a branch, a tag or a commit.',
  arguments: schema,
  aliases: { name: 'repo' },
  foreign: { ...foreignGitArguments, reference: idleAs([null], 'Leave it out: all branches and tags are fetched.') },
  examples: [
    'git: { repo: "https://git.example.org/app.git", dest: /srv/app, version: v1.4.2 }',
    'git: { repo: "git@git.example.org:app.git", dest: /srv/app, key_file: /home/app/.ssh/deploy, accept_newhostkey: true }',
  ],
  observes: (args, _loaded, context) => [
    treeOf(args),
    GIT,
    file(args.dest, 'target'),
    ...wayNeeds(`${args.dest}/.`),
    need({ kind: 'empty', path: args.dest }),
    ...(isRoot(context) ? [] : [need({ kind: 'writable', path: args.dest })]),
    ...remoteOf(args, context),
  ],
  plan(args, _loaded, seen, context) {
    const address = gitAddress(args.repo);
    if (address.kind === 'impossible') return address;
    return obstacle(args, seen, context) ?? plan(args, address, { seen, context });
  },
});

const GIT = need({ kind: 'program', names: ['git'] });

function treeOf({ dest }: Arguments): Request<undefined, GitWorkTree> {
  return gitWorkTree(dest);
}

/** Returns the request for the branches and tags of the remote; none if the remote need not be asked. */
function remoteOf(args: Arguments, context: Context): readonly Request<ProbeDetail, ProbeState>[] {
  const address = gitAddress(args.repo);
  const patterns = patternsFor(gitVersion(args.version));
  if (address.kind === 'impossible' || patterns === undefined) return [];
  return [remoteAnswer(ownScript(askRemote(reachOf(args, address), patterns), context.preamble))];
}

function reachOf(args: Arguments, address: GitAddress): GitReach {
  return {
    address,
    keyFile: args.key_file,
    sshOptions: args.ssh_opts,
    hostKeys: args.accept_hostkey ? 'accept any' : args.accept_newhostkey ? 'accept new' : 'known',
  };
}

/** Returns why no version can be checked out at the path; undefined if that is possible. */
function obstacle(args: Arguments, seen: Seen, context: Context): Outcome | undefined {
  const { dest } = args;
  const request = file(dest, 'target');
  const state = seen.of(request);
  const there = endOf(state) ?? state;
  const isSure = seen.certainty(request) === 'certain';
  if (there.type === 'hidden') return cannotLook(dest, context.user);
  if (there.type !== 'absent' && there.type !== 'directory') {
    const what = `${dest} is ${describeType(there)}, not a directory`;
    const remedy = 'Name another dest, or remove what is there first: file: { path: …, state: absent }.';
    return isSure ? { kind: 'impossible', what, remedy } : { kind: 'cannot_know', because: 'an earlier change' };
  }
  if (!seen.of(GIT).isMet && context.preamble === '')
    return seen.certainty(GIT) === 'certain'
      ? {
          kind: 'impossible',
          what: 'this host has no git',
          remedy: 'Install it with a task before this one: package: { name: git }',
        }
      : undefined;
  const way = args.unsafe_path ? undefined : wayInside(dest, seen, context);
  if (way?.kind === 'impossible') return way;
  return way?.kind === 'foreign'
    ? foreignFolder(dest, way.folder, there.type === 'directory' ? there.owner : undefined)
    : undefined;
}

function plan(args: Arguments, address: GitAddress, observed: Observed): Outcome {
  const { seen } = observed;
  const tree = seen.of(treeOf(args));
  const isSure = seen.certainty(treeOf(args)) === 'certain';
  const unsure = (why: string): Outcome => ({ kind: 'cannot_know', because: why, planned: unknownResult(why) });
  switch (tree.kind) {
    case 'none':
      return args.clone ? planNew(args, address, observed) : { kind: 'in_sync', result: { before: null, after: null } };
    case 'no_git':
      return unsure('an earlier change that brings git');
    case 'refused':
      return isSure ? refused(args.dest, tree.why) : unsure('an earlier change that may let git look at the checkout');
    case 'checkout':
      break;
  }
  if (!args.update) return { kind: 'in_sync', result: resultOf(tree.commit ?? null, tree.commit ?? null) };
  const modified = tree.commit === undefined ? [] : (tree.modified ?? []);
  if (modified.length > 0 && !args.force)
    return isSure ? locallyChanged(args.dest, modified) : unsure('an earlier change of the checkout');
  return planUpdate(args, address, { tree, modified }, observed);
}

function planNew(args: Arguments, address: GitAddress, observed: Observed): Outcome {
  const { seen, context } = observed;
  const empty = need({ kind: 'empty', path: args.dest });
  if (!seen.of(empty).isMet)
    return seen.certainty(empty) === 'certain'
      ? {
          kind: 'impossible',
          what: `${args.dest} is not empty, and is not a checkout of Git`,
          remedy: 'Name another dest, or remove what is there first: file: { path: …, state: absent }.',
        }
      : { kind: 'cannot_know', because: `an earlier change in ${args.dest}` };
  const writable = need({ kind: 'writable', path: args.dest });
  const locked = lockedDirectory(args.dest, observed);
  if (locked !== undefined) return locked;
  if (!isRoot(context) && !seen.of(writable).isMet && seen.certainty(writable) === 'certain')
    return {
      kind: 'impossible',
      what: `${context.user} may not write in ${parentOf(args.dest)}`,
      remedy: `Make the directory for this user first: file: { path: ${args.dest}, state: directory, owner: ${context.user} }, with become: true.`,
    };
  const found = foundOf(args, address, observed);
  if (found.kind === 'impossible') return found;
  return change(args, address, { before: undefined, found: found.kind === 'found' ? found : undefined }, observed);
}

/** Finds the version in the answer of the remote. */
function foundOf(
  args: Arguments,
  address: GitAddress,
  { seen, context }: Observed,
): Extract<Found, { kind: 'found' }> | Impossible | { readonly kind: 'unknown'; readonly because: string } {
  const version = gitVersion(args.version);
  const [request] = remoteOf(args, context);
  const found = findVersion(version, request === undefined ? { stdout: undefined } : seen.of(request));
  if (request === undefined || (seen.of(request).status === 0 && found.kind === 'found'))
    return found.kind === 'found' ? found : { kind: 'unknown', because: 'the repository is not asked' };
  const because = 'an earlier change decides whether the repository can be asked';
  const isGitToCome = !seen.of(GIT).isMet || seen.certainty(GIT) === 'after_change';
  if (seen.certainty(request) === 'after_change' || isGitToCome) return { kind: 'unknown', because };
  const { status, stderr } = seen.of(request);
  return status === 0 ? noVersion(address.url, args.version) : unreachable(address.url, stderr ?? '');
}

interface Existing {
  readonly tree: GitCheckout;
  readonly modified: readonly string[];
}

function planUpdate(args: Arguments, address: GitAddress, { tree, modified }: Existing, observed: Observed): Outcome {
  const found = foundOf(args, address, observed);
  if (found.kind === 'impossible') return found;
  if (found.kind === 'unknown')
    return { kind: 'cannot_know', because: found.because, planned: unknownResult(found.because) };
  const isThere = found.commit === undefined ? isAbbreviated(tree.commit, found.is) : tree.commit === found.commit;
  const isDone =
    isThere &&
    tree.remotes[args.remote] === address.url &&
    modified.length === 0 &&
    (!args.recursive || tree.hasSubmodules !== false);
  if (isDone) {
    const result = resultOf(tree.commit ?? null, tree.commit ?? null);
    if (tree.commit !== undefined || found.commit === undefined) return { kind: 'in_sync', result };
  }
  return unlessLocked(change(args, address, { before: tree, found, modified, isThere }, observed), args.dest, observed);
}

function isAbbreviated(commit: string | undefined, is: Extract<Found, { kind: 'found' }>['is']): boolean {
  return is.kind === 'detached' && commit?.startsWith(is.commit) === true;
}

interface Step {
  readonly before: GitCheckout | undefined;
  /** Undefined in a plan that does not know the answer of the remote. */
  readonly found: Extract<Found, { kind: 'found' }> | undefined;
  readonly modified?: readonly string[];
  /** True if the checkout already has the wanted commit. */
  readonly isThere?: boolean;
}

function change(args: Arguments, address: GitAddress, step: Step, { seen, context }: Observed): Outcome {
  const { before, found, isThere = false } = step;
  const to = isThere ? before?.commit : found?.commit;
  const because = found === undefined ? 'git is asked after an earlier change' : 'the commit is known when it is there';
  const after = to ?? new Unknown(because);
  const requests = [treeOf(args), file(args.dest, 'target'), ...remoteOf(args, context)];
  const uncertain = requests.some((one) => one.kind.name !== 'remote' && seen.certainty(one) === 'after_change');
  return {
    kind: 'change',
    differences: differencesOf(args, address, step, to),
    certainty: uncertain ? 'after_change' : 'certain',
    predictions: [
      predict(file(args.dest, 'target'), { type: 'directory', ...UNKNOWN_ATTRIBUTES, changedBeneath: true }),
      predict(treeOf(args), {
        kind: 'checkout',
        commit: to,
        remotes: { ...before?.remotes, [args.remote]: address.url },
        modified: [],
        hasSubmodules: args.recursive ? true : undefined,
      }),
    ],
    touches: 'predicted',
    apply() {
      if (found === undefined) throw new Error('what is not known cannot be checked out');
      return {
        script: checkOut({
          dest: args.dest,
          reach: reachOf(args, address),
          remote: args.remote,
          is: found.is,
          commit: found.commit,
          depth: args.depth,
          isSingleBranch: args.single_branch,
          hasSubmodules: args.recursive,
          umask: args.umask,
        }),
      };
    },
    planned: { ...resultOf(before?.commit ?? null, after), ...urlChange(args, address, before) },
    settled: (now) => {
      const tree = now.of(treeOf(args));
      return { after: tree.kind === 'checkout' ? (tree.commit ?? null) : null };
    },
  };
}

function urlChange({ remote }: Arguments, { url }: GitAddress, before: GitCheckout | undefined): ValueMap {
  return before !== undefined && before.remotes[remote] !== url ? { remote_url_changed: true } : {};
}

function differencesOf(
  { dest, remote, version }: Arguments,
  { url }: GitAddress,
  { before, found, modified = [], isThere = false }: Step,
  to: string | undefined,
): readonly Difference[] {
  const field = (name: string, from: string | null, after: string): Difference => ({
    kind: 'field',
    of: dest,
    field: name,
    before: from,
    after,
  });
  const commit = commitShown(version, found, to);
  const old = before?.remotes[remote] ?? null;
  const differences = [
    ...(isThere ? [] : [field('commit', before?.commit ?? null, commit)]),
    ...(old === url ? [] : [field(`remote ${remote}`, old, url)]),
    ...(modified.length === 0 ? [] : [field('local changes', listed(modified), 'discarded')]),
  ];
  return differences.length > 0 ? differences : [field('submodules', 'differ', 'as the commit names them')];
}

/** Returns the text for the diff: the commit, and the branch or tag that names it. */
function commitShown(version: string, found: Step['found'], to: string | undefined): string {
  const name = found === undefined || found.is.kind === 'detached' ? version : found.is.name;
  if (to === undefined) return name;
  return to.startsWith(version) ? to : `${to} (${name})`;
}

function resultOf(before: string | null, after: string | null | Unknown): ValueMap {
  return { before, after };
}

function unknownResult(because: string): ValueMap {
  return { before: new Unknown(because), after: new Unknown(because) };
}
