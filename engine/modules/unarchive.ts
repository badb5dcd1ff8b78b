import { z } from 'zod';
import { quote } from '../connection/quote.ts';
import { file } from '../resources/file.ts';
import { describeType } from '../resources/file-state.ts';
import { probe } from '../resources/probe.ts';
import type { ProbeDetail, ProbeState } from '../resources/probe.ts';
import type { Request } from '../resources/resource.ts';
import { boolean, path, plainText } from './arguments.ts';
import { accountText, attributeArguments } from './file-attributes.ts';
import { formatMode } from './file-mode.ts';
import { cannotLook, noDirectory } from './file-plan.ts';
import type { Apply, Context, LocalFile } from './module.ts';
import { defineModule } from './module.ts';

const schema = z.strictObject({
  src: plainText().describe('The archive: in files/ of the role or beside the playbook; with remote_src a path on the host.'),
  dest: path().describe('The directory on the host that it is unpacked in. It must be there.'),
  remote_src: boolean().default(false).describe('Whether the archive is on the host already.'),
  creates: path().optional().describe('A path that it brings: where it exists, there is nothing to do.'),
  extra_opts: z.array(plainText()).default([]).describe('Further options of tar or unzip: --strip-components=1.'),
  include: z.array(plainText()).default([]).describe('Only these members of the archive.'),
  exclude: z.array(plainText()).default([]).describe('All members but these.'),
  ...attributeArguments,
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments, LocalFile | undefined>({
  name: 'unarchive',
  summary: 'Unpack a tar or zip archive on the host.',
  arguments: schema,
  examples: [
    'unarchive: { src: /opt/etcd.tar.gz, dest: /opt/etcd, remote_src: true, creates: /opt/etcd/etcd, extra_opts: ["--strip-components=1"] }',
  ],
  load: async (args, controller) => (args.remote_src ? undefined : controller.file(args.src)),
  observes: (args) => [
    file(args.dest, 'target'),
    ...(args.creates === undefined ? comparison(args) : [file(args.creates)]),
    ...(args.remote_src ? [file(args.src)] : []),
  ],
  plan(args, loaded, seen, context) {
    const request = file(args.dest, 'target');
    const state = seen.of(request);
    const there = state.type === 'link' && state.to !== undefined ? state.to.state : state;
    const result = { dest: args.dest, src: args.src };
    if (args.creates !== undefined && seen.of(file(args.creates)).type !== 'absent') return { kind: 'in_sync', result };
    if (there.type === 'hidden') return cannotLook(args.dest, context.user);
    if (there.type === 'absent' && seen.certainty(request) === 'certain') return noDirectory(`${args.dest}/…`);
    if (there.type !== 'directory' && there.type !== 'absent')
      return { kind: 'impossible', what: `${args.dest} is ${describeType(there)}, not a directory` };
    if (args.remote_src && seen.of(file(args.src)).type === 'absent' && seen.certainty(file(args.src)) === 'certain') {
      return {
        kind: 'impossible',
        what: `the archive ${args.src} does not exist on the host`,
        remedy: 'Without remote_src it is brought from the controller.',
      };
    }
    const [question] = args.creates === undefined ? comparison(args) : [];
    if (question !== undefined && seen.of(question).status === 0) return { kind: 'in_sync', result };
    return {
      kind: 'change',
      differences: [{ kind: 'field', of: args.dest, field: 'content', before: null, after: `what ${args.src} holds` }],
      certainty:
        args.creates === undefined && question === undefined
          ? 'opaque'
          : seen.certainty(args.creates === undefined ? request : file(args.creates)),
      // What an archive holds is not known, nor whether it sets the mode of dest itself.
      predictions: [],
      touches: 'everything',
      apply: () => unpack(args, loaded, context),
      planned: result,
    };
  },
});

/** GNU tar can tell whether what it holds is what is there. Where it cannot (busybox, zip), the archive is unpacked again. */
function comparison(args: Arguments): readonly Request<ProbeDetail, ProbeState>[] {
  if (!args.remote_src || isZip(args.src) || args.owner !== undefined || args.group !== undefined || args.mode !== undefined) return [];
  return [
    probe(
      `tar --compare --file ${quote(args.src)} --directory ${quote(args.dest)} ${[...args.extra_opts, ...args.exclude.map((one) => `--exclude=${one}`), ...args.include].map(quote).join(' ')} >/dev/null 2>&1`,
    ),
  ];
}

function unpack(args: Arguments, loaded: LocalFile | undefined, context: Context): Apply {
  const archive = loaded === undefined ? args.src : `/tmp/.runbook-${context.runId}-${loaded.sha256.slice(0, 8)}`;
  const [source, directory] = [quote(archive), quote(args.dest)];
  const members = args.include.map(quote).join(' ');
  const options = args.extra_opts.map(quote).join(' ');
  const unpacker = isZip(args.src)
    ? `unzip -o -q ${options} ${source} ${members} ${args.exclude.length === 0 ? '' : `-x ${args.exclude.map(quote).join(' ')}`} -d ${directory}`
    : `tar -x -f ${source} -C ${directory} ${options} ${args.exclude.map((one) => quote(`--exclude=${one}`)).join(' ')} ${members}`;
  const account = args.group === undefined ? accountText(args.owner) : `${accountText(args.owner)}:${accountText(args.group)}`;
  const { mode } = args;
  const script = [
    '(',
    'set -e',
    ...(loaded === undefined ? [] : [`trap ${quote(`rm -f -- ${source}`)} EXIT`]),
    unpacker,
    ...(account === '' ? [] : [`chown -hR ${quote(account)} -- ${directory}`]),
    ...(mode === undefined ? [] : [`chmod -R ${quote(mode.kind === 'octal' ? formatMode(mode.bits) : mode.text)} -- ${directory}`]),
    ')',
  ].join('\n');
  return loaded === undefined ? { script } : { script, uploads: [{ source: loaded, path: archive, mode: '0600' }] };
}

function isZip(name: string): boolean {
  return /\.(zip|jar|whl)$/i.test(name);
}
