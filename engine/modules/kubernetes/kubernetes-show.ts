import { stringify } from 'yaml';
import {
  type Json,
  type JsonMap,
  firstDifference,
  isJsonMap,
  isSecretPart,
} from '../../resources/kubernetes/kubernetes-json.ts';
import { Secret } from '../../values/base/secret.ts';
import type { Difference } from '../base/module.ts';

/** Returns the difference of an object for people, as YAML. Nothing of a Secret is shown but the names of its keys. */
export function objectDifference(
  title: string,
  {
    before,
    after,
    isSecret,
  }: { readonly before: JsonMap | null; readonly after: JsonMap | null; readonly isSecret: boolean },
): Difference {
  const shown = (object: JsonMap | null, other: JsonMap | null): string | Secret | undefined => {
    if (object === null) return undefined;
    const text = stringify(withoutSecrets(object, other), {
      lineWidth: 0,
      aliasDuplicateObjects: false,
      version: '1.1',
    });
    return isSecret ? Secret.around(text) : text;
  };
  return { kind: 'text', path: title, before: shown(before, null), after: shown(after, before) };
}

function withoutSecrets(object: JsonMap, other: JsonMap | null): JsonMap {
  return Object.fromEntries(
    Object.entries(object).map(([part, value]) => {
      if (!isSecretPart(object, part) || !isJsonMap(value)) return [part, value];
      return [part, hidden(value, other?.[part])];
    }),
  );
}

function hidden(values: JsonMap, before: Json | undefined): JsonMap {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const old = isJsonMap(before) ? before[key] : undefined;
      const isChanged = old !== undefined && firstDifference(old, value) !== undefined;
      return [key, isChanged ? '(hidden, another value)' : '(hidden)'];
    }),
  );
}
