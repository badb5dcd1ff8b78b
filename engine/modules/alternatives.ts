import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type Request, type Seen } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { settingRequest } from '../resources/setting.ts';
import { alsoDigits, path, wholeNumber } from './base/arguments.ts';
import { type Context, type Outcome, defineModule } from './base/module.ts';
import { inForeignHands, wayNeeds } from './path/way-to-path.ts';
import { type WantedSetting, planSettings } from './system/setting-plan.ts';

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.+@-]*$/;
const name = alsoDigits(z.string().regex(NAME, 'must be the name of a group of alternatives, such as editor'));

const subcommand = z.strictObject({
  name: name.describe('The name of the group whose link follows this group.'),
  path: path().describe('The file of the following group that belongs to this alternative.'),
  link: path().describe('The link that leads to the file.'),
});

const schema = z
  .strictObject({
    name: name.describe('The name of the group, such as editor.'),
    path: path().optional().describe('The file of the alternative, such as /usr/bin/vim.basic.'),
    link: path().optional().describe('The link that leads to the alternatives. It is needed for a new group.'),
    priority: wholeNumber({ min: -2_147_483_648 })
      .optional()
      .describe(
        'The priority. In automatic mode, the alternative with the highest priority is chosen. Default: unchanged, and 50 for a new alternative.',
      ),
    state: z
      .enum(['selected', 'present', 'auto', 'absent'])
      .default('selected')
      .describe(
        'selected: the alternative exists and is chosen. present: it exists. absent: it does not exist. auto: the priorities choose; an alternative that the task names exists too.',
      ),
    subcommands: z
      .array(subcommand)
      .optional()
      .describe('Further groups whose links follow the choice, such as those of manual pages.'),
  })
  .refine((args) => args.state === 'auto' || args.path !== undefined, {
    path: ['path'],
    message: 'must be given\nName the file of the alternative; only state: auto can do without.',
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'alternatives',
  summary: 'Choose between programs of the same purpose, by update-alternatives.',
  arguments: schema,
  aliases: { slaves: 'subcommands' },
  foreign: { family: 'Write command: alternatives --install with --family.' },
  examples: [
    'alternatives: { name: editor, path: /usr/bin/vim.basic }',
    'alternatives: { name: java, path: /opt/jdk/bin/java, link: /usr/bin/java, priority: 100 }',
  ],
  observes: (args) => [
    ...wantedOf(args).map(({ request }) => request),
    ...fileOf(args),
    ...linksOf(args).flatMap((link) => [file(link), ...wayNeeds(link)]),
  ],
  plan(args, _loaded, seen, context) {
    const missing = missingFile(args, seen);
    if (missing !== undefined) return missing;
    const outcome = withLink(args, planned(args, seen, context), seen);
    const foreign = inForeignHands(
      linksOf(args).map((link) => file(link)),
      seen,
      context,
    );
    if (outcome.kind !== 'change' || foreign === undefined) return outcome;
    return { ...foreign, remedy: 'Put the link into a directory of root, such as /usr/local/bin.' };
  },
});

function planned(args: Arguments, seen: Seen, context: Context): Outcome {
  return planSettings(
    wantedOf(args),
    {
      what: 'the alternatives of the host',
      program: 'update-alternatives',
      package: context.facts.os.family === 'debian' ? 'dpkg' : 'chkconfig',
      result: { name: args.name, path: args.path ?? '', state: args.state },
    },
    seen,
    context,
  );
}

/** Returns the links that update-alternatives writes by their names. */
function linksOf({ link, subcommands = [], state }: Arguments): readonly string[] {
  if (state === 'absent') return [];
  return [...(link === undefined ? [] : [link]), ...subcommands.map((one) => one.link)];
}

function fileOf({ path: target, state }: Arguments): readonly Request[] {
  return target === undefined || state === 'absent' ? [] : [file(target, 'target')];
}

function missingFile({ path: target, state }: Arguments, seen: Seen): Outcome | undefined {
  if (target === undefined || state === 'absent') return undefined;
  const request = file(target, 'target');
  if (seen.of(request).type !== 'absent') return undefined;
  if (seen.certainty(request) === 'after_change')
    return { kind: 'cannot_know', because: `an earlier change that may bring ${target}` };
  return {
    kind: 'impossible',
    what: `${target} does not exist, so it cannot be an alternative`,
    remedy: 'Install it with a task before this one, or correct path.',
  };
}

/** A new group needs a link. */
function withLink(args: Arguments, outcome: Outcome, seen: Seen): Outcome {
  if (outcome.kind !== 'change' || args.link !== undefined || args.path === undefined || args.state === 'absent')
    return outcome;
  const request = linkRequest(args.name);
  const state = seen.of(request);
  if (state.kind !== 'answer' || state.text !== '' || seen.certainty(request) !== 'certain') return outcome;
  return {
    kind: 'impossible',
    what: `there is no group of alternatives ${args.name}`,
    remedy: `Write the link of the new group: link: /usr/bin/${args.name}.`,
  };
}

function wantedOf(args: Arguments): readonly WantedSetting[] {
  const { path: target, state } = args;
  return [
    ...(target === undefined ? [] : [linkOf(args.name), entryOf(args, target)]),
    ...(state === 'selected' && target !== undefined ? [choiceOf(args.name, target)] : []),
    ...(state === 'auto' ? [modeOf(args.name)] : []),
  ];
}

/** Debian has --query; RHEL has only --display. */
const TOLD = `command -v update-alternatives >/dev/null || exit 127
if [ -d /var/lib/dpkg ]; then how=--query; else how=--display; fi
`;

function linkRequest(group: string): ReturnType<typeof settingRequest> {
  return settingRequest(
    `alternative ${group} link`,
    `${TOLD}update-alternatives $how ${quote(group)} 2>/dev/null | sed -n '/^Link: /{s///p;q;}; 1{/ - /{s/.*/link/p;q;};}'`,
  );
}

/** The link is only looked at: any answer is right. */
function linkOf(group: string): WantedSetting {
  return { request: linkRequest(group), wanted: '', accepts: () => true, differences: () => [], script: ':' };
}

/** The answer is the priority, with the links that follow if the task names them. */
function entryOf(args: Arguments, target: string): WantedSetting {
  const { name: group, priority, subcommands, link } = args;
  const followers = subcommands?.map((one) => `${one.name} ${one.path}`).toSorted();
  const isAbsent = args.state === 'absent';
  const wanted = isAbsent ? 'absent' : [String(priority ?? 50), ...(followers ?? [])].join(', ');
  return {
    request: settingRequest(
      `alternative ${group} entry ${target}${followers === undefined ? '' : ' with its followers'}`,
      `${TOLD}update-alternatives $how ${quote(group)} 2>/dev/null | {
t=${quote(target)} at= priority= followers=
while IFS= read -r line; do
  case $line in
  "Alternative: $t" | "$t - "*) at=yes ;;
  'Alternative: '* | /*' - '*) at= ;;
  esac
  case $at$line in
  'yesPriority: '*) priority=\${line#Priority: } ;;
  yes/*' priority '*) priority=\${line##* priority } ;;
  'yes slave '*) line=\${line#' slave '}; followers="$followers
\${line%%: *} \${line#*: }" ;;
  'yes '*) followers="$followers
\${line# }" ;;
  esac
done
[ -n "$priority" ] || { echo absent; exit 0; }
${followers === undefined ? 'echo "$priority"' : `printf '%s' "$priority"; printf '%s' "$followers" | sort | while IFS= read -r line; do [ -z "$line" ] || printf ', %s' "$line"; done`}
}`,
    ),
    wanted,
    ...(priority === undefined && !isAbsent ? { accepts: (text) => isEntry(text, followers) } : {}),
    differences: (before) => [
      {
        kind: 'field',
        of: `alternative ${group}`,
        field: target,
        before,
        after: isAbsent ? 'absent' : `priority ${wanted}`,
      },
    ],
    script: isAbsent
      ? `update-alternatives --remove ${quote(group)} ${quote(target)}`
      : `link=${quote(link ?? '')}
[ -n "$link" ] || link=$(${TOLD}update-alternatives $how ${quote(group)} | sed -n 's/^Link: //p')
[ -n "$link" ] || link=/usr/bin/${group}
update-alternatives --install "$link" ${quote(group)} ${quote(target)} ${priority ?? 50}${(subcommands ?? []).map((one) => ` --slave ${quote(one.link)} ${quote(one.name)} ${quote(one.path)}`).join('')}`,
  };
}

/** Returns whether the alternative is there, with any priority and the wanted followers. */
function isEntry(text: string, followers: readonly string[] | undefined): boolean {
  if (text === 'absent') return false;
  return followers === undefined || text.replace(/^-?\d+(?:, )?/, '') === followers.join(', ');
}

function choiceOf(group: string, target: string): WantedSetting {
  return {
    request: settingRequest(
      `alternative ${group} choice`,
      `${TOLD}update-alternatives $how ${quote(group)} 2>/dev/null | sed -n 's/^Value: //p; s/^ link currently points to //p'`,
    ),
    wanted: target,
    differences: (before) => [{ kind: 'field', of: `alternative ${group}`, field: 'choice', before, after: target }],
    script: `update-alternatives --set ${quote(group)} ${quote(target)}`,
  };
}

function modeOf(group: string): WantedSetting {
  return {
    request: settingRequest(
      `alternative ${group} mode`,
      `${TOLD}update-alternatives $how ${quote(group)} 2>/dev/null | sed -n 's/^Status: //p; s/^.* - status is \\(.*\\)\\.$/\\1/p'`,
    ),
    wanted: 'auto',
    differences: (before) => [{ kind: 'field', of: `alternative ${group}`, field: 'mode', before, after: 'auto' }],
    script: `update-alternatives --auto ${quote(group)}`,
  };
}
