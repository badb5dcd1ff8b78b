import { BECOME_METHODS, type BecomeMethod } from '../../connection/base/target.ts';
import { withinOuter } from '../../values/compiled.ts';
import { type Fields, isTemplated } from './fields.ts';
import type { Settings } from './play.ts';

export const NO_SETTINGS: Settings = {
  become: undefined,
  becomeUser: undefined,
  becomeMethod: undefined,
  user: undefined,
  environment: [],
  checkMode: undefined,
  noLog: undefined,
  diff: undefined,
  timeoutSeconds: undefined,
};

const SETTING_KEYWORDS = [
  'become',
  'become_user',
  'become_method',
  'remote_user',
  'environment',
  'no_log',
  'diff',
  'timeout',
  'check_mode',
  'ignore_unreachable',
];

/**
 * Reads the settings of a map, with priority over the surrounding ones. Returns the same object if the map has none.
 */
export function readSettings(fields: Fields, outer: Settings): Settings {
  if (fields.has('ignore_unreachable')) {
    fields.problems.add({
      code: 'not-supported',
      what: 'ignore_unreachable is not supported',
      place: fields.placeOf('ignore_unreachable'),
      remedy: 'Leave it out; a host that cannot be reached takes no further part, and the others go on.',
    });
  }
  if (!SETTING_KEYWORDS.some((keyword) => fields.has(keyword))) return outer;
  return {
    become: withinOuter(fields.booleanOrTemplate('become'), outer.become),
    becomeUser: withinOuter(readText(fields, 'become_user'), outer.becomeUser),
    becomeMethod: readBecomeMethod(fields) ?? outer.becomeMethod,
    user: readUser(fields) ?? outer.user,
    environment: [...outer.environment, ...readEnvironment(fields)],
    checkMode: withinOuter(fields.booleanOrTemplate('check_mode'), outer.checkMode),
    noLog: withinOuter(fields.booleanOrTemplate('no_log'), outer.noLog),
    diff: withinOuter(fields.booleanOrTemplate('diff'), outer.diff),
    timeoutSeconds: withinOuter(fields.numberOrTemplate('timeout'), outer.timeoutSeconds),
  };
}

/** Reads the login user. Only a play can set it, because a play has one connection per host. */
function readUser(fields: Fields): Settings['user'] {
  if (fields.has('hosts') || !fields.has('remote_user')) return readText(fields, 'remote_user');
  return fields.problems.add({
    code: 'not-supported',
    what: 'remote_user is a keyword of plays only',
    place: fields.placeOf('remote_user'),
    remedy: 'Write it at the play, or become_user here.',
  });
}

function readText(fields: Fields, name: string): Settings['user'] {
  const entry = fields.entry(name);
  if (entry === undefined) return undefined;
  if (entry.value.kind === 'scalar' && typeof entry.value.value === 'string' && entry.value.value !== '')
    return fields.compile(entry.value);
  return fields.wrong(entry, 'the name of a user', `Write the name of a user after ${name}:, or remove ${name}.`);
}

function readBecomeMethod(fields: Fields): BecomeMethod | undefined {
  const entry = fields.entry('become_method');
  if (entry === undefined) return undefined;
  const { value: node } = entry;
  const method = node.kind === 'scalar' ? BECOME_METHODS.find((one) => one === node.value) : undefined;
  if (method !== undefined) return method;
  return fields.problems.add({
    code: 'become-method',
    what: 'There is no such become_method',
    place: entry.value.place,
    remedy: `Use one of ${BECOME_METHODS.join(', ')}, or leave out become_method: then ansible_become_method of the host counts.`,
  });
}

function readEnvironment(fields: Fields): Settings['environment'] {
  const compiled = fields.items('environment').map((node) => {
    if (node.kind === 'map' || isTemplated(node)) return fields.compile(node);
    return fields.wrongNode(
      node,
      'environment must be a map of names to values',
      'Write environment: {NAME: "value"}.',
    );
  });
  return compiled.filter((part) => part !== undefined);
}
