import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { DEFAULT_KUBERNETES, mirrors } from '../../lab/binaries.ts';
import type { Lab } from '../../lab/hosts.ts';
import { ensureConformance } from '../../lab/node-binaries.ts';

// Kubernetes' own end-to-end tests, as its conformance programme runs them, against a cluster in a lab.

const LEFT_OUT = join(import.meta.dirname, 'conformance-left-out.yml');

const specSchema = z.object({
  ContainerHierarchyTexts: z
    .array(z.string())
    .nullable()
    .transform((texts) => texts ?? []),
  LeafNodeText: z.string(),
  LeafNodeType: z.string(),
  State: z.string(),
  RunTime: z.number(),
  Failure: z.object({ Message: z.string() }).optional(),
});
const reportSchema = z.array(
  z.object({
    SpecReports: z
      .array(specSchema)
      .nullable()
      .transform((specs) => specs ?? []),
  }),
);
const leftOutSchema = z.array(
  z.strictObject({ name: z.string().transform((text) => new RegExp(text)), reason: z.string() }),
);

/** What became of one spec. */
export interface Spec {
  readonly name: string;
  /** `passed`, `failed`, or another word of Ginkgo. */
  readonly state: string;
  readonly seconds: number;
  readonly why: string;
}

/** e2e.test, inside the network of a lab. */
export interface Conformance {
  /** Names of all specs with [Conformance], in the order of the program. */
  specs(): Promise<readonly string[]>;
  /** Runs specs by their whole names. */
  run(names: readonly string[]): Promise<readonly Spec[]>;
}

/** @param folder where reports may be written; it has the kubeconfig of the administrator, `admin.conf` */
export async function conformance(lab: Lab, folder: string): Promise<Conformance> {
  const program = join(await ensureConformance(), 'e2e.test');
  const ask = async (...args: readonly string[]): Promise<readonly Spec[]> => {
    const report = join(folder, 'report.json');
    await rm(report, { force: true });
    const output = await end([
      ...lab.enter,
      program,
      `--kubeconfig=${join(folder, 'admin.conf')}`,
      `--kubectl-path=${join(mirrors().kubernetes, `v${DEFAULT_KUBERNETES}/bin/linux/amd64/kubectl`)}`,
      '--provider=skeleton',
      '--ginkgo.no-color',
      `--ginkgo.json-report=${report}`,
      ...args,
    ]);
    const specs = specsOf(await readFile(report, 'utf8').catch(() => '[]'));
    if (specs.length === 0) throw new Error(`no spec has run:\n${output.slice(-3000)}`);
    return specs;
  };
  return {
    specs: async () => (await ask('--ginkgo.dry-run', `--ginkgo.focus=\\[Conformance\\]`)).map(({ name }) => name),
    run: async (names) => await ask('--ginkgo.timeout=2h', ...names.map((name) => `--ginkgo.focus=${exactly(name)}`)),
  };
}

/** Runs a program to its end, however it ends: the report tells what went wrong. Returns its output. */
async function end([command = '', ...args]: readonly string[]): Promise<string> {
  return await new Promise((resolve) =>
    execFile(command, args, { maxBuffer: 2 ** 30 }, (_, stdout, stderr) => resolve(stdout + stderr)),
  );
}

function exactly(name: string): string {
  return `${name.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)}$`;
}

/** Returns the specs of a report that were to run. */
function specsOf(report: string): readonly Spec[] {
  return reportSchema
    .parse(JSON.parse(report))
    .flatMap(({ SpecReports }) => SpecReports)
    .filter(({ LeafNodeType, State }) => LeafNodeType === 'It' && State !== 'skipped')
    .map(({ ContainerHierarchyTexts, LeafNodeText, State, RunTime, Failure }) => ({
      name: [...ContainerHierarchyTexts, LeafNodeText].join(' '),
      state: State,
      seconds: RunTime / 1e9,
      why: Failure?.Message ?? '',
    }));
}

/** Returns why a spec is not drawn; undefined if it may be. */
export function reasonToLeaveOut(name: string): string | undefined {
  return leftOutSchema.parse(parse(readFileSync(LEFT_OUT, 'utf8'))).find((row) => row.name.test(name))?.reason;
}
