import { revealed } from '../base/revealed.ts';
import type { Secret } from '../base/secret.ts';
import { type Value, isList, isMap, Unknown } from '../base/value.ts';
import { UnknownTouched } from '../language/fault.ts';
import { type SharedFunction, celName, required } from './shared-function.ts';

interface TypeTest extends Pick<SharedFunction, 'name' | 'summary' | 'gives'> {
  /** The value in the examples. It is the same in templates and expressions. */
  readonly of: string;
  readonly holds: (value: Exclude<Value, Unknown | Secret>) => boolean;
}

function typeTest({ name, summary, of, gives, holds }: TypeTest): SharedFunction {
  return {
    name,
    form: 'function',
    summary,
    parameters: [required('value', 'dyn')],
    returns: 'bool',
    template: `{{${name} ${of}}}`,
    expression: `${celName(name)}(${of})`,
    gives,
    secrets: 'kept',
    run: ([value = null]) => {
      if (value instanceof Unknown) throw new UnknownTouched(value);
      return holds(revealed(value));
    },
  };
}

export const typeFunctions: readonly SharedFunction[] = [
  typeTest({
    name: 'is_string',
    summary: 'Is the value text?',
    of: '"2379"',
    gives: true,
    holds: (value) => typeof value === 'string',
  }),
  typeTest({
    name: 'is_number',
    summary: 'Is the value a number? A boolean is not a number.',
    of: '2379',
    gives: true,
    holds: (value) => typeof value === 'number',
  }),
  typeTest({
    name: 'is_integer',
    summary: 'Is the value a whole number? 1.0 is a whole number.',
    of: '2.5',
    gives: false,
    holds: (value) => Number.isInteger(value),
  }),
  typeTest({
    name: 'is_boolean',
    summary: 'Is the value a boolean (true or false)? Text never is.',
    of: '"true"',
    gives: false,
    holds: (value) => typeof value === 'boolean',
  }),
  typeTest({ name: 'is_mapping', summary: 'Is the value a map?', of: '"a: b"', gives: false, holds: isMap }),
  typeTest({ name: 'is_list', summary: 'Is the value a list?', of: '"abc"', gives: false, holds: isList }),
  typeTest({
    name: 'is_sequence',
    summary: 'Is the value text, a list or a map? Jinja counts all three as sequences.',
    of: '"abc"',
    gives: true,
    holds: isSequence,
  }),
  typeTest({
    name: 'is_iterable',
    summary: 'Is the value text, a list or a map?',
    of: '2379',
    gives: false,
    holds: isSequence,
  }),
  typeTest({
    name: 'truthy',
    summary:
      'Does Jinja count the value as true? "", 0, null, and an empty list or map count as false; all other values count as true.',
    of: '"no"',
    gives: true,
    holds: isTruthy,
  }),
  typeTest({
    name: 'to_bool',
    summary:
      'Is the value true, "true", "yes", "on", "1" or 1, in upper or lower case? The filter bool of Ansible gives the same.',
    of: '"no"',
    gives: false,
    holds: isMeantTrue,
  }),
  typeTest({
    name: 'is_none',
    summary: 'Is the value null?',
    of: 'null',
    gives: true,
    holds: (value) => value === null,
  }),
];

function isTruthy(value: Value): boolean {
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return value !== null && value !== false && value !== 0 && value !== '';
}

/** Every other value is false, as in Ansible, which warns of it. */
function isMeantTrue(value: Value): boolean {
  if (typeof value === 'string') return ['true', 'yes', 'on', '1'].includes(value.toLowerCase());
  return value === true || value === 1;
}

function isSequence(value: Value): boolean {
  return typeof value === 'string' || isList(value) || isMap(value);
}
