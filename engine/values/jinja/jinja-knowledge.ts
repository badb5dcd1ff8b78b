/** The type of a value. */
export type JinjaType = 'text' | 'number' | 'boolean' | 'list' | 'map';

/**
 * Returns the known type of the variable at a path such as `nginx.sites`; undefined if it is not known. `certain`: not
 * the type of a default such as `false` that stands for a value which is not set.
 */
export type TypesKnown = (path: readonly string[], which?: 'certain') => JinjaType | undefined;

/** What the converter may assume a value to be. */
export type AssumedType = JinjaType | 'list or map' | 'list of names';

/**
 * A condition under which a translation has the same result as in Ansible. `of` is the part of the expression that it
 * is about.
 */
export type Assumption =
  | { readonly kind: 'type'; readonly of: string; readonly type: AssumedType }
  | { readonly kind: 'wholeNumber'; readonly of: string }
  | { readonly kind: 'notEmpty'; readonly of: string }
  | { readonly kind: 'notNegative'; readonly of: string }
  | { readonly kind: 'sameCase'; readonly of: string }
  | { readonly kind: 'layout'; readonly of: string }
  | { readonly kind: 'version'; readonly of: string }
  | { readonly kind: 'pattern'; readonly of: string }
  | { readonly kind: 'path'; readonly of: string }
  | { readonly kind: 'fact'; readonly of: string; readonly instead: string }
  | { readonly kind: 'managed' }
  | { readonly kind: 'lastLine' };

/** The reason why a text cannot be translated. */
export type Reason =
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'lacking'; readonly what: Lacking; readonly name: string; readonly instead?: string | undefined }
  | { readonly kind: 'refused'; readonly what: string };

export type Lacking = 'filter' | 'test' | 'lookup' | 'call' | 'method' | 'statement' | 'variable' | 'operator' | 'form';

/** The result of converting a text of Jinja. */
export type Converted =
  | {
      /** `assumed`: the result is the same if the assumptions are true. */
      readonly kind: 'same' | 'exact' | 'assumed';
      readonly text: string;
      readonly assumptions: readonly Assumption[];
    }
  | { readonly kind: 'byHand'; readonly original: string; readonly reasons: readonly Reason[] };

/** Describes an assumption on one line without a full stop, for a comment in YAML. */
export function assumptionSentence(assumption: Assumption): string {
  switch (assumption.kind) {
    case 'type':
      return `${assumption.of} is ${TYPES[assumption.type]}`;
    case 'wholeNumber':
      return `${assumption.of} is a whole number, or a text that stands for one`;
    case 'notEmpty':
      return `${assumption.of} is neither "", 0, false nor empty where it is there`;
    case 'notNegative':
      return `${assumption.of} is not negative`;
    case 'sameCase':
      return `the order of ${assumption.of} does not depend on upper and lower case, and no two items differ in it alone`;
    case 'layout':
      return `${assumption.of} may give the same data in another layout`;
    case 'version':
      return `${assumption.of} is a version of up to three numbers`;
    case 'pattern':
      return `the pattern ${assumption.of} means the same in JavaScript`;
    case 'path':
      return `${assumption.of} is a path with a folder, and does not end with a slash`;
    case 'fact':
      return `${assumption.of} may have other values: ${assumption.instead.replace(/\.$/, '')}`;
    case 'managed':
      return 'ansible_managed is not set in ansible.cfg';
    case 'lastLine':
      return 'the last part of the text is not empty: the line break at the end depends on it';
    default:
      return assumption satisfies never;
  }
}

const TYPES: Readonly<Record<AssumedType, string>> = {
  text: 'text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  map: 'a map',
  'list or map': 'a list or a map',
  'list of names': 'a list of names of files',
};

/** Describes a reason on one line without a full stop. */
export function reasonSentence(reason: Reason): string {
  switch (reason.kind) {
    case 'unreadable':
      return 'it cannot be read as Jinja';
    case 'lacking': {
      const what = `the ${reason.what} ${reason.name} has no counterpart`;
      return reason.instead === undefined ? what : `${what}: ${reason.instead.replace(/\.$/, '')}`;
    }
    case 'refused':
      return reason.what.replace(/\.$/, '');
    default:
      return reason satisfies never;
  }
}
