import type { Adapting } from './jinja-adapting.ts';
import { filterNode, methodNode, textNode } from './jinja-build.ts';
import type { Jinja, JinjaOf } from './jinja-expression.ts';
import { lacking } from './jinja-translation.ts';

/** A test or a filter that compares versions. */
type Compared = Pick<JinjaOf<'test'>, 'of' | 'name' | 'given'>;

const OF_VERSIONS: ReadonlySet<string> = new Set(['operator', 'version_type', 'strict']);

/** Adapts `x is version('1.2', '>=', strict=True)`. Ansible compares the texts of both values. */
export function comparedVersion(adapter: Adapting, { of, name, given }: Compared, other: Jinja): Jinja {
  const { plain, named } = given;
  const strict = plain[2] ?? named.get('strict');
  const type = plain[3] ?? named.get('version_type');
  const isKnown = strict === undefined || (strict.kind === 'constant' && type === undefined);
  if (!isKnown || plain.length > 4 || [...named.keys()].some((key) => !OF_VERSIONS.has(key)))
    return lacking('test', `${name} with these arguments`);
  const isStrict = strict?.kind === 'constant' && strict.value === 'true';
  const form = isStrict ? textNode('strict') : type;
  const operator = plain[1] ?? named.get('operator') ?? (form === undefined ? undefined : textNode('=='));
  const asText = (node: Jinja): Jinja => {
    if (node.kind === 'number') return textNode(node.text);
    return adapter.typeOf(node) === 'number' ? filterNode(adapter.value(node), 'string') : adapter.value(node);
  };
  const more = [operator, form].filter((one) => one !== undefined).map((one) => adapter.value(one));
  return methodNode(asText(of), 'version', asText(other), ...more);
}
