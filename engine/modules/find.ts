import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import type { Request } from '../resources/base/resource.ts';
import { probe, type ProbeDetail, type ProbeState } from '../resources/probe.ts';
import { type ValueMap, Unknown } from '../values/base/value.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { boolean, commaList, pathList, wholeNumber } from './base/arguments.ts';
import { formatMode } from './base/file-mode.ts';
import { defineModule } from './base/module.ts';
import { Pattern } from './edit/regular-expression.ts';

const fields = z.strictObject({
  paths: pathList().describe('The directories to search. A text is split at its commas.'),
  patterns: commaList()
    .default([])
    .describe('Shell patterns (*.conf). The name must match one of them. A text is split at its commas.'),
  use_regex: boolean()
    .default(false)
    .describe(
      'Whether patterns and excludes are regular expressions of Python, which match from the beginning of the name.',
    ),
  excludes: commaList()
    .default([])
    .describe('Shell patterns. A name that matches one of them is left out. A text is split at its commas.'),
  file_type: z.enum(['file', 'directory', 'link', 'any']).default('file').describe('The type of file to search for.'),
  recurse: boolean().default(false).describe('Whether subdirectories are searched too.'),
  depth: wholeNumber({ min: 1 }).optional().describe('With recurse: the number of levels that are searched.'),
  hidden: boolean().default(false).describe('Whether names that begin with a dot are listed.'),
});
const schema = fields.superRefine((args, context) => {
  if (!args.use_regex) return;
  for (const name of ['patterns', 'excludes'] as const)
    for (const text of args[name]) {
      const fault = faultOf(text);
      if (fault === undefined) continue;
      context.addIssue({ code: 'custom', path: [name], message: `must be a regular expression: ${fault}` });
    }
});
type Arguments = z.infer<typeof schema>;

const BY_STAT = 'Use stat in a loop over the result.';

export const module = defineModule<Arguments>({
  name: 'find',
  summary: 'List files of the host by name and type.',
  arguments: schema,
  foreign: {
    age: 'Use query: find PATH -mtime +28 for files that are older than 28 days.',
    age_stamp: 'Use query: find PATH with -mtime, -ctime or -atime.',
    size: 'Filter the result: when: item.size > 10485760.',
    contains: 'Use query: grep -rl EXPRESSION PATH.',
    read_whole_file: idleAs([false], 'Use query: grep -rlz EXPRESSION PATH.'),
    checksum: BY_STAT,
    checksum_algo: BY_STAT,
    checksum_algorithm: BY_STAT,
    encoding: 'Leave it out; grep reads bytes: query: grep -rl EXPRESSION PATH.',
    mode: 'Filter the result: when: item.mode == "0644".',
    exact_mode: 'Filter the result: when: item.mode == "0644".',
    follow: idleAs([false], 'Use query: find -L PATH.'),
    get_checksum: idleAs([false], 'Use stat in a loop over the result.'),
    limit: idleAs([null], 'Leave it out: all files are listed.'),
  },
  aliases: { path: 'paths', name: 'paths', pattern: 'patterns', exclude: 'excludes' },
  examples: ['find: { paths: /var/lib/etcd-backup, patterns: "*.db" }'],
  observes: (args) => [questionOf(args)],
  plan(args, _loaded, seen) {
    const question = questionOf(args);
    const { stdout } = seen.of(question);
    const because = 'an earlier change';
    if (stdout === undefined)
      return { kind: 'cannot_know', because, planned: { files: new Unknown(because), matched: new Unknown(because) } };
    const files = decode(stdout).filter(chosenBy(args));
    return { kind: 'in_sync', result: { files, matched: files.length } };
  },
});

/** As Python reads texts: the classes are those of all scripts. */
const OPTIONS = { classes: 'unicode' } as const;

function faultOf(text: string): string | undefined {
  try {
    void new Pattern(text, OPTIONS);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Returns the test of regular expressions. Shell patterns are tested on the host. */
function chosenBy({
  use_regex: isRegex,
  patterns,
  excludes,
}: Arguments): (found: { readonly path: string }) => boolean {
  if (!isRegex) return () => true;
  const compiled = (all: readonly string[]): readonly Pattern[] => all.map((text) => new Pattern(text, OPTIONS));
  const [wanted, unwanted] = [compiled(patterns), compiled(excludes)];
  const fits = (all: readonly Pattern[], name: string): boolean => all.some((one) => one.exec(name)?.index === 0);
  return ({ path }) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return (wanted.length === 0 || fits(wanted, name)) && !fits(unwanted, name);
  };
}

const TYPES = { file: '-type f', directory: '-type d', link: '-type l', any: '' } as const;

/**
 * Returns the request for the found paths. Each record of the output begins with `//`, which never occurs in a path
 * without needless slashes.
 */
function questionOf(args: Arguments): Request<ProbeDetail, ProbeState> {
  const depth = args.recurse ? (args.depth === undefined ? '' : `-maxdepth ${args.depth}`) : '-maxdepth 1';
  const conditions = [
    anyName(args.use_regex ? [] : args.patterns),
    anyName(args.use_regex ? [] : args.excludes, '! '),
    args.hidden ? '' : "! -name '.*'",
    TYPES[args.file_type],
  ]
    .filter((one) => one !== '')
    .join(' ');
  const format = '//%f\t%u\t%g\t%U\t%G\t%s\t%Y\t%n';
  return probe(
    args.paths
      .map(
        (one) =>
          `[ ! -d ${quote(one)} ] || find -H ${quote(one)} -mindepth 1 ${depth} ${conditions} -exec stat -c '${format}' -- '{}' +`,
      )
      .join('\n'),
  );
}

function anyName(patterns: readonly string[], not = ''): string {
  return patterns.length === 0
    ? ''
    : `${not}'(' ${patterns.map((pattern) => `-name ${quote(pattern)}`).join(' -o ')} ')'`;
}

function decode(stdout: Buffer): readonly (ValueMap & { readonly path: string })[] {
  const records = stdout.toString('utf8').split('//').slice(1);
  const files = records.map((record): ValueMap & { readonly path: string } => {
    const [raw = '', uid, gid, owner = '', group = '', size, mtime, ...name] = record.replace(/\n$/, '').split('\t');
    const bits = Number.parseInt(raw, 16);
    const type = bits & 0o170000;
    return {
      path: name.join('\t'),
      mode: formatMode(bits & 0o7777),
      uid: Number(uid),
      gid: Number(gid),
      pw_name: owner,
      gr_name: group,
      size: Number(size),
      mtime: Number(mtime),
      isreg: type === 0o100000,
      isdir: type === 0o040000,
      islnk: type === 0o120000,
    };
  });
  return files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}
