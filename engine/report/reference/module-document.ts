import { z } from 'zod';
import { takesAnyName } from '../../modules/base/argument-problem.ts';
import { UNWRITTEN } from '../../modules/base/arguments.ts';
import type { AnyModule } from '../../modules/base/module.ts';
import { openOutput } from '../text/output.ts';
import { type Paint, paintFor } from '../text/paint.ts';

/** One argument of a module, for its documentation. */
export interface ArgumentDocument {
  readonly name: string;
  /** `string`, `boolean`, `list of string`, `server | client`, or `any`. */
  readonly type: string;
  readonly required: boolean;
  readonly default: unknown;
  readonly description: string;
}

/** The part of JSON Schema that the documentation uses. */
const shape = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  get items() {
    return shape.optional();
  },
  get anyOf() {
    return z.array(shape).optional();
  },
  get properties() {
    return z.record(z.string(), shape).optional();
  },
  required: z.array(z.string()).optional(),
});
type Shape = z.infer<typeof shape>;

/** Returns the arguments of a module, required ones first. Empty if it accepts any. */
export function argumentDocuments(module: AnyModule): readonly ArgumentDocument[] {
  return documentsOf(shapeOf(module, 'input'), shapeOf(module, 'output'), '').toSorted(
    (one, other) => Number(other.required) - Number(one.required),
  );
}

function shapeOf(module: AnyModule, io: 'input' | 'output'): Shape {
  return shape.parse(z.toJSONSchema(module.arguments, { io, unrepresentable: 'any', target: 'draft-7' }));
}

/**
 * Members of a map are listed too: `authority.path`. If a value is transformed, only the schema of the output has its
 * default.
 */
function documentsOf(within: Shape, output: Shape | undefined, prefix: string): readonly ArgumentDocument[] {
  return Object.entries(within.properties ?? {}).flatMap(([key, one]) => {
    const name = `${prefix}${key}`;
    const out = output?.properties?.[key];
    const fallback = one.default ?? out?.default;
    const required = within.required?.includes(key) === true && fallback === undefined;
    return [
      { name, type: typeOf(one), required, default: fallback, description: one.description ?? '' },
      ...documentsOf(one, out, `${name}.`),
    ];
  });
}

function typeOf(one: Shape): string {
  if (one.enum !== undefined) return one.enum.map(String).join(' | ');
  if (one.anyOf !== undefined) {
    const written = one.anyOf.filter((form) => form[UNWRITTEN] !== true);
    return [...new Set(written.map(typeOf))].join(' or ');
  }
  const type = Array.isArray(one.type) ? one.type.join(' or ') : one.type;
  if (type === 'array') return one.items === undefined ? 'list' : `list of ${typeOf(one.items)}`;
  return type === 'object' ? 'map' : (type ?? 'any');
}

/** Prints the purpose of a module, its arguments and its examples. */
export function printModule(module: AnyModule, stdout: NodeJS.WritableStream): void {
  const paint = paintFor(stdout);
  const documents = argumentDocuments(module);
  const lines = [`${paint('bold', module.name)}: ${module.summary}`];
  if (module.freeForm !== undefined) lines.push('', `\`${module.name}: text\` fills ${module.freeForm}.`);
  lines.push('', paint('bold', 'Arguments'));
  for (const document of documents) lines.push(...argumentLines(document, namesOf(module, document.name), paint));
  if (takesAnyName(module.arguments)) lines.push(`  any ${documents.length === 0 ? '' : 'other '}names and values`);
  else if (documents.length === 0) lines.push('  none');
  lines.push('', paint('bold', 'Examples'));
  for (const example of module.examples)
    lines.push(
      ...example
        .trimEnd()
        .split('\n')
        .map((line, index) => `  ${index === 0 ? '- ' : '  '}${line}`),
    );
  openOutput(stdout).write(`${lines.join('\n')}\n`);
}

/** Returns the other names of an argument. */
function namesOf({ aliases = {} }: AnyModule, name: string): readonly string[] {
  return Object.keys(aliases).filter((alias) => aliases[alias] === name);
}

function argumentLines(document: ArgumentDocument, others: readonly string[], paint: Paint): readonly string[] {
  const notes = [
    ...(others.length === 0 ? [] : [`or ${others.join(', ')}`]),
    document.type,
    ...(document.required ? ['required'] : []),
    ...(document.default === undefined ? [] : [`default ${JSON.stringify(document.default)}`]),
  ];
  return [
    `  ${paint('cyan', document.name)}  ${paint('dim', notes.join(', '))}`,
    ...(document.description === '' ? [] : [`      ${document.description}`]),
  ];
}

/** Prints the name and the summary of each module. */
export function printModules(modules: readonly AnyModule[], stdout: NodeJS.WritableStream): void {
  const paint = paintFor(stdout);
  const width = Math.max(...modules.map((module) => module.name.length));
  const lines = modules
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((module) => `${paint('cyan', module.name.padEnd(width))}  ${module.summary}`);
  openOutput(stdout).write(`${lines.join('\n')}\n`);
}
