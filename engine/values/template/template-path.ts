import { Secret } from '../base/secret.ts';
import { type Scope, type Value, isList, isMap, Unknown } from '../base/value.ts';
import { factPathFault } from '../cel/fact-paths.ts';
import { undefinedVariable } from '../expression/expression-fault.ts';
import { ansibleNameFault } from '../expression/expression.ts';
import { ansibleMember, ansibleVariable } from '../habits/ansible-variables.ts';
import { PYTHON_CONSTANTS } from '../habits/jinja-words.ts';
import { describe } from '../language/describe.ts';
import type { Fault } from '../language/fault.ts';
import { didYouMean, listNames } from '../language/suggest.ts';
import { type Frame, type Level, type Loop, frameAt } from './template-frame.ts';
import { type Path, type TemplateSource, templateRemedy } from './template-syntax.ts';

/** Returns a value; `undefined` for a missing value if missing values are allowed. */
export type Evaluate = (frame: Frame) => Value | undefined;

export interface PathOptions {
  readonly source: TemplateSource;
  readonly level: Level;
  /** True if a missing value gives `undefined` and not a Fault: arguments of `default` and `defined`. */
  readonly isLenient: boolean;
  /** Records the use of a top-level variable. */
  readonly refer: (name: string) => void;
}

/**
 * Compiles `a.b.c`, `../x`, `this`, `@index`, `@root.x`. The look-up throws a Fault for any step that does not exist.
 */
export function compilePath(path: Path, options: PathOptions): Evaluate {
  if (path.data) return compileData(path, options);
  const [head, ...members] = path.parts;
  refuseLoop(path, options);
  const isScoped = /^(this\b|\.)/.test(path.original);
  let { level } = options;
  let hops = 0;
  if (!isScoped && path.depth === 0 && head !== undefined) {
    const local = compileLocal(head, members, path, options);
    if (local !== undefined) return local;
  }
  for (let depth = 0; depth <= path.depth; depth++) {
    if (depth > 0) {
      if (level.outer === undefined)
        throw options.source.fault(
          'template-syntax',
          `${path.original} leads out of the template: each ../ needs a block around it`,
          path,
        );
      level = level.outer;
      hops++;
    }
    // Arguments of a partial hide names of the surrounding level, but `../` does not count them as a level.
    while (level.kind === 'partial' && level.outer !== undefined && !isOverlaid(level, head)) {
      level = level.outer;
      hops++;
    }
  }
  if (head === undefined) {
    if (level.kind === 'root')
      throw options.source.fault(
        'template-syntax',
        `${path.original} means nothing here: it is the item of an #each or #with`,
        path,
        {
          remedy: 'Name a variable.',
        },
      );
    return (frame) => frameAt(frame, hops).context;
  }
  if (level.kind === 'root') return compileVariable(head, members, path, options);
  return compileMembers((frame) => frameAt(frame, hops).context, path.parts, path, options);
}

function isOverlaid(level: Level, name: string | undefined): boolean {
  return name !== undefined && level.overlay.has(name);
}

/** Compiles a block parameter: `x` in `{{#each xs as |x|}}`. */
function compileLocal(
  name: string,
  members: readonly string[],
  path: Path,
  options: PathOptions,
): Evaluate | undefined {
  let hops = 0;
  for (let level: Level | undefined = options.level; level !== undefined; level = level.outer, hops++) {
    const position = level.blockParameters.indexOf(name);
    if (position < 0) continue;
    const up = hops;
    const base: Evaluate =
      position === 0 ? (frame) => frameAt(frame, up).context : (frame) => frameAt(frame, up).loop?.key;
    return compileMembers(base, members, path, options);
  }
  return undefined;
}

/** Members of the variable `loop` of Jinja. */
const OF_LOOP: ReadonlySet<string> = new Set([
  'index',
  'index0',
  'first',
  'last',
  'length',
  'revindex',
  'previtem',
  'nextitem',
]);

function refuseLoop(path: Path, { source, level }: PathOptions): void {
  const [name, member = ''] = path.parts;
  if (name !== 'loop' || path.data || level.kind === 'root' || !OF_LOOP.has(member)) return;
  const remedy = templateRemedy(source, path) ?? 'In #each there are @index, @key, @first and @last.';
  throw source.fault('template-syntax', `There is no loop.${member}: this is Jinja`, path, { remedy });
}

function compileVariable(name: string, members: readonly string[], path: Path, options: PathOptions): Evaluate {
  const { source, isLenient, refer } = options;
  refuseForeignName([name, ...members], path, source);
  refer(name);
  const variable: Evaluate = (frame) => {
    const value = frame.scope.lookup(name);
    if (value !== undefined || isLenient) return value;
    const start = source.offset(path.loc.start);
    const at = Math.max(start, source.text.indexOf(name, start));
    const fault = undefinedVariable(
      { name, scope: frame.scope, offset: at },
      ansibleVariable([name])?.variable.instead,
      `give it a value, such as with \`-e ${name}=…\`, or write {{default ${name} "…"}} or {{#if (defined ${name})}}.`,
    );
    fault.origin = source.origin;
    throw fault;
  };
  return members.length === 0 ? variable : compileMembers(variable, members, path, options);
}

/** Reports constants of Python, variables of Ansible, and facts that do not exist. */
function refuseForeignName(names: readonly string[], path: Path, source: TemplateSource): void {
  const constant = names.length === 1 ? PYTHON_CONSTANTS.get(names[0] ?? '') : undefined;
  if (constant !== undefined) {
    const remedy = templateRemedy(source, path) ?? `Write ${constant}.`;
    throw source.fault('template-syntax', `${names[0]} is written ${constant} here`, path, { remedy });
  }
  const fault = ansibleNameFault(names, () => templateRemedy(source, path)) ?? factPathFault(names);
  if (fault !== undefined) throw source.fault(fault.details.code, fault.details.what, path, fault.details);
}

function compileMembers(base: Evaluate, members: readonly string[], path: Path, options: PathOptions): Evaluate {
  if (members.length === 0) return base;
  return (frame) => {
    let value = base(frame);
    for (let index = 0; index < members.length; index++) {
      if (value === undefined) return undefined;
      if (value instanceof Unknown) return value.fresh ? new Unknown(value.because) : value;
      const key = members[index] ?? '';
      const next = memberOf(value, key);
      if (next === undefined) {
        if (options.isLenient) return undefined;
        const parent = nameUpTo(path, members.length - index);
        throw missingMember({ value, key, parent, path, scope: frame.scope }, options);
      }
      value = next;
    }
    return value;
  };
}

function nameUpTo(path: Path, dropped: number): string {
  const kept = path.parts.slice(0, path.parts.length - dropped);
  return kept.length === 0 ? 'The item' : kept.join('.');
}

/** Returns a member of a map by key, or of a list by index; `undefined` if there is none. */
export function memberOf(value: Value, key: string | number): Value | undefined {
  if (isMap(value)) return Object.hasOwn(value, key) ? value[key] : undefined;
  if (isList(value) && (typeof key === 'number' || /^\d+$/.test(key))) return value[Number(key)];
  return undefined;
}

/** Returns a sentence that says what the value has in place of the missing member. */
export function whyNoMember(value: Value): string {
  if (isMap(value)) return `Its keys: ${listNames(Object.keys(value))}.`;
  if (isList(value)) return `It is a list of ${value.length}.`;
  return `It is ${describe(value)}.`;
}

interface MissingMember {
  /** The value that lacks the member, and its name in the template. */
  readonly value: Value;
  readonly parent: string;
  readonly key: string;
  readonly path: Path;
  readonly scope: Scope;
}

function missingMember({ value, parent, key, path, scope }: MissingMember, { source, level }: PathOptions): Fault {
  const start = source.offset(path.loc.start);
  const at = Math.max(start, source.text.indexOf(key, start + (parent === 'The item' ? 0 : parent.length)));
  const isText = typeof value === 'string' || isList(value) || value instanceof Secret;
  const isOuter = parent === 'The item' && level.kind !== 'root' && scope.names().includes(key);
  const remedy = isOuter
    ? `Inside a block, names are those of its item: write @root.${key} for the variable.`
    : isText && key === 'length'
      ? 'Write (length x).'
      : (ansibleMember(parent, key) ?? memberRemedy(value, parent, key));
  const fault = source.fault('missing-key', `${parent} has no key "${key}"`, path, {
    why: whyNoMember(value),
    remedy,
  });
  fault.offset = at;
  fault.length = Math.max(1, key.length);
  return fault;
}

function memberRemedy(value: Value, parent: string, key: string): string {
  const member = /^\d+$/.test(key) ? `[${key}]` : key;
  const name = parent === 'The item' ? member : `${parent}.${member}`;
  const otherwise = `Where it may be missing, give a fallback: {{default ${name} "…"}}.`;
  const hint = isMap(value) ? didYouMean(key, Object.keys(value)) : undefined;
  return hint === undefined ? otherwise : `${hint} ${otherwise}`;
}

const LOOP_DATA: Readonly<Record<string, (loop: Loop) => Value>> = {
  index: (loop) => loop.index,
  key: (loop) => loop.key,
  first: (loop) => loop.first,
  last: (loop) => loop.last,
};

function compileData(path: Path, options: PathOptions): Evaluate {
  const [name = '', head, ...members] = path.parts;
  if (name === 'root') {
    if (head === undefined)
      throw options.source.fault('template-syntax', '@root means nothing by itself', path, {
        remedy: 'Name a variable: @root.x.',
      });
    return compileVariable(head, members, path, options);
  }
  const read = Object.hasOwn(LOOP_DATA, name) ? LOOP_DATA[name] : undefined;
  if (read === undefined || head !== undefined) {
    throw options.source.fault('template-syntax', `There is no @${path.parts.join('.')}`, path, {
      remedy: 'There are @index, @key, @first, @last and @root.x.',
    });
  }
  let hops = 0;
  let wanted = path.depth;
  for (let level: Level | undefined = options.level; level !== undefined; level = level.outer, hops++) {
    if (level.kind !== 'each' || wanted-- > 0) continue;
    const up = hops;
    return (frame) => {
      const { loop } = frameAt(frame, up);
      return loop === undefined ? undefined : read(loop);
    };
  }
  throw options.source.fault('template-syntax', `@${name} is only known inside #each`, path);
}
