import { z } from 'zod';
import { type HostListState, packageListRequest } from '../resources/host-lists.ts';
import { type ValueMap, Unknown } from '../values/base/value.ts';
import { idle } from '../values/habits/foreign-argument.ts';
import { defineModule } from './base/module.ts';

const schema = z.strictObject({});
const OWN_MANAGER = idle('the package manager of the host is asked.');

export const module = defineModule<z.infer<typeof schema>>({
  name: 'package_facts',
  summary: 'Look which packages are installed, and set ansible_facts.packages of the host.',
  arguments: schema,
  foreign: { manager: OWN_MANAGER, strategy: OWN_MANAGER },
  examples: ['package_facts:'],
  observes: () => [packageListRequest()],
  plan(_args, _loaded, seen) {
    const list = packageListRequest();
    if (seen.certainty(list) === 'after_change') {
      const because = 'an earlier change of packages';
      return { kind: 'cannot_know', because, planned: { packages: new Unknown(because) } };
    }
    const state = seen.of(list);
    if (state.by === '')
      return { kind: 'in_sync', failure: 'the host has none of the package managers dpkg, rpm and apk', result: {} };
    const facts = { packages: packagesIn(state) };
    return { kind: 'in_sync', result: { ansible_facts: facts }, effects: [{ kind: 'set_fact', facts }] };
  },
});

interface Installed {
  readonly name: string;
  readonly facts: ValueMap;
}

/** Returns the installed packages by name: a name may be there in several versions or architectures. */
export function packagesIn({ by, text }: HostListState): ValueMap {
  const [manager = '', native = ''] = by.split(' ');
  const packages = new Map<string, readonly ValueMap[]>();
  for (const line of text.split('\n')) {
    const found = line === '' ? undefined : readLine(manager, line, native);
    if (found !== undefined) packages.set(found.name, [...(packages.get(found.name) ?? []), found.facts]);
  }
  return Object.fromEntries(packages);
}

function readLine(manager: string, line: string, native: string): Installed | undefined {
  if (manager === 'dpkg') return ofDpkg(line, native);
  return manager === 'rpm' ? ofRpm(line) : ofApk(line);
}

/** The second letter of the status is `i` if the package is installed: dpkg-query(1). */
function ofDpkg(line: string, native: string): Installed | undefined {
  const [status = '', own = '', version = '', arch = '', category = ''] = line.split('\t');
  if (status[1] !== 'i') return undefined;
  const name = arch === native || arch === 'all' || native === '' ? own : `${own}:${arch}`;
  return { name, facts: { name, version, arch, category, source: 'apt' } };
}

function ofRpm(line: string): Installed {
  const [name = '', version = '', release = '', epoch = '', arch = ''] = line.split('\t');
  const number = /^\d+$/.test(epoch) ? Number(epoch) : null;
  return { name, facts: { name, version, release, epoch: number, arch: noneAsNull(arch), source: 'rpm' } };
}

function noneAsNull(text: string): string | null {
  return text === '(none)' ? null : text;
}

/** `name-1.2.3-r4`: the version and the release have no hyphen. */
function ofApk(line: string): Installed | undefined {
  const [, name, version = '', release = ''] = /^(.+)-([^-]+)-([^-]+)$/.exec(line.trim()) ?? [];
  return name === undefined ? undefined : { name, facts: { name, version, release, source: 'apk' } };
}
