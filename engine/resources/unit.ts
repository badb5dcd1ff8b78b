import { quote } from '../connection/base/quote.ts';
import { type Prediction, type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { isUndeclaredPackage } from './package.ts';
import { LIST_INSTALL, LIST_LINKS, installLines, linksOf, wantedLinks } from './system/unit-install.ts';
import type { UnitState } from './system/unit-state.ts';
import { LIST_DROP_INS, hasUnreadDropIn, listedDropIns, unitFileChange } from './unit-file.ts';

export const ABSENT_UNIT: UnitState = {
  load: 'not-found',
  active: 'inactive',
  sub: 'dead',
  file: '',
  needsReload: false,
  fragment: '',
  result: 'success',
  type: '',
  remainsAfterExit: false,
  ran: false,
  invocation: '',
};

const PROPERTIES = [
  'Id',
  'Names',
  'LoadState',
  'ActiveState',
  'SubState',
  'UnitFileState',
  'NeedDaemonReload',
  'FragmentPath',
  'DropInPaths',
  'Result',
  'Type',
  'RemainAfterExit',
  'CanReload',
  'ExecMainExitTimestampMonotonic',
  'InvocationID',
];

/** Ids are whole unit names, as `unitName` returns them. A template (`getty@.service`) cannot be looked at. */
export const units: ResourceKind<undefined, UnitState> = {
  name: 'unit',
  observe: (requests) => `if [ -d /run/systemd/system ]; then
  ${LIST_DROP_INS}${LIST_LINKS}  shown=$(systemctl show --no-pager -p ${PROPERTIES.join(',')} -- ${requests.map((one) => quote(one.id)).join(' ')}) || exit
  printf '%s\\n' "$shown"
  ${LIST_INSTALL}else
  echo unmanaged
fi
`,
  decode(output, requests) {
    const text = output.toString('utf8');
    if (text.startsWith('unmanaged'))
      return new Map(requests.map(({ id }) => [id, { ...ABSENT_UNIT, load: 'unmanaged' }]));
    const seen = new Map<string, UnitState>();
    const dropIns = listedDropIns(text);
    for (const block of text.split(/\n\n+/)) {
      const properties = new Map(block.split('\n').map((line) => splitOnce(line)));
      const names = new Set(
        `${properties.get('Id') ?? ''} ${properties.get('Names') ?? ''}`.split(' ').filter(Boolean),
      );
      const state = {
        ...decodeUnit(properties, dropIns),
        ...decodeLinks(properties, text),
        ...(names.size > 1 ? { names: [...names] } : {}),
      };
      for (const name of names) seen.set(name, state);
    }
    return new Map(requests.map(({ id }) => [id, seen.get(id) ?? ABSENT_UNIT]));
  },
  merge: () => undefined,
  disagreement,
  after: (state, id, effect) =>
    afterOtherUnit(state, id, effect) ??
    unitFileChange(state, id, effect) ??
    (isUndeclaredPackage(effect) ? 'stale' : undefined),
};

/** Asks for a systemd unit. A name without a suffix is a service. */
export function unitRequest(name: string): Request<undefined, UnitState> {
  return request(units, unitName(name), undefined);
}

const SUFFIX = /\.(service|socket|target|timer|mount|automount|swap|path|slice|scope|device)$/;

/** Returns the whole name of a unit. As in systemctl, a name without a suffix is a service. */
export function unitName(name: string): string {
  return SUFFIX.test(name) ? name : `${name}.service`;
}

/** True if a oneshot has finished its work: it is inactive, with success. */
export function isDoneOneshot(state: UnitState): boolean {
  return (
    state.type === 'oneshot' &&
    state.remainsAfterExit !== true &&
    state.active === 'inactive' &&
    state.result === 'success'
  );
}

/** Returns whether systemd calls the unit active. A unit that reloads is running. */
export function isRunning(state: UnitState): boolean {
  return state.active === 'active' || state.active === 'reloading' || state.active === 'refreshing';
}

/**
 * Returns links that [Install] asks for and that do not exist, because the file has changed since the unit was enabled.
 */
export function missingLinks({ file, wantedLinks: wanted = [], links }: UnitState): readonly string[] {
  return file !== 'enabled' || links === undefined ? [] : wanted.filter((link) => !links.includes(link));
}

/** True if the unit is enabled as far as possible: a static or generated unit has nothing to link. */
export function isEnabled(file: string): boolean {
  return ['enabled', 'static', 'generated', 'indirect', 'alias', 'transient'].includes(file);
}

/** Returns whether the unit would not be started at boot, as `UnitFileState` says. */
export function isDisabled(file: string): boolean {
  return file !== 'enabled' && file !== 'enabled-runtime';
}

/**
 * Returns the state after a change of another unit, or of this unit by another name. systemd starts and stops units
 * along with others (Requires=, PartOf=, Conflicts=), so a play looks again.
 */
function afterOtherUnit(state: UnitState, id: string, effect: Prediction): UnitState | 'stale' | undefined {
  const changed = predictedOf(units, effect);
  if (changed === undefined || effect.request.id === id || state.load === 'unmanaged') return undefined;
  if (state.names?.includes(effect.request.id) !== true) return state;
  const mayGo = changed.load !== state.load || changed.file === 'disabled';
  return mayGo ? 'stale' : { ...changed, names: state.names };
}

function disagreement(predicted: UnitState, seen: UnitState): string | undefined {
  // An alias that [Install] asks for is a link, which goes away when the unit is disabled.
  if (predicted.names !== undefined && predicted.file === 'disabled' && seen.load === 'not-found') return undefined;
  const isLoadedAs = predicted.load === 'unmasked' ? seen.load !== 'masked' : predicted.load === seen.load;
  if (!isLoadedAs) return `is ${seen.load}, should be ${predicted.load}`;
  if (!isActiveAs(predicted, seen)) return `${activity(seen)}, should be ${predicted.active}`;
  const { endedInvocation: ended = '' } = predicted;
  if (ended !== '' && ended === seen.invocation) return 'was not restarted: it still runs as before';
  if (predicted.needsReload !== seen.needsReload)
    return seen.needsReload ? 'has changed on disk since systemd read it: daemon-reload is needed' : undefined;
  return enablementDisagreement(predicted, seen);
}

function activity({ active, sub = '', result = '' }: UnitState): string {
  const last = result === 'success' || result === '' ? '' : `, its last result was ${result}`;
  return `is ${active} (${sub})${last}`;
}

function enablementDisagreement(predicted: UnitState, seen: UnitState): string | undefined {
  if (predicted.file !== undefined && seen.file !== undefined && !isFileAs(predicted.file, seen.file))
    return `is ${seen.file === '' ? 'without a unit file' : seen.file}, should be ${predicted.file}`;
  const [missing] = predicted.links === undefined || missingLinks(predicted).length > 0 ? [] : missingLinks(seen);
  return missing === undefined ? undefined : `is enabled, but without the link ${missing}`;
}

function isActiveAs(predicted: UnitState, seen: UnitState): boolean {
  switch (predicted.active) {
    case 'active':
      return isRunning(seen) || isDoneOneshot(seen);
    case 'activating':
      return isRunning(seen) || isDoneOneshot(seen) || seen.active === 'activating';
    case 'inactive':
      return seen.active === 'inactive' || seen.active === 'failed';
    default:
      return seen.active === predicted.active;
  }
}

function isFileAs(predicted: string, seen: string): boolean {
  if (predicted === seen) return true;
  if (predicted === 'enabled') return isEnabled(seen);
  return predicted === 'disabled' && isDisabled(seen);
}

function decodeUnit(properties: ReadonlyMap<string, string>, dropIns: readonly string[]): UnitState {
  const text = (name: string): string => properties.get(name) ?? '';
  return {
    load: text('LoadState'),
    active: text('ActiveState'),
    sub: text('SubState'),
    file: text('UnitFileState'),
    needsReload:
      text('NeedDaemonReload') === 'yes' ||
      (text('LoadState') === 'loaded' && hasUnreadDropIn(text('Id'), dropIns, text('DropInPaths'))),
    fragment: text('FragmentPath'),
    result: text('Result'),
    type: text('Type'),
    remainsAfterExit: text('RemainAfterExit') === 'yes',
    canReload: text('CanReload') === '' ? undefined : text('CanReload') === 'yes',
    ran: Number(text('ExecMainExitTimestampMonotonic')) > 0,
    invocation: text('InvocationID'),
  };
}

/** Returns nothing for a unit with drop-ins: their [Install] sections are not read, so its links are unknown. */
function decodeLinks(
  properties: ReadonlyMap<string, string>,
  output: string,
): Pick<UnitState, 'wantedLinks' | 'links'> {
  const [id = '', fragment = ''] = [properties.get('Id'), properties.get('FragmentPath')];
  if (id === '' || fragment === '' || (properties.get('DropInPaths') ?? '') !== '') return {};
  return { wantedLinks: wantedLinks(installLines(output, fragment), id), links: linksOf(output, id) };
}

function splitOnce(line: string): [string, string] {
  const equals = line.indexOf('=');
  return [line.slice(0, equals), line.slice(equals + 1)];
}
