import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { score } from './input-case.ts';

export const HOSTS = join(import.meta.dirname, 'hosts');

const schema = z.strictObject({
  says: z.string(),
  /** The user on the host, if not root. */
  as: z.string().optional(),
  files: z.record(z.string(), z.string()).default({}),
  /** A list of tasks, as in a playbook. The last task fails. */
  tasks: z.string(),
  status: z.int().default(2),
  score,
});

export type HostCase = z.infer<typeof schema>;

const familySchema = z.strictObject({ given: z.string().default(''), cases: z.array(schema) });

export interface HostFamily extends z.infer<typeof familySchema> {
  readonly name: string;
}

/** The failures on hosts, by family. A key that the schema does not have is an error. */
export function hostFamilies(): readonly HostFamily[] {
  return readdirSync(HOSTS)
    .filter((name) => name.endsWith('.yml'))
    .toSorted()
    .map((name) => {
      const read = familySchema.safeParse(parse(readFileSync(join(HOSTS, name), 'utf8')));
      if (!read.success) throw new Error(`${name}: ${z.prettifyError(read.error)}`);
      return { name: name.slice(0, -'.yml'.length), ...read.data };
    });
}
