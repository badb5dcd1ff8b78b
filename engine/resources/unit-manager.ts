import { type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { files } from './file.ts';
import { LIST_DROP_INS, hasUnreadDropIn, isUnitFileOf, listedDropIns } from './unit-file.ts';

/** The state of systemd as a whole. */
export interface ManagerState {
  /** Running units whose files on disk differ from what systemd has read, sorted; null if systemd does not run. */
  readonly changed: readonly string[] | null;
  /** All running units. */
  readonly running: readonly string[];
}

export const managers: ResourceKind<undefined, ManagerState> = {
  name: 'unit_manager',
  observe: () => `if [ -d /run/systemd/system ]; then
  ${LIST_DROP_INS}  systemctl show --no-pager -p Id,NeedDaemonReload,DropInPaths --state=active,reloading '*'
else
  echo unmanaged
fi
`,
  decode(output, requests) {
    const text = output.toString('utf8');
    if (text.startsWith('unmanaged')) return new Map(requests.map(({ id }) => [id, { changed: null, running: [] }]));
    const dropIns = listedDropIns(text);
    const running: string[] = [];
    const changed: string[] = [];
    for (const block of text.split(/\n\n+/)) {
      const id = /^Id=(.*)$/m.exec(block)?.[1];
      if (id === undefined) continue;
      running.push(id);
      const read = /^DropInPaths=(.*)$/m.exec(block)?.[1] ?? '';
      if (/^NeedDaemonReload=yes$/m.test(block) || hasUnreadDropIn(id, dropIns, read)) changed.push(id);
    }
    return new Map(requests.map(({ id }) => [id, { changed: changed.toSorted(), running: running.toSorted() }]));
  },
  merge: () => undefined,
  disagreement(predicted, seen) {
    const [first] = seen.changed ?? [];
    return predicted.changed?.length === 0 && first !== undefined
      ? `still has not read the file of ${first}`
      : undefined;
  },
  after(state, _id, effect) {
    const { changed } = state;
    if (changed === null || predictedOf(files, effect) === undefined) return undefined;
    const affected = state.running.filter((name) => !changed.includes(name) && isUnitFileOf(effect.request.id, name));
    return affected.length === 0 ? undefined : { ...state, changed: [...changed, ...affected].toSorted() };
  },
};

/** Asks for the units whose files systemd has not read again. */
export function managerRequest(): Request<undefined, ManagerState> {
  return request(managers, 'systemd', undefined);
}
