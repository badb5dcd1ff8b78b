import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import type { Seen } from '../resources/base/resource.ts';
import { settingRequest } from '../resources/setting.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { alsoDigits, boolean } from './base/arguments.ts';
import { defineModule } from './base/module.ts';
import { type WantedSetting, planSettings } from './system/setting-plan.ts';

/** The kinds of files, as semanage names them, with the words of the list of the policy. */
const KINDS = { a: '', b: '-b', c: '-c', d: '-d', f: '--', l: '-l', p: '-p', s: '-s' } as const;

const WORD = /^[A-Za-z0-9_.]+$/;

const schema = z
  .strictObject({
    target: z
      .string()
      .regex(/^\/[^\s]*$/, 'must be a path, or a pattern of paths\nBegin it with a slash, and write \\s for a blank.')
      .describe('The pattern of paths, such as /srv/web(/.*)?. With substitute, a path.'),
    setype: alsoDigits(z.string().regex(/^(?:[A-Za-z0-9_.]+|<<none>>)$/, 'must be a type of SELinux'))
      .optional()
      .describe('The type, such as httpd_sys_content_t.'),
    substitute: z
      .string()
      .regex(/^\/[^\s]*$/, 'must be a path')
      .optional()
      .describe(
        'The path that the policy knows, such as /var/www. Files below target get the contexts of files below this path.',
      ),
    ftype: z
      .enum(['a', 'b', 'c', 'd', 'f', 'l', 'p', 's'])
      .default('a')
      .describe('Which files: all, block devices, character devices, directories, files, links, pipes or sockets.'),
    seuser: alsoDigits(z.string().regex(WORD, 'must be a user of SELinux'))
      .optional()
      .describe('The SELinux user. Default: system_u for a new rule; an existing rule keeps its user.'),
    selevel: alsoDigits(z.string().regex(/^[A-Za-z0-9_.:,-]+$/, 'must be a level of SELinux'))
      .optional()
      .describe('The level. Default: s0 for a new rule; an existing rule keeps its level.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the host has the rule.'),
    reload: boolean().default(true).describe('Whether SELinux loads the policy again after a change.'),
  })
  .refine((args) => args.substitute === undefined || args.setype === undefined, {
    path: ['substitute'],
    message: 'cannot be given together with setype\nThe contexts are those of substitute.',
  })
  .refine((args) => args.substitute === undefined || args.ftype === 'a', {
    path: ['substitute'],
    message: 'is for all files\nLeave ftype out.',
  })
  .refine((args) => args.state === 'absent' || args.setype !== undefined || args.substitute !== undefined, {
    path: ['setype'],
    message: 'must be given\nName the type, or a substitute.',
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'sefcontext',
  summary: 'Tell SELinux which context files have, by a pattern of their paths. Existing files change by restorecon.',
  arguments: schema,
  aliases: { path: 'target', serange: 'selevel', equal: 'substitute' },
  foreign: {
    ignore_selinux_state: idleAs(
      [false],
      'Leave the task out where SELinux is off: when: facts.selinux != "disabled".',
    ),
  },
  examples: [
    'sefcontext: { target: "/srv/web(/.*)?", setype: httpd_sys_content_t }',
    'sefcontext: { target: /srv/home, substitute: /home }',
  ],
  observes: (args) => [requestOf(args)],
  plan: (args, _loaded, seen, context) => planSettings([wantedOf(args, seen)], taskOf(args), seen, context),
});

/** The answer for a pattern without a rule. A rule of the policy, which cannot be removed, ends with the mark. */
const NONE = 'none';
const OF_POLICY = ' (of the policy)';

/**
 * Asks for the rule in the lists of the policy. semanage itself needs seconds for its answer. Only rules of the host can
 * be removed, so only they count for a removal.
 */
function requestOf({ target, ftype, substitute, state }: Arguments): ReturnType<typeof settingRequest> {
  const isSubstitute = substitute !== undefined;
  const find = isSubstitute
    ? `find() { awk '$1 == ENVIRON["t"] && NF == 2 { found = $2 } END { if (found != "") print found }' "$1"; }`
    : `find() { awk '$1 == ENVIRON["t"] { k = NF == 3 ? $2 : ""; if (k == ENVIRON["k"]) found = $NF } END { if (found != "") print found }' "$1"; }`;
  const [base, local] = isSubstitute
    ? ['file_contexts.subs_dist', 'file_contexts.subs']
    : ['file_contexts', 'file_contexts.local'];
  const ofPolicy = `if [ -z "$said" ] && [ -e "$lists/${base}" ]; then
  said=$(find "$lists/${base}") || exit 1
  [ -z "$said" ] || said="$said${OF_POLICY}"
fi
`;
  return settingRequest(
    `sefcontext ${isSubstitute ? 'substitute' : ftype} ${target}${state === 'absent' ? ' local' : ''}`,
    `command -v semanage >/dev/null || exit 127
type=$(sed -n 's/^SELINUXTYPE=//p' /etc/selinux/config 2>/dev/null)
lists=/etc/selinux/$type/contexts/files
[ -n "$type" ] && [ -r "$lists/file_contexts" ] || { echo "there is no policy in /etc/selinux" >&2; exit 1; }
t=${quote(target)} k=${quote(KINDS[ftype])}; export t k
${find}
said=
[ ! -e "$lists/${local}" ] || said=$(find "$lists/${local}") || exit 1
${state === 'absent' ? '' : ofPolicy}printf '%s\\n' "\${said:-${NONE}}"`,
  );
}

function wantedOf(args: Arguments, seen: Seen): WantedSetting {
  const request = requestOf(args);
  const answer = seen.of(request);
  const before = answer.kind === 'answer' ? answer.text : NONE;
  const wanted = args.state === 'absent' ? NONE : after(args, before);
  return {
    request,
    wanted,
    accepts: (text) => text === `${wanted}${OF_POLICY}`,
    differences: (text) => [
      { kind: 'field', of: 'SELinux', field: `${args.target}${FILES[args.ftype]}`, before: text, after: wanted },
    ],
    script: scriptOf(args, before),
  };
}

const FILES = {
  a: '',
  b: ' (block devices)',
  c: ' (character devices)',
  d: ' (directories)',
  f: ' (files)',
  l: ' (links)',
  p: ' (pipes)',
  s: ' (sockets)',
} as const;

/** Returns the rule after the change: what the task leaves open stays. */
function after({ substitute, setype = '', seuser, selevel }: Arguments, before: string): string {
  if (substitute !== undefined) return substitute;
  if (setype === '<<none>>') return setype;
  const [user = '', role = '', , ...level] = before.replace(OF_POLICY, '').split(':');
  const isContext = role !== '';
  return [
    seuser ?? (isContext ? user : 'system_u'),
    'object_r',
    setype,
    selevel ?? (isContext ? level.join(':') : 's0'),
  ].join(':');
}

function scriptOf(args: Arguments, before: string): string {
  const { target, substitute, setype, seuser, selevel, ftype, state } = args;
  const run = (words: readonly string[]): string =>
    ['semanage', 'fcontext', ...(args.reload ? [] : ['--noreload']), ...words].map(quote).join(' ');
  if (substitute !== undefined) {
    const isThere = before !== NONE && !before.endsWith(OF_POLICY);
    const remove = run(['--delete', '--equal', isThere ? before : substitute, target]);
    if (state === 'absent') return remove;
    const add = run(['--add', '--equal', substitute, target]);
    return isThere ? `${remove} && ${add}` : add;
  }
  if (state === 'absent') return run(['--delete', '--ftype', ftype, target]);
  return run([
    before === NONE ? '--add' : '--modify',
    '--ftype',
    ftype,
    '--type',
    setype ?? '',
    ...(seuser === undefined ? [] : ['--seuser', seuser]),
    ...(selevel === undefined ? [] : ['--range', selevel]),
    target,
  ]);
}

function taskOf(args: Arguments): Parameters<typeof planSettings>[1] {
  return {
    what: 'the contexts of SELinux',
    program: 'semanage',
    package: 'policycoreutils-python-utils',
    result: {
      target: args.target,
      ftype: args.ftype,
      setype: args.setype ?? null,
      seuser: args.seuser ?? null,
      serange: args.selevel ?? null,
      state: args.state,
    },
    remedyFor: (why) =>
      /no policy/.test(why) ? 'Leave the task out where SELinux is off: when: facts.selinux != "disabled".' : undefined,
  };
}
