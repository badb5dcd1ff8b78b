import type { z } from 'zod';
import { quote } from '../../connection/base/quote.ts';
import type { Facts } from '../../connection/shell/facts.ts';
import type { Request, Seen } from '../../resources/base/resource.ts';
import { type PackageState, newestRpm } from '../../resources/package.ts';
import { type SettingDetail, type SettingState, settingRequest } from '../../resources/setting.ts';
import { boolean, commaList } from '../base/arguments.ts';
import type { Impossible } from '../base/module.ts';
import type { Asked } from './package-steps.ts';

/** Names or patterns, which no blank or comma parts. */
function patterns(what: string, examples: string): z.ZodOptional<z.ZodType<readonly string[]>> {
  return commaList({ mayBeEmpty: true })
    .refine((all) => all.every((one) => /^[^\s,-][^\s,]*$/.test(one)), `must be ${what}, such as ${examples}`)
    .optional();
}

/** Arguments that choose among the repositories of the host for one task. */
export const repositoryArguments = {
  enablerepo: patterns('repositories', 'epel or epel-*').describe(
    'With dnf and yum: repositories that count for this task although they are disabled, as names or patterns.',
  ),
  disablerepo: patterns('repositories', 'epel or epel-*').describe(
    'With dnf and yum: repositories that do not count for this task, as names or patterns. enablerepo takes precedence.',
  ),
  exclude: patterns('packages', 'vim or kernel*').describe(
    'With dnf and yum: packages that this task neither installs nor updates, as names or patterns.',
  ),
  disable_gpg_check: boolean()
    .default(false)
    .describe('With dnf, yum and zypper: whether this task installs packages without a valid signature.'),
};

export interface RepositoryWish {
  readonly name?: readonly string[] | undefined;
  readonly state: 'present' | 'absent' | 'latest';
  readonly enablerepo?: readonly string[] | undefined;
  readonly disablerepo?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly disable_gpg_check: boolean;
}

/** Returns the options of dnf and yum that choose among packages; none if the task has its host's repositories. */
function choice({ enablerepo = [], disablerepo = [], exclude = [] }: RepositoryWish): readonly string[] {
  return [
    ...disablerepo.map((one) => `--disablerepo=${one}`),
    ...enablerepo.map((one) => `--enablerepo=${one}`),
    ...exclude.map((one) => `--exclude=${one}`),
  ];
}

/** Returns the options of the package manager for a task. */
export function repositoryOptions(wish: RepositoryWish, manager: Facts['package_manager']): readonly string[] {
  if (manager === 'zypper') return wish.disable_gpg_check ? ['--no-gpg-checks'] : [];
  return [...choice(wish), ...(wish.disable_gpg_check ? ['--nogpgcheck'] : [])];
}

/** Returns why the host cannot choose among its repositories; undefined if it can, or if the task does not. */
export function repositoryProblem(wish: RepositoryWish, manager: Facts['package_manager']): Impossible | undefined {
  if (manager === 'dnf' || manager === 'yum') return undefined;
  const when = 'Write the argument only for hosts that have it, with when: facts.package_manager == "dnf".';
  if (choice(wish).length > 0)
    return {
      kind: 'impossible',
      what: 'enablerepo, disablerepo and exclude are for hosts with dnf or yum',
      remedy: manager === 'apt' ? `${when} With apt, default_release chooses the release.` : when,
    };
  if (!wish.disable_gpg_check || manager === 'zypper') return undefined;
  return {
    kind: 'impossible',
    what: 'disable_gpg_check is for hosts with dnf, yum or zypper',
    remedy: `${when} With apt, bring the key of the repository: deb822_repository has signed_by.`,
  };
}

/**
 * Asks for the newest versions among the packages that the task chooses. Empty if it takes what the host offers, or does
 * not need the newest one.
 */
export function newestRequests(wish: RepositoryWish): readonly Request<SettingDetail, SettingState>[] {
  const options = choice(wish).map(quote).join(' ');
  // Without it, dnf silently leaves out a repository whose lists the host does not have yet.
  const strictly = (wish.enablerepo ?? []).map((one) => ` ${quote(`--setopt=${one}.skip_if_unavailable=0`)}`).join('');
  const names = (wish.name ?? []).map(quote).join(' ');
  if (options === '' || wish.state !== 'latest' || names === '') return [];
  const form = '%{name} %{epoch}:%{version}-%{release}';
  const question = `if command -v dnf >/dev/null; then dnf -q -C ${options}${strictly} repoquery --latest-limit=1 --qf '${form}\\n' ${names}
elif command -v repoquery >/dev/null; then repoquery -q -C ${options} --qf '${form}' ${names}
else exit 127
fi`;
  return [settingRequest(`rpm newest ${options} ${names}`, question)];
}

/** The newest versions that a task may take. */
export interface Newest {
  /** False if the host has no lists of the repositories yet: only the run itself shows what they offer. */
  readonly isKnown: boolean;
  /** Returns the state with the newest version that the task may take. */
  of(one: Asked, state: PackageState): PackageState;
}

export function newestOf(wish: RepositoryWish, seen: Seen): Newest {
  const [request] = newestRequests(wish);
  if (request === undefined) return { isKnown: true, of: (_one, state) => state };
  const told = seen.of(request);
  const lines = told.kind === 'answer' ? told.text.split('\n') : [];
  const versions = new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1]]));
  return {
    isKnown: told.kind === 'answer',
    of: ({ name }, state) => ({
      ...state,
      candidate: newestRpm(versions.get(name) ?? versions.get(withoutArchitecture(name)), state.version),
    }),
  };
}

function withoutArchitecture(name: string): string {
  const at = name.lastIndexOf('.');
  return at < 0 ? name : name.slice(0, at);
}
