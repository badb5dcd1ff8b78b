import { quote } from '../../connection/base/quote.ts';
import { type Prediction, type Request, type Seen, predict } from '../../resources/base/resource.ts';
import { PATIENT, endAtPipe } from '../../resources/base/unhindered-read.ts';
import { file } from '../../resources/file.ts';
import { packageRequest } from '../../resources/package.ts';
import { type SettingState, settingRequest } from '../../resources/setting.ts';
import type { Change, Context, Difference, Outcome } from '../base/module.ts';
import { inForeignHands, wayNeeds } from '../path/way-to-path.ts';
import { aptRun, refreshedFirst } from './package-script.ts';
import { type SettingTask, type WantedSetting, planSettings } from './setting-plan.ts';

/** The arguments of apt that are about all packages of the host, or about a file. */
export interface WholeWish {
  readonly deb?: string | undefined;
  readonly upgrade: 'no' | 'safe' | 'dist';
  readonly autoremove: boolean;
  readonly autoclean: boolean;
  readonly clean: boolean;
  readonly update_cache: boolean;
  readonly cache_valid_time: number;
  readonly allow_downgrade: boolean;
  readonly brings?: readonly unknown[] | undefined;
}

/** The state of the package lists. */
export interface Lists {
  /** True if the task refreshes them. */
  readonly areOld: boolean;
  readonly isSure: boolean;
}

/** Returns whether the task is about all packages, or about a file, and not about names. */
export function isWhole({ deb, upgrade, autoremove, autoclean, clean }: WholeWish): boolean {
  return deb !== undefined || upgrade !== 'no' || autoremove || autoclean || clean;
}

export function wholeRequests(wish: WholeWish): readonly Request[] {
  return [
    ...wantedOf(wish).map(({ request }) => request),
    ...(wish.deb === undefined ? [] : [file(wish.deb, 'target'), ...wayNeeds(wish.deb)]),
  ];
}

/** Plans them by what apt itself says that it would do. */
export function planWhole(wish: WholeWish, lists: Lists, seen: Seen, context: Context): Outcome {
  if (context.facts.package_manager !== 'apt')
    return {
      kind: 'impossible',
      what: 'upgrade, autoremove, autoclean, clean and deb are for hosts with apt',
      remedy:
        'Leave the task out here with when: facts.package_manager == "apt"; elsewhere write command: dnf -y upgrade.',
    };
  const task: SettingTask = {
    what: 'the packages of the host',
    program: 'apt-get',
    package: 'apt',
    result: {},
    remedyFor: (why) =>
      why.includes('--allow-downgrades')
        ? 'A pin in /etc/apt/preferences prefers an older version. Write allow_downgrade: true if it may replace the newer one, or change the pin.'
        : undefined,
  };
  const outcome = planSettings(wantedOf(wish), task, seen, context);
  const foreign = wish.deb === undefined ? undefined : inForeignHands([file(wish.deb, 'target')], seen, context);
  if (outcome.kind === 'change' && foreign !== undefined)
    return { ...foreign, remedy: 'Copy the package into a directory of root before: copy with remote_src: true.' };
  const isRefreshed = wish.update_cache && lists.areOld;
  if (outcome.kind === 'impossible' || (outcome.kind !== 'change' && !isRefreshed)) return outcome;
  return changed(wish, { lists, isRefreshed, change: outcome.kind === 'change' ? outcome : undefined }, seen);
}

interface Found {
  readonly lists: Lists;
  readonly isRefreshed: boolean;
  /** The change besides the refresh. */
  readonly change: Change | undefined;
}

const NO_CHANGE = { certainty: 'certain', differences: [], predictions: [] } as const;

function changed(wish: WholeWish, { lists, isRefreshed, change }: Found, seen: Seen): Change {
  const wanted = wantedOf(wish);
  const { certainty, differences, predictions } = change ?? NO_CHANGE;
  const isSure = certainty === 'certain';
  const first = isRefreshed ? `${refreshedFirst()} || exit\n` : '';
  const decides = isRefreshed && wish.upgrade !== 'no';
  return {
    kind: 'change',
    differences: [...(isRefreshed ? [REFRESHED] : []), ...differences],
    certainty: isSure && !decides && (!isRefreshed || lists.isSure) ? 'certain' : 'after_change',
    ...(decides && isSure ? { doubt: 'fresh package lists decide' } : {}),
    // What fresh lists bring is not known yet.
    predictions: [
      ...(decides ? [] : predictions),
      ...wanted.flatMap(({ request }) => packagesAfter(seen.of(request), wish)),
    ],
    touches: isSure ? 'predicted' : 'everything',
    apply: () => ({
      script: `${first}${aptRun(wanted.map(({ script }) => script))}`,
      timeoutMs: 60 * 60_000,
      talks: true,
    }),
    planned: {},
  };
}

const REFRESHED: Difference = {
  kind: 'field',
  of: 'apt package lists',
  field: 'age',
  before: 'older than cache_valid_time',
  after: 'refreshed',
};

function wantedOf(wish: WholeWish): readonly WantedSetting[] {
  const autoremove = wish.autoremove ? ' --auto-remove' : '';
  const upgrade = wish.upgrade === 'dist' ? 'dist-upgrade' : 'upgrade --with-new-pkgs';
  const downgrades = wish.allow_downgrade ? ' --allow-downgrades' : '';
  return [
    ...(wish.deb === undefined ? [] : [debOf(wish.deb, wish.allow_downgrade)]),
    ...(wish.upgrade === 'no' ? [] : [simulated(`${upgrade}${autoremove}${downgrades}`)]),
    ...(wish.upgrade === 'no' && wish.autoremove ? [simulated('autoremove')] : []),
    ...(wish.autoclean
      ? [cleaned('autoclean', "apt-get -s -q autoclean 2>/dev/null | sed -n 's/^Del \\([^ ]*\\) .*/\\1/p'")]
      : []),
    ...(wish.clean
      ? [
          cleaned(
            'clean',
            `for f in /var/cache/apt/archives/*.deb; do [ ! -e "$f" ] || printf '%s\\n' "\${f##*/}"; done`,
          ),
        ]
      : []),
  ];
}

/**
 * The answer has a line for each package that apt would install, upgrade or remove. With -y, apt also refuses what it
 * would refuse in the run.
 */
function simulated(command: string): WantedSetting {
  return {
    request: settingRequest(
      `apt ${command}`,
      `command -v apt-get >/dev/null || exit 127
told=$(apt-get -s -y -q -o Debug::NoLocking=true ${command} 2>&1) || { printf '%s\\n' "$told" >&2; exit 1; }
printf '%s\\n' "$told" | grep -E '^(Inst|Remv) ' || :`,
    ),
    wanted: '',
    differences: (before) => stepsOf(before).map(difference),
    script: `get ${command}`,
  };
}

function cleaned(command: string, question: string): WantedSetting {
  return {
    request: settingRequest(`apt ${command}`, `command -v apt-get >/dev/null || exit 127\n${question}`),
    wanted: '',
    differences: (before) => [
      { kind: 'field', of: 'apt cache', field: 'files to remove', before: before.split('\n').length, after: 0 },
    ],
    script: `get ${command}`,
  };
}

const INSTALLED = 'installed';

/** A version that is installed, or a later one, is left. */
function debOf(path: string, downgrades: boolean): WantedSetting {
  return {
    request: settingRequest(
      `apt deb ${path}${downgrades ? ' exactly' : ''}`,
      `command -v dpkg-deb >/dev/null || exit 127
${endAtPipe(path)}${PATIENT}told=$($patient dpkg-deb -W --showformat '\${Package} \${Version}' ${quote(path)} 2>&1) || { printf '%s\\n' "$told" >&2; exit 1; }
now=$(dpkg-query -W -f '\${db:Status-Status} \${Version}' "\${told%% *}" 2>/dev/null) || now=
case $now in 'installed '*) now=\${now#installed } ;; *) now=absent ;; esac
if [ "$now" != absent ] && dpkg --compare-versions "$now" ${downgrades ? 'eq' : 'ge'} "\${told#* }"; then echo ${INSTALLED}
else echo "$told now $now"; fi`,
    ),
    wanted: INSTALLED,
    differences: (before) => {
      const [, name = path, version = INSTALLED, now = 'not known yet'] = DEB.exec(before) ?? [];
      return [{ kind: 'field', of: `package ${name}`, field: 'version', before: now, after: version }];
    },
    script: `get ${downgrades ? '--allow-downgrades ' : ''}install ${quote(path)}`,
  };
}

const DEB = /^(\S+) (\S+) now (\S+)$/;

interface PackageLine {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** Reads `Inst NAME [OLD] (NEW …)` and `Remv NAME [OLD]`. */
function stepsOf(text: string): readonly PackageLine[] {
  return text.split('\n').flatMap((line): readonly PackageLine[] => {
    const [, verb, name, before = 'absent', after] =
      /^(Inst|Remv) (\S+)(?: \[([^\]]*)\])?(?: \((\S+))?/.exec(line) ?? [];
    if (name === undefined) return [];
    return [{ name, before, after: verb === 'Inst' ? (after ?? 'present') : 'absent' }];
  });
}

function difference({ name, before, after }: PackageLine): Difference {
  return { kind: 'field', of: `package ${name}`, field: 'version', before, after };
}

function packagesAfter(state: SettingState, { brings }: WholeWish): readonly Prediction[] {
  if (state.kind !== 'answer') return [];
  const of = (name: string): ReturnType<typeof packageRequest> =>
    packageRequest(name, { candidate: false, versioned: false, declared: brings !== undefined });
  const [, name, version] = DEB.exec(state.text) ?? [];
  return [
    ...(name === undefined ? [] : [predict(of(name), { installed: true, version, broken: false })]),
    ...stepsOf(state.text).map(({ name: one, after }) =>
      predict(
        of(one),
        after === 'absent'
          ? { installed: false, broken: false, leftover: 'perhaps' }
          : { installed: true, version: after, broken: false },
      ),
    ),
  ];
}
