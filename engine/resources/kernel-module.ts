import { quote } from '../connection/base/quote.ts';
import { type Request, type ResourceKind, request } from './base/resource.ts';
import { isUndeclaredPackage } from './package.ts';

/** A module of the running kernel. */
export interface KernelModuleState {
  /** `available`: a file exists that can be loaded. `missing`: this kernel has no such module. */
  readonly presence: 'loaded' | 'builtin' | 'available' | 'missing';
}

/** Ids have underscores instead of hyphens, as in the kernel. */
export const kernelModules: ResourceKind<undefined, KernelModuleState> = {
  name: 'kernel_module',
  // Only modules that are not loaded are searched in the kernel's lists of modules.
  observe: (requests) => `missing=
for name in ${requests.map((one) => quote(one.id)).join(' ')}; do
  if [ -d "/sys/module/$name" ]; then
    [ -e "/sys/module/$name/initstate" ] && echo "loaded $name" || echo "builtin $name"
  else
    missing="$missing $name"
  fi
done
read -r release </proc/sys/kernel/osrelease
folder=/lib/modules/$release
[ -e "$folder/modules.dep" ] || missing=
if [ -n "$missing" ]; then
  pattern=
  for name in $missing; do
    rest=$name escaped=
    while case $rest in *_*) true ;; *) false ;; esac; do escaped="$escaped\${rest%%_*}[-_]" rest=\${rest#*_}; done
    pattern="$pattern|$escaped$rest"
  done
  grep -oE "/(\${pattern#|})\\.ko" "$folder/modules.builtin" | while read -r found; do echo "builtin $found"; done
  grep -oE "^[^:]*/(\${pattern#|})\\.ko[^:]*:" "$folder/modules.dep" | while read -r found; do echo "available $found"; done
fi
:
`,
  decode(output, requests) {
    const found = new Map<string, KernelModuleState>();
    for (const line of output.toString('utf8').split('\n')) {
      const [, presence, path] = /^(loaded|builtin|available) (\S+)$/.exec(line) ?? [];
      if (path === undefined) continue;
      const name = kernelName(path.replace(/^.*\//, '').replace(/\.ko[^]*$/, ''));
      if (presence === 'loaded' || presence === 'builtin' || (presence === 'available' && !found.has(name)))
        found.set(name, { presence });
    }
    return new Map(requests.map(({ id }) => [id, found.get(id) ?? { presence: 'missing' }]));
  },
  merge: () => undefined,
  disagreement(predicted, seen) {
    if (isPresent(predicted) === isPresent(seen)) return undefined;
    return isPresent(seen) ? 'is still loaded' : 'is not loaded';
  },
  after: (state, _id, effect) => (state.presence === 'missing' && isUndeclaredPackage(effect) ? 'stale' : undefined),
};

/** Returns whether the module is in the running kernel: loaded, or built into it. */
export function isPresent({ presence }: KernelModuleState): boolean {
  return presence === 'loaded' || presence === 'builtin';
}

/** Asks for a module of the running kernel. `-` and `_` in the name mean the same. */
export function kernelModuleRequest(name: string): Request<undefined, KernelModuleState> {
  return request(kernelModules, kernelName(name), undefined);
}

function kernelName(name: string): string {
  return name.replaceAll('-', '_');
}
