import { type Told, answersIn, askEach } from './base/answers.ts';
import { type Prediction, type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { files } from './file.ts';
import { isBeneath } from './file/file-state.ts';
import { isUndeclaredPackage, packages } from './package.ts';
import { units } from './unit.ts';

/** The answer of a program of the system about one of its settings: a rule of a firewall, an alternative, a boolean. */
export type SettingState =
  /**
   * `text`: the answer, without newlines at its end. `beneath`: only in a prediction, the answer that all settings
   * beneath this one have now.
   */
  | { readonly kind: 'answer'; readonly text: string; readonly beneath?: string }
  /** The host does not have the program. */
  | { readonly kind: 'missing' }
  /** The program could not answer. `why`: its message. */
  | { readonly kind: 'refused'; readonly why: string };

export interface SettingDetail {
  /**
   * Shell text that prints the answer. Exit status 127: the program is missing; any other but 0: it could not answer,
   * and says why.
   */
  readonly script: string;
}

/** The changes of other things that have an effect on the settings of a family. */
interface Family {
  /**
   * The packages that change such settings: any; any without a list of its content; or the one that the id names.
   */
  readonly packages?: 'any' | 'undeclared' | 'named';
  readonly units?: RegExp;
  readonly files?: RegExp;
  /** Ids of the family hold paths: changes of files there and beneath have an effect. */
  readonly paths?: true;
  /** Other families whose changes have an effect. */
  readonly families?: readonly string[];
}

const FIREWALLS = /^(?:firewalld|ufw|nftables|ip6?tables|netfilter-persistent)(?:\.service)?$/;

/** The first word of an id is the name of its family. */
const FAMILIES: Readonly<Record<string, Family>> = {
  alternative: { packages: 'undeclared' },
  apt: { packages: 'any', files: /^\/etc\/apt(?:\/|$)/, paths: true },
  capability: { packages: 'undeclared', paths: true },
  debconf: { packages: 'undeclared' },
  diversion: { packages: 'undeclared' },
  filesystem: { paths: true, families: ['lvg'] },
  lvdevice: { paths: true, families: ['filesystem', 'lvg'] },
  lvg: { packages: 'undeclared', families: ['filesystem', 'lvol'] },
  lvol: { packages: 'undeclared', families: ['lvg'] },
  lvspace: { packages: 'undeclared', families: ['lvg', 'lvol'] },
  rpm: { packages: 'any', files: /^\/etc\/(?:yum\.repos\.d\/|dnf\/|yum\.conf$)/ },
  selection: { packages: 'named' },
  seboolean: { packages: 'undeclared', files: /^\/etc\/selinux(?:\/|$)/ },
  sefcontext: { packages: 'undeclared', files: /^\/etc\/selinux(?:\/|$)/ },
  sshkey: { paths: true },
  firewalld: { units: /^firewalld(?:\.service)?$/, files: /^\/(?:etc|usr\/lib)\/firewalld(?:\/|$)/ },
  ip6tables: { units: FIREWALLS },
  iptables: { units: FIREWALLS },
  tree: { paths: true },
  ufw: { files: /^\/etc\/(?:ufw(?:\/|$)|default\/ufw$)/ },
};

/**
 * Settings that a program of the system knows. An id has words from the whole to its part: a setting is beneath another
 * one if its id begins with all words of the other.
 */
export const settings: ResourceKind<SettingDetail, SettingState> = {
  name: 'setting',
  // Programs of the system are often found only by the PATH of root.
  observe: (requests) =>
    `PATH=\${PATH:+$PATH:}/usr/sbin:/sbin; export PATH\n${askEach(requests.map(({ detail }) => detail.script))}`,
  decode(output, requests) {
    const answers = answersIn(output, requests.length);
    return new Map(
      requests.flatMap(({ id }, index) => answers.slice(index, index + 1).map((told) => [id, stateOf(told)])),
    );
  },
  merge: (one) => one,
  disagreement(predicted, seen) {
    if (predicted.kind !== 'answer') return undefined;
    if (seen.kind === 'missing') return 'could not be asked, as the program is missing';
    if (seen.kind === 'refused') return `could not be asked: ${seen.why}`;
    if (seen.text === predicted.text) return undefined;
    return `is ${shown(seen.text)}, should be ${shown(predicted.text)}`;
  },
  after: (state, id, effect) => beneath(id, effect) ?? afterOther(state, id, effect),
  decided: beneath,
};

/**
 * Asks about a setting. `id` begins with the name of the family; requests with the same id must have the same script.
 */
export function settingRequest(id: string, script: string): Request<SettingDetail, SettingState> {
  return request(settings, id, { script });
}

function afterOther(state: SettingState, id: string, effect: Prediction): SettingState | 'stale' | undefined {
  const { packages: ofPackages, units: ofUnits } = FAMILIES[familyOf(id)] ?? {};
  const { id: other } = effect.request;
  if (predictedOf(packages, effect) !== undefined)
    return state.kind === 'missing' || isOfPackage(ofPackages, id, effect) ? 'stale' : undefined;
  if (predictedOf(units, effect) !== undefined)
    return state.kind !== 'answer' || ofUnits?.test(other) === true ? 'stale' : undefined;
  const file = predictedOf(files, effect);
  if (file !== undefined) return isOfFile(id, other, file.type === 'absent') ? 'stale' : undefined;
  return predictedOf(settings, effect) === undefined ? undefined : afterSetting(state, id, other);
}

/** Returns the state of a setting after a change of another setting. */
function afterSetting(state: SettingState, id: string, other: string): SettingState | 'stale' | undefined {
  if (other.startsWith(`${id} `) || isMadeBy(id, other)) return 'stale';
  if (FAMILIES[familyOf(id)]?.families?.includes(familyOf(other)) === true) return 'stale';
  return familyOf(other) === familyOf(id) ? state : undefined;
}

/** Returns whether the id names the device of a logical volume, such as /dev/data/web for `lvol data/web`. */
function isMadeBy(id: string, other: string): boolean {
  const [family, volume = ''] = other.split(' ');
  if (family !== 'lvol') return false;
  const ofMapper = volume.replaceAll('-', '--').replace('/', '-');
  return id.split(' ').some((word) => word === `/dev/${volume}` || word === `/dev/mapper/${ofMapper}`);
}

function isOfFile(id: string, path: string, isRemoved: boolean): boolean {
  const { files: ofFiles, paths } = FAMILIES[familyOf(id)] ?? {};
  return ofFiles?.test(path) === true || (paths === true && isAbout(id, path, isRemoved));
}

/** Returns whether the id names the changed path, one above it, or one beneath it that is removed with it. */
function isAbout(id: string, path: string, isRemoved: boolean): boolean {
  return id
    .split(' ')
    .some(
      (word) =>
        word.startsWith('/') && (word === path || isBeneath(path, word) || (isRemoved && isBeneath(word, path))),
    );
}

function isOfPackage(which: Family['packages'], id: string, effect: Prediction): boolean {
  switch (which) {
    case 'any':
      return true;
    case 'undeclared':
      return isUndeclaredPackage(effect);
    case 'named':
      return id.endsWith(` ${effect.request.id}`);
    case undefined:
      return false;
  }
}

/** The first word of an id. */
function familyOf(id: string): string {
  return id.split(' ', 1)[0] ?? '';
}

function beneath(id: string, effect: Prediction): SettingState | undefined {
  const other = predictedOf(settings, effect);
  if (other?.kind !== 'answer' || other.beneath === undefined) return undefined;
  return id.startsWith(`${effect.request.id} `) ? { kind: 'answer', text: other.beneath } : undefined;
}

function stateOf({ status, stdout, stderr }: Told): SettingState {
  if (status === 0) return { kind: 'answer', text: withoutLastLines(stdout.toString('utf8')) };
  if (status === 127) return { kind: 'missing' };
  return { kind: 'refused', why: stderr.trim() === '' ? `exit status ${status}` : stderr.trim() };
}

function shown(text: string): string {
  return text === '' ? 'empty' : text;
}

/** Removes the line ends at the end of a text, as the shell does. */
function withoutLastLines(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\n') end -= 1;
  return text.slice(0, end);
}
