import { type Prediction, type Request, type ResourceKind, request } from './base/resource.ts';

/** The answer of the program that keeps a list of the host, as text. */
export interface HostListState {
  /** The program that answered, such as `dpkg`; empty if the host has none. */
  readonly by: string;
  readonly text: string;
}

/** What was installed, changed or removed may be in the list. */
function mayBring(
  kinds: readonly string[],
): (state: HostListState, id: string, effect: Prediction) => 'stale' | undefined {
  return (_state, _id, effect) => (kinds.includes(effect.request.kind.name) ? 'stale' : undefined);
}

function decode(output: Buffer, requests: readonly Request<undefined, HostListState>[]): Map<string, HostListState> {
  const text = output.toString('utf8');
  const at = text.indexOf('\n');
  const state = { by: text.slice(0, Math.max(at, 0)), text: text.slice(at + 1) };
  return new Map(requests.map(({ id }) => [id, state]));
}

const disagreement = (predicted: HostListState, seen: HostListState): string | undefined =>
  predicted.text === seen.text ? undefined : 'has changed';

const packageLists: ResourceKind<undefined, HostListState> = {
  name: 'package_list',
  observe: () => `if command -v dpkg-query >/dev/null 2>&1; then
  echo "dpkg $(dpkg --print-architecture 2>/dev/null)"
  dpkg-query -W -f '\${db:Status-Abbrev}\\t\${Package}\\t\${Version}\\t\${Architecture}\\t\${Section}\\n' 2>/dev/null
elif command -v rpm >/dev/null 2>&1; then
  echo rpm
  rpm -qa --qf '%{NAME}\\t%{VERSION}\\t%{RELEASE}\\t%{EPOCH}\\t%{ARCH}\\n' 2>/dev/null
elif command -v apk >/dev/null 2>&1; then
  echo apk
  apk info -v 2>/dev/null
fi || :
`,
  decode,
  merge: () => undefined,
  disagreement,
  after: mayBring(['package']),
};

/** All packages that are installed, as their manager lists them. */
export function packageListRequest(): Request<undefined, HostListState> {
  return request(packageLists, 'installed', undefined);
}

const serviceLists: ResourceKind<undefined, HostListState> = {
  name: 'service_list',
  observe: () => `if [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; then
  echo systemd
  systemctl list-units --no-pager --no-legend --plain --type service --all 2>/dev/null
  echo
  systemctl list-unit-files --no-pager --no-legend --type service --all 2>/dev/null
elif command -v rc-status >/dev/null 2>&1; then
  echo openrc
  rc-status -a -s --nocolor 2>/dev/null
  echo
  rc-update show -v --nocolor 2>/dev/null
fi || :
`,
  decode,
  merge: () => undefined,
  disagreement,
  after: mayBring(['package', 'unit', 'unit_file', 'unit_manager', 'init_service']),
};

/** All services of the host, as its init lists them. */
export function serviceListRequest(): Request<undefined, HostListState> {
  return request(serviceLists, 'known', undefined);
}
