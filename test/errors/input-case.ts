import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const INPUTS = join(import.meta.dirname, 'inputs');

const point = z.union([z.literal(0), z.literal(1)]);

/**
 * What a reader who does not know the program learns from a text: the place, the cause, and the remedy. Each counts one
 * point, given by a person who has read the text.
 */
export const score = z.strictObject({ place: point, cause: point, remedy: point });

const schema = z.strictObject({
  says: z.string(),
  files: z.record(z.string(), z.string()).default({}),
  /** The arguments of the program, as a shell takes them. */
  runs: z.string().default('plan site.yml'),
  status: z.int().default(1),
  score,
  /** Whether `lint` reports the same. False if the mistake is on the command line of another command. */
  lint: z.boolean().default(true),
  /** Follows the remedy: files that replace those above, or other arguments. After that, there is no problem. */
  followed: z
    .strictObject({ files: z.record(z.string(), z.string()).default({}), runs: z.string().optional() })
    .optional(),
});

export type InputCase = z.infer<typeof schema>;

export interface Family {
  readonly name: string;
  /** Files of all cases of the family. */
  readonly files: Readonly<Record<string, string>>;
  readonly cases: readonly InputCase[];
}

const familySchema = z.strictObject({ files: z.record(z.string(), z.string()).default({}), cases: z.array(schema) });

/** The wrong inputs, by family. A key that the schema does not have is an error. */
export function inputFamilies(): readonly Family[] {
  return readdirSync(INPUTS)
    .filter((name) => name.endsWith('.yml'))
    .toSorted()
    .map((name) => {
      const read = familySchema.safeParse(parse(readFileSync(join(INPUTS, name), 'utf8')));
      if (!read.success) throw new Error(`${name}: ${z.prettifyError(read.error)}`);
      return { name: name.slice(0, -'.yml'.length), ...read.data };
    });
}

/** From 0 to 3. */
export function points({ place, cause, remedy }: z.infer<typeof score>): number {
  return place + cause + remedy;
}
