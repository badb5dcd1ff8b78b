import { type Request, type ResourceKind, request } from './base/resource.ts';
import { isUndeclaredPackage } from './package.ts';

/** The locales that programs of the host can use. */
export interface LocalesState {
  /** As `locale -a` lists them: `de_DE.utf8`. */
  readonly names: readonly string[];
}

const localeLists: ResourceKind<undefined, LocalesState> = {
  name: 'locales',
  observe: () => '! command -v locale >/dev/null 2>&1 || locale -a 2>/dev/null || :\n',
  decode(output, requests) {
    const names = output
      .toString('latin1')
      .split('\n')
      .filter((line) => line !== '');
    return new Map(requests.map(({ id }) => [id, { names }]));
  },
  merge: () => undefined,
  disagreement(predicted, seen) {
    const missing = predicted.names.filter((name) => !hasLocale(seen, name));
    if (missing.length > 0) return `lack ${missing.join(', ')}`;
    const extra = seen.names.filter((name) => !hasLocale(predicted, name));
    return extra.length === 0 ? undefined : `still have ${extra.join(', ')}`;
  },
  after: (_state, _id, effect) => (isUndeclaredPackage(effect) ? 'stale' : undefined),
};

/** Asks for all locales that programs of the host can use. */
export function localesRequest(): Request<undefined, LocalesState> {
  return request(localeLists, 'generated', undefined);
}

/** Returns whether the locale is there. The C library does not distinguish `UTF-8` from `utf8` in a name. */
export function hasLocale({ names }: LocalesState, name: string): boolean {
  return names.some((one) => normalLocale(one) === normalLocale(name));
}

function normalLocale(name: string): string {
  return name.replace(/\.([^@]+)/, (_, codeset: string) => `.${codeset.toLowerCase().replace(/[^a-z0-9]/g, '')}`);
}
