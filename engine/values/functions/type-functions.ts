import { Secret } from '../base/secret.ts';
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
      return holds(value instanceof Secret ? value.reveal() : value);
    },
  };
}

export const typeFunctions: readonly SharedFunction[] = [
  typeTest({
    name: 'is_string',
    summary: 'Is it text?',
    of: '"2379"',
    gives: true,
    holds: (value) => typeof value === 'string',
  }),
  typeTest({
    name: 'is_number',
    summary: 'Is it a number? A boolean is none.',
    of: '2379',
    gives: true,
    holds: (value) => typeof value === 'number',
  }),
  typeTest({
    name: 'is_integer',
    summary: 'Is it a whole number? 1.0 is one.',
    of: '2.5',
    gives: false,
    holds: (value) => Number.isInteger(value),
  }),
  typeTest({
    name: 'is_boolean',
    summary: 'Is it true or false? Text is neither.',
    of: '"true"',
    gives: false,
    holds: (value) => typeof value === 'boolean',
  }),
  typeTest({ name: 'is_mapping', summary: 'Is it a map?', of: '"a: b"', gives: false, holds: isMap }),
  typeTest({ name: 'is_list', summary: 'Is it a list?', of: '"abc"', gives: false, holds: isList }),
  typeTest({
    name: 'is_sequence',
    summary: 'Is it text, a list or a map? As in Jinja, where text and maps are sequences too.',
    of: '"abc"',
    gives: true,
    holds: isSequence,
  }),
  typeTest({
    name: 'is_iterable',
    summary: 'Is it text, a list or a map?',
    of: '2379',
    gives: false,
    holds: isSequence,
  }),
  typeTest({
    name: 'truthy',
    summary: 'Does Jinja take it for true? "", 0, null, and an empty list or map are false; everything else is true.',
    of: '"no"',
    gives: true,
    holds: isTruthy,
  }),
  typeTest({
    name: 'to_bool',
    summary: 'Is it true, "true", "yes", "on", "1" or 1? As the filter bool of Ansible; upper case counts too.',
    of: '"no"',
    gives: false,
    holds: isMeantTrue,
  }),
  typeTest({ name: 'is_none', summary: 'Is it null?', of: 'null', gives: true, holds: (value) => value === null }),
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
