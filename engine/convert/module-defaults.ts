import { isMap } from 'yaml';
import { scalarOf } from './base/write-yaml.ts';
import { type Entry, type MapOfFile, endOf, entriesOf, textOf } from './base/yaml-source.ts';
import { type Scalars, type Standing, assume } from './scalars.ts';

/** Writes arguments whose default differs in Ansible's module. `map`: the arguments of the task. */
type WriteDefaults = (map: MapOfFile, standing: Standing, use: Scalars) => void;

/** By the name of the module in Ansible, without those of its collections that are here. */
const DEFAULTS: ReadonlyMap<string, WriteDefaults> = new Map<string, WriteDefaults>([
  ['modprobe', writePersistence],
  ['debops.debops.dpkg_divert', writeDiversion],
]);

/** Writes the defaults of Ansible's module into a task that has its arguments as a map. */
export function writeDefaults(module: string, { value }: Entry, standing: Standing, use: Scalars): void {
  if (value !== null && isMap(value)) DEFAULTS.get(module)?.(value, standing, use);
}

/**
 * Writes `persistent` of modprobe. By default, Ansible loads a module until the next boot only; here it is also loaded
 * at later boots.
 */
function writePersistence(map: MapOfFile, _standing: Standing, { draft }: Scalars): void {
  const entries = entriesOf(map);
  const persistent = entries.find(({ key }) => key === 'persistent');
  const last = entries.at(-1);
  const written = persistent?.value ?? null;
  const text = written === null ? undefined : textOf(written);
  if (persistent === undefined && last !== undefined) draft.addBehind(last, 'persistent', 'false');
  else if (written !== null && text !== undefined && !text.includes('{{'))
    draft.replace(written.range[0], endOf(written), String(text === 'present'));
}

/** Writes the defaults of Ansible: files are moved, and a diversion without `divert` gets the usual name. */
function writeDiversion(map: MapOfFile, standing: Standing, { draft, translator }: Scalars): void {
  const entries = entriesOf(map);
  const has = (name: string): boolean => entries.some(({ key }) => key === name);
  const at = entries.find(({ key }) => key === 'path' || key === 'name');
  const path = textOf(at?.value ?? null);
  const last = entries.at(-1);
  if (at === undefined || path === undefined || last === undefined) return;
  if (!has('rename')) draft.addBehind(last, 'rename', 'true');
  if (has('divert')) return;
  const converted = translator.template(`${path}.${has('package') ? 'distrib' : 'dpkg-divert'}`, 'string');
  if (converted.kind === 'byHand') return;
  assume(converted.assumptions, standing.anchor, draft);
  draft.addBehind(
    last,
    'divert',
    scalarOf(converted.text, {
      isFlow: standing.isFlow || map.flow === true,
      ...(path.includes('{{') ? { style: 'double' } : {}),
    }),
  );
}
