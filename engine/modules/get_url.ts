import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import type { Seen } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { type FileState, type RegularFile, endOf, nameOf } from '../resources/file/file-state.ts';
import { revealed } from '../values/base/revealed.ts';
import { Secret } from '../values/base/secret.ts';
import { type Value, type ValueMap, Unknown } from '../values/base/value.ts';
import { idle, idleAs } from '../values/habits/foreign-argument.ts';
import { boolean, path, pathOrDirectory, plainText, secretText } from './base/arguments.ts';
import { type Apply, type Change, type Context, type Observed, type Outcome, defineModule } from './base/module.ts';
import { isRoot } from './base/root-alone.ts';
import {
  attributeArguments,
  attributeCommands,
  attributeDifferences,
  attributeResult,
  changedAttributes,
  newAttributes,
} from './path/file-attributes.ts';
import { notPermitted, notWritable, writableNeeds } from './path/file-needs.ts';
import { inRoom, intoPlace, pinOld, roomFor } from './path/foreign-folder.ts';
import { foreignSource, localSourceNeeds } from './path/local-source.ts';
import { setAttributes } from './path/set-attributes.ts';
import { OWN_WAY, wayNeeds, wayTo, type ForeignWay, type UsableWay } from './path/way-to-path.ts';
import { CURL_METER } from './web/curl-meter.ts';
import { ALGORITHMS, readChecksum } from './web/digest-list.ts';
import {
  checkDigest,
  digestOfFile,
  isAsWanted,
  latestQuestion,
  listQuestion,
  wantedContent,
  type Download,
  type WantedContent,
} from './web/download-digest.ts';
import { foreignHttpArguments, httpAliases, httpArguments, requestSettings, timeout } from './web/http-arguments.ts';
import { downloadNeed, downloadScript, noProgram, type HttpRequest } from './web/http-request.ts';
import { type FilePlace, placeFor } from './write/file-place.ts';
import { keeping, takeOver } from './write/take-over.ts';
import { backupName, temporaryBeside } from './write/write-file.ts';

const schema = z.strictObject({
  url: secretText()
    .refine(
      (url) => /^(https?|ftp|file):\/\//.test(revealed(url)),
      'must begin with https://, http://, ftp:// or file://',
    )
    .describe('The URL of the file. The host itself downloads it.'),
  dest: pathOrDirectory().describe(
    'The path of the file on the host. If it ends with a slash, or is a directory, the file is put into that directory, with the name in the URL.',
  ),
  checksum: plainText()
    .refine(
      (value) => value === '' || readChecksum(value) !== undefined,
      `must be an algorithm, a colon, and a digest or the URL of a list of digests\nThe algorithms are ${ALGORITHMS.join(', ')}. Write sha256:HEX, or sha256:https://….`,
    )
    .optional()
    .describe(
      'The digest that the file must have: sha256:HEX, or sha256:URL with the URL of a list of digests and names. sha512, sha384, sha224, sha1 and md5 are allowed too. With checksum, an existing file with another digest is downloaded again.',
    ),
  force: boolean()
    .default(false)
    .describe(
      'Whether an existing file is replaced if it differs from the file at the URL. Each comparison downloads the file.',
    ),
  backup: boolean()
    .default(false)
    .describe('Whether a copy of the old file is kept in the same folder, with the time in its name.'),
  ...httpArguments,
  client_cert: path().optional().describe('The path of a client certificate (PEM) on the host.'),
  client_key: path().optional().describe('The path of the private key of client_cert.'),
  timeout: timeout(10),
  ...attributeArguments,
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'get_url',
  summary: 'Download a file on the host.',
  arguments: schema,
  aliases: { ...httpAliases, thirsty: 'force' },
  foreign: {
    sha256sum: 'Write checksum: "sha256:…" with that digest.',
    tmp_dest: idle('the file is downloaded to a temporary name beside dest, and then renamed.'),
    unsafe_writes: idleAs([false], 'Leave it out; files are replaced in one step.'),
    ...foreignHttpArguments,
  },
  examples: [
    'get_url: { url: "https://dl.k8s.io/v1.34.0/bin/linux/amd64/kubectl", dest: /usr/local/bin/kubectl, mode: "0755", checksum: "sha256:https://dl.k8s.io/v1.34.0/bin/linux/amd64/kubectl.sha256" }',
  ],
  observes: (args, _loaded, context) => {
    const { checksum, request, paths, preamble } = askedOf(args, context);
    return [
      ...paths.flatMap((one) => [file(one, 'digest'), ...digestOfFile(checksum, one), ...wayNeeds(one)]),
      ...localSourceNeeds(revealed(args.url)),
      ...listQuestion(checksum, request, preamble),
      downloadNeed(request),
      ...writableNeeds(paths, context),
      ...(args.force && checksum === undefined ? latestQuestion(paths, request, preamble) : []),
    ];
  },
  plan(args, _loaded, seen, context) {
    const asked = askedOf(args, context);
    const [first = '', inside] = asked.paths;
    if (first.endsWith('/'))
      return {
        kind: 'impossible',
        what: `${shownUrl(args)} names no file`,
        remedy: 'Write the name of the file in dest.',
      };
    const path = inside !== undefined && isDirectory(seen.of(file(first, 'digest'))) ? inside : first;
    const request = file(path, 'digest');
    const place = placeFor(request, { follow: true }, seen, context.user);
    if (place.kind === 'impossible') return place;
    const foreign = args.unsafe_path ? undefined : foreignSource(revealed(args.url), seen, context);
    return foreign ?? planDownload(args, { asked, path, place }, { seen, context });
  },
});

/** A download and the place of its file. */
interface Target {
  readonly asked: Download;
  /** The path as the task names it. If it is a link, `place` is its end. */
  readonly path: string;
  readonly place: FilePlace;
}

function planDownload(args: Arguments, target: Target, observed: Observed): Outcome {
  const { asked, path, place } = target;
  const { seen, context } = observed;
  const before = place.state.type === 'file' ? place.state : undefined;
  const wanted = wantedContent(asked, seen);
  const missing = noProgram(downloadNeed(asked.request), seen, context.preamble);
  if (wanted.kind === 'failure') return missing ?? failure(wanted, asked);
  if (before === undefined || !isAsWanted(wanted, { path, sha256: before.sha256 }, asked.checksum, seen))
    return missing ?? planContent(args, { ...target, before, wanted }, observed);
  return planAttributes(args, target, before, observed);
}

function planContent(
  args: Arguments,
  {
    asked,
    path,
    place,
    before,
    wanted,
  }: Target & { readonly before: RegularFile | undefined; readonly wanted: WantedContent },
  { seen, context }: Observed,
): Outcome {
  const request = file(path, 'digest');
  const way = args.unsafe_path ? OWN_WAY : wayTo(request, true, seen, context);
  if (way.kind === 'impossible') return way;
  const certainty = certaintyOfDownload(asked, path, seen);
  const refusal = certainty === 'certain' && path === place.path ? notWritable(path, seen, context) : undefined;
  if (refusal !== undefined) return refusal;
  const kept = before === undefined ? newAttributes(args, context.user) : changedAttributes(args, before, 'file');
  const after: RegularFile = { type: 'file', ...kept, size: undefined, sha256: sha256Of(wanted), content: undefined };
  const backup = args.backup && before !== undefined ? backupName(place.path, context.now) : undefined;
  const spare = backup === undefined ? {} : { backup_file: backup };
  return {
    kind: 'change',
    differences: [
      { kind: 'field', of: path, field: 'content', before: before?.sha256 ?? null, after: shownContent(args, wanted) },
      ...(before === undefined ? [] : attributeDifferences(path, args, before, 'file')),
    ],
    certainty,
    predictions: [place.predicted(after)],
    touches: 'predicted',
    apply: () => bring(args, { path: place.path, wanted, before, backup, way }),
    planned: { ...resultOf(args, path, after), ...spare },
    settled: (now) => ({ ...resultOf(args, path, fileBehind(now.of(request)) ?? after), ...spare }),
  };
}

function planAttributes(
  args: Arguments,
  { path, place }: Target,
  before: RegularFile,
  { seen, context }: Observed,
): Outcome {
  const request = file(path, 'digest');
  const differences = attributeDifferences(path, args, before, 'file');
  if (differences.length === 0) return { kind: 'in_sync', result: resultOf(args, path, before) };
  const way = args.unsafe_path ? OWN_WAY : wayTo(request, true, seen, context);
  if (way.kind === 'impossible') return way;
  const hasNewMode = differences.some((one) => one.kind === 'field' && one.field === 'mode');
  const change = { asked: path, before, isRewritten: false, hasNewMode };
  const refusal = isRoot(context) ? notPermitted(place.path, args, change, { seen, context }) : undefined;
  if (refusal !== undefined && seen.certainty(request) === 'certain') return refusal;
  const after: RegularFile = { ...before, ...changedAttributes(args, before, 'file') };
  return {
    kind: 'change',
    differences,
    certainty: seen.certainty(request),
    predictions: [place.predicted(after)],
    touches: 'predicted',
    apply: () => ({ script: setAttributes({ way, path: place.path, wanted: args, there: before }) }),
    planned: resultOf(args, path, after),
    settled: (now) => resultOf(args, path, fileBehind(now.of(request)) ?? after),
  };
}

/** Returns the outcome if the digest of the content at the URL could not be read. */
function failure(wanted: WantedContent & { readonly kind: 'failure' }, { checksum }: Download): Outcome {
  if (wanted.isOpen) return { kind: 'cannot_know', because: 'the download is not possible before an earlier change' };
  return {
    kind: 'impossible',
    what: wanted.what,
    remedy: `Look at the URL${checksum === undefined ? '' : ' of the checksum'}.`,
  };
}

function sha256Of(wanted: WantedContent): string | undefined {
  return wanted.kind === 'digest' && wanted.algorithm === 'sha256' ? wanted.digest : undefined;
}

function certaintyOfDownload({ request }: Download, path: string, seen: Seen): Change['certainty'] {
  const needed = downloadNeed(request);
  const isProgramToCome = !seen.of(needed).isMet && seen.certainty(needed) === 'after_change';
  return isProgramToCome ? 'after_change' : seen.certainty(file(path, 'digest'));
}

function askedOf(args: Arguments, { preamble }: Context): Download {
  const checksum = args.checksum === undefined || args.checksum === '' ? undefined : readChecksum(args.checksum);
  return { checksum, force: args.force, request: requestOf(args), paths: targetsOf(args), preamble };
}

function isDirectory(state: FileState): boolean {
  return state.type === 'directory' || (state.type === 'link' && state.to?.state.type === 'directory');
}

function shownContent(args: Arguments, wanted: WantedContent): Value {
  if (wanted.kind === 'digest') return wanted.digest;
  return (wanted.kind === 'latest' ? wanted.sha256 : undefined) ?? new Unknown(`the content of ${shownUrl(args)}`);
}

/** Returns the possible paths of the file: the given path, and the path inside it in case it is a directory. */
function targetsOf(args: Arguments): readonly string[] {
  const name = nameOf(revealed(args.url).replace(/[?#][^]*$/, ''));
  if (args.dest.endsWith('/')) return [`${args.dest}${name}`];
  return name === '' ? [args.dest] : [args.dest, `${args.dest === '/' ? '' : args.dest}/${name}`];
}

interface Brought {
  readonly path: string;
  readonly wanted: WantedContent;
  readonly before: RegularFile | undefined;
  readonly backup: string | undefined;
  readonly way: UsableWay;
}

function bring(args: Arguments, brought: Brought): Apply {
  const { path, wanted, before, backup, way } = brought;
  if (way.kind === 'foreign') return { script: bringIntoRoom(args, brought, way), meter: CURL_METER };
  const kept = keeping(args, before);
  const lines = [
    '(',
    'set -e',
    `t=${quote(temporaryBeside(path))} d=${quote(path)}`,
    `trap 'rm -f -- "$t"' EXIT`,
    "trap 'exit 1' HUP INT TERM",
    'umask 077',
    downloadScript({ ...requestOf(args), isDrawn: true }, '"$t"'),
    ...checkDigest(wanted),
    ...(before === undefined ? attributeCommands('"$t"', kept, undefined, 'file') : takeOver(args, kept, before)),
    'sync "$t" 2>/dev/null || sync',
    ...(backup === undefined ? [] : [`cp -p -- "$d" ${quote(backup)}`]),
    'mv -f -- "$t" "$d"',
    ')',
  ];
  return { script: `${lines.join('\n')}\n`, meter: CURL_METER };
}

function bringIntoRoom(args: Arguments, { path, wanted, before, backup }: Brought, way: ForeignWay): string {
  const room = roomFor(way, path);
  const kept = keeping(args, before);
  const mode = attributeCommands('"$t"', { mode: kept.mode }, undefined, 'file');
  return inRoom(room, false, [
    `t=${quote(room.inside)} d=./old`,
    ...(before === undefined ? [] : pinOld(room, undefined)),
    'set -e',
    downloadScript({ ...requestOf(args), isDrawn: true }, '"$t"'),
    ...checkDigest(wanted),
    ...(before === undefined
      ? attributeCommands('"$t"', kept, undefined, 'file')
      : [...takeOver(args, kept, before), ...mode]),
    'sync "$t" 2>/dev/null || sync',
    ...(backup === undefined ? [] : [`ln -- ./old ${quote(`../${nameOf(backup)}`)}`]),
    intoPlace(room),
  ]);
}

function requestOf(args: Arguments): HttpRequest {
  const settings = requestSettings(args);
  const options = [...settings.options];
  if (args.client_cert !== undefined) options.push(['cert', args.client_cert]);
  if (args.client_key !== undefined) options.push(['key', args.client_key]);
  return { ...settings, options, url: args.url, timeout: args.timeout };
}

function fileBehind(state: FileState): RegularFile | undefined {
  const there = endOf(state);
  return there?.type === 'file' ? there : undefined;
}

function shownUrl(args: Arguments): string {
  return args.url instanceof Secret ? 'the URL' : args.url;
}

function resultOf(args: Arguments, path: string, state: RegularFile | undefined): ValueMap {
  const digest = state?.sha256;
  return {
    url: args.url,
    dest: path,
    state: 'file',
    ...(state === undefined
      ? {}
      : { ...attributeResult(state), size: state.size ?? new Unknown('the size is known after the download') }),
    checksum_dest: digest ?? new Unknown('the digest is known after the download'),
  };
}
