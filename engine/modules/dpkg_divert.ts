import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type Prediction, type Request, type Seen, predict } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { ABSENT, type FileState } from '../resources/file/file-state.ts';
import { settingRequest } from '../resources/setting.ts';
import { alsoDigits, boolean, path } from './base/arguments.ts';
import { type Context, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { inForeignHands, wayNeeds } from './path/way-to-path.ts';
import { type WantedSetting, planSettings } from './system/setting-plan.ts';

const schema = z.strictObject({
  path: path().describe('The file that packages no longer write.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the file is diverted.'),
  divert: path().optional().describe('The path that packages write instead. Default: path with .distrib at its end.'),
  holder: alsoDigits(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9+.-]*$/, 'must be the name of a package'))
    .optional()
    .describe('The package whose file is not diverted. Default: LOCAL, which means none.'),
  rename: boolean().default(false).describe('Whether the file is moved as well: to its new path, or back.'),
  force: boolean().default(false).describe('With rename: whether a file at the new path is replaced.'),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'dpkg_divert',
  summary: 'Let packages of Debian and its derivatives write a file to another path.',
  arguments: schema,
  aliases: { name: 'path' },
  examples: [
    'dpkg_divert: { path: /usr/sbin/service-helper, rename: true }',
    'dpkg_divert: { path: /etc/screenrc, divert: /etc/screenrc.orig, rename: true, force: true }',
  ],
  observes: (args) => [
    diversion(args.path),
    ...(args.rename ? places(args).flatMap((one) => [file(one), ...wayNeeds(one)]) : []),
  ],
  plan(args, _loaded, seen, context) {
    const { from, to, inTheWay } = moved(args, seen);
    if (inTheWay !== undefined) return inTheWay;
    const outcome = planned(args, from === undefined, seen, context);
    const foreign = inForeignHands(args.rename ? places(args).map((one) => file(one)) : [], seen, context);
    if (outcome.kind === 'change' && foreign !== undefined)
      return {
        ...foreign,
        remedy: 'Leave rename out. Move the file by a separate task, as the owner of the directory.',
      };
    if (outcome.kind !== 'change' || from === undefined || to === undefined) return outcome;
    const certainty = [file(from), file(to)].every((one) => seen.certainty(one) === 'certain')
      ? outcome.certainty
      : 'after_change';
    return { ...outcome, certainty, predictions: [...outcome.predictions, ...movedPredictions(from, to, seen)] };
  },
});

function diversion(at: string): ReturnType<typeof settingRequest> {
  return settingRequest(
    `diversion ${at}`,
    `command -v dpkg-divert >/dev/null || exit 127
holder=$(dpkg-divert --listpackage ${quote(at)}) || exit 1
[ -n "$holder" ] || { echo absent; exit 0; }
printf '%s by %s\\n' "$(dpkg-divert --truename ${quote(at)})" "$holder"`,
  );
}

function targetOf(args: Arguments): string {
  return args.divert ?? `${args.path}.distrib`;
}

function places(args: Arguments): readonly string[] {
  return [args.path, targetOf(args)];
}

function planned(args: Arguments, isUnmoved: boolean, seen: Seen, context: Context): Outcome {
  const target = targetOf(args);
  const holder = args.holder ?? 'LOCAL';
  const wanted = args.state === 'absent' ? 'absent' : `${target} by ${holder}`;
  const before = seen.of(diversion(args.path));
  const isThere = before.kind === 'answer' && before.text !== 'absent';
  // dpkg-divert refuses to change a diversion, so it is removed first.
  const away = `dpkg-divert --quiet --no-rename --remove ${quote(args.path)}`;
  const rename = args.rename && !isUnmoved && !(isThere && args.state === 'present') ? '--rename' : '--no-rename';
  const by = holder === 'LOCAL' ? '--local' : `--package ${quote(holder)}`;
  const add = `dpkg-divert --quiet ${rename} ${by} --divert ${quote(target)} --add ${quote(args.path)}`;
  const setting: WantedSetting = {
    request: diversion(args.path),
    wanted,
    differences: (text) => [{ kind: 'field', of: args.path, field: 'diversion', before: text, after: wanted }],
    script:
      args.state === 'absent'
        ? `${removedFirst(args, seen, args.path)}dpkg-divert --quiet ${rename} --remove ${quote(args.path)}`
        : `${isThere ? `${away} || exit\n` : ''}${isThere ? '' : removedFirst(args, seen, target)}${add}`,
  };
  return planSettings(
    [setting],
    {
      what: 'the diversions of dpkg',
      program: 'dpkg-divert',
      package: 'dpkg',
      result: { path: args.path, divert: target, holder, state: args.state },
    },
    seen,
    context,
  );
}

/** With force, the file in the way goes: dpkg-divert renames over no other file. */
function removedFirst(args: Arguments, seen: Seen, at: string): string {
  const isBoth = args.rename && args.force && places(args).every((one) => isFile(seen.of(file(one))));
  return isBoth ? `rm -f -- ${quote(at)} || exit\n` : '';
}

interface Moved {
  readonly from?: string;
  readonly to?: string;
  readonly inTheWay?: Impossible;
}

/** Returns which file the change moves, and where to. A diversion that only changes moves nothing. */
function moved(args: Arguments, seen: Seen): Moved {
  const state = seen.of(diversion(args.path));
  if (!args.rename || state.kind !== 'answer') return {};
  const isThere = state.text !== 'absent';
  if (isThere === (args.state === 'present')) return {};
  const [from, to] = isThere ? [state.text.replace(/ by [^ ]*$/, ''), args.path] : [args.path, targetOf(args)];
  if (!places(args).includes(from) || !isFile(seen.of(file(from)))) return {};
  if (isFile(seen.of(file(to))) && !args.force && seen.certainty(file(to)) === 'certain')
    return {
      inTheWay: {
        kind: 'impossible',
        what: `${from} cannot be moved to ${to}, as there is a file`,
        remedy: 'Remove it with a task before this one; or set force: true, if it may be lost.',
      },
    };
  return { from, to };
}

function isFile({ type }: FileState): boolean {
  return type !== 'absent';
}

function movedPredictions(from: string, to: string, seen: Seen): readonly Prediction[] {
  const requests: readonly [Request<ReturnType<typeof file>['detail'], FileState>, FileState][] = [
    [file(from), ABSENT],
    [file(to), seen.of(file(from))],
  ];
  return requests.map(([request, state]) => predict(request, state));
}
