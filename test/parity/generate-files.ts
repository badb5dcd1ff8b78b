import type { Json, JsonMap } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';
import { either } from './spelled.ts';

/** What exists at the path before: commands that make it in the folder of the case. */
const STANDING: readonly [string, readonly string[]][] = [
  ['nothing', []],
  ['a file', ['printf "old\\n" > t', 'chmod 640 t']],
  ['the same file', ['printf "new\\n" > t']],
  ['an empty file', [': > t', 'chmod 600 t']],
  ['a file of another', ['printf "old\\n" > t', 'chown daemon:adm t', 'chmod 4755 t']],
  ['a folder', ['mkdir t', 'printf x > t/in', 'chmod 700 t/in']],
  ['an empty folder', ['mkdir t', 'chmod 2750 t']],
  ['a link to a file', ['printf "old\\n" > real', 'chmod 604 real', 'ln -s real t']],
  ['a link to a folder', ['mkdir -p real/sub', 'ln -s real t']],
  ['a broken link', ['ln -s gone t']],
  ['a hard link', ['printf "old\\n" > real', 'ln real t']],
  ['a file with an ACL', ['printf "old\\n" > t', 'setfacl -m u:daemon:rw t']],
  ['in a folder of a group', ['chgrp adm .', 'chmod 2775 .']],
  ['in a folder with a default ACL', ['setfacl -d -m u:daemon:rwx .']],
];
const MODES = [
  '0644',
  '0600',
  '0755',
  '4755',
  '2755',
  '1777',
  '644',
  '0',
  'u=rw,go=r',
  'u+x',
  'g-w,o=',
  'a+X',
  'u=rwX,g=rX,o=',
  'g=u',
  '+x',
] as const;
const OWNERS = ['root', 'daemon', 'nobody'] as const;
const GROUPS = ['root', 'adm', 'daemon'] as const;

function standing(chance: Chance): readonly string[] {
  return chance.one(STANDING as readonly [[string, readonly string[]], ...[string, readonly string[]][]])[1];
}

function attributes(chance: Chance, probability = 0.35): Record<string, Json> {
  return chance.options<Json>(
    { mode: MODES, owner: [...OWNERS, 'parity-nobody'], group: [...GROUPS, 'parity-nothing'] },
    probability,
  );
}

/** Leaves out accounts that do not exist: after a failure in the middle, the rest of a case proves nothing. */
function knownAttributes(chance: Chance, probability = 0.35): Record<string, Json> {
  return chance.options<Json>({ mode: MODES, owner: OWNERS, group: GROUPS }, probability);
}

export function fileCase(chance: Chance): Draft {
  const state = chance.one(['file', 'directory', 'directory', 'link', 'link', 'hard', 'touch', 'absent'] as const);
  const path = chance.one(['@W@/t', '@W@/t', '@W@/t', '@W@/sub/deep/t', '@W@/t/in', '@W@/t/'] as const);
  const given = [...standing(chance), 'printf "src\\n" > s', 'mkdir d', 'printf "in\\n" > d/in', 'ln -s ../s d/l'];
  const args: Record<string, Json> = { path, state, ...attributes(chance) };
  if (state === 'link') {
    args['src'] = chance.one(['@W@/s', 's', '@W@/d', 'd', '@W@/gone', 'gone', './s', '@W@/t'] as const);
    Object.assign(args, chance.options<Json>({ force: [true, false], follow: [false, true] }, 0.4));
  } else if (state === 'hard') {
    args['src'] = chance.one(['@W@/s', '@W@/gone', '@W@/d/in'] as const);
    Object.assign(args, chance.options<Json>({ force: [true] }, 0.3));
  } else if (state === 'directory')
    Object.assign(args, chance.options<Json>({ recurse: [true], follow: [false] }, 0.3));
  else if (state === 'touch')
    Object.assign(args, chance.options<Json>({ modification_time: ['preserve'], access_time: ['preserve'] }, 0.4));
  else if (state === 'file') Object.assign(args, chance.options<Json>({ follow: [false, true] }, 0.3));
  return { given, tasks: [{ file: args }] };
}

const CONTENTS = [
  'new\n',
  'new',
  '',
  'ä ö €\n',
  'a\r\nb\r\n',
  'two\nlines\n',
  ' blank \n\n',
  'tab\tquote" \'\\n\n',
] as const;

export function copyCase(chance: Chance): Draft {
  const given = [...standing(chance), 'mkdir d', 'printf "in\\n" > d/f'];
  const args: Record<string, Json> = {
    dest: chance.one(['@W@/t', '@W@/t', '@W@/t', '@W@/d', '@W@/d/', '@W@/t/', '@W@/none/t'] as const),
  };
  const files: Record<string, Json> = {};
  if (chance.of(0.5)) {
    files['f'] = chance.one(CONTENTS);
    args['src'] = '@C@/f';
  } else args['content'] = chance.one(CONTENTS);
  Object.assign(
    args,
    attributes(chance),
    chance.options<Json>({ force: [false, true], follow: [true, false], validate: VALIDATIONS }, 0.2),
  );
  return { given, files, tasks: [{ copy: args }], ...validated(args) };
}

/** A folder of the controller, with and without the slash that decides whether the folder itself is copied. */
export function copyFolderCase(chance: Chance): Draft {
  const given = chance.of(0.5) ? [] : ['mkdir -p t/sub', 'printf "old\\n" > t/sub/b', 'printf "mine\\n" > t/mine'];
  const files = { 'f/a': chance.one(CONTENTS), 'f/sub/b': chance.one(CONTENTS), 'f/sub/deep/c': 'c\n' };
  const args: Record<string, Json> = {
    src: chance.one(['@C@/f', '@C@/f/'] as const),
    dest: chance.one(['@W@/t', '@W@/t/', '@W@/none/t'] as const),
    ...chance.options<Json>({ mode: ['0640', 'preserve'], directory_mode: ['0750'], force: [false] }, 0.4),
  };
  return { given, files, tasks: [{ copy: args }] };
}

/** A file of the host that is brought to the controller, which is the same machine here. */
export function fetchCase(chance: Chance): Draft {
  const given = ['printf "src\\n" > s', 'mkdir d', ...(chance.of(0.5) ? ['mkdir got', 'printf "old\\n" > got/s'] : [])];
  const args: Record<string, Json> = {
    src: chance.one(['@W@/s', '@W@/s', '@W@/gone', '@W@/d'] as const),
    dest: chance.one(['@W@/got/', '@W@/got/s', '@W@/none/deep/s'] as const),
    flat: true,
    ...chance.options<Json>({ fail_on_missing: [false, true], validate_checksum: [true] }, 0.4),
  };
  return { given, tasks: [{ fetch: args }] };
}

const VALIDATIONS = ['test -s %s', 'grep -q new %s', 'false %s', 'test -f %s'] as const;

function validated(args: JsonMap): Pick<Draft, 'mayFail'> {
  return 'validate' in args ? { mayFail: ['the new file did not pass: '] } : {};
}

/** Two changes of one path, so that the second one sees the result of the first one. */
export function twoFilesCase(chance: Chance): Draft {
  const given = standing(chance);
  const one = (attributes: typeof knownAttributes): Json => {
    switch (chance.one(['touch', 'directory', 'copy', 'absent', 'link', 'below', 'mode'] as const)) {
      case 'touch':
        return { file: { path: '@W@/t', state: 'touch', ...attributes(chance) } };
      case 'directory':
        return { file: { path: '@W@/t', state: 'directory', ...attributes(chance) } };
      case 'copy':
        return { copy: { dest: '@W@/t', content: chance.one(CONTENTS), ...attributes(chance) } };
      case 'absent':
        return { file: { path: '@W@/t', state: 'absent' } };
      case 'link':
        return { file: { path: '@W@/t', src: '@W@/other', state: 'link', force: true } };
      case 'below':
        return { copy: { dest: '@W@/t/below', content: chance.one(CONTENTS), ...attributes(chance) } };
      case 'mode':
        return { file: { path: '@W@/t', ...attributes(chance, 0.7) } };
    }
  };
  return {
    given,
    tasks: [...Array.from({ length: chance.number(1, 3) }, () => one(knownAttributes)), one(attributes)],
  };
}

const TEMPLATES: readonly [string, string, string][] = [
  ['a variable', 'x = {{ x }}\n', 'x = {{x}}\n'],
  ['a loop', '{% for i in xs %}\n- {{ i }}\n{% endfor %}\nend\n', '{{#each xs}}\n- {{this}}\n{{/each}}\nend\n'],
  ['a loop in a line', '{% for i in xs %}{{ i }},{% endfor +%}\n', '{{#each xs}}{{this}},{{/each}}\n'],
  ['a condition', '{% if flag %}\nyes\n{% else %}\nno\n{% endif %}\n', '{{#if flag}}\nyes\n{{else}}\nno\n{{/if}}\n'],
  ['a condition in a line', 'a{% if flag %} on{% endif %} b\n', 'a{{#if flag}} on{{/if}} b\n'],
  ['no last line end', '{{ x }}', '{{x}}'],
  ['lines at the end', '{{ x }}\n\n\n', '{{x}}\n\n\n'],
  ['upper case', '{{ x | upper }}\n', '{{upper x}}\n'],
  ['a joined list', "{{ xs | join(', ') }}\n", '{{join xs ", "}}\n'],
  ['a default', "{{ nope | default('d') }}\n", '{{default nope "d"}}\n'],
  ['a member', '{{ m.k }} {{ m["k"] }}\n', '{{m.k}} {{lookup m "k"}}\n'],
  ['a length', '{{ xs | length }}\n', '{{length xs}}\n'],
  ['a sum', '{{ n + 1 }}\n', '{{add n 1}}\n'],
  ['base64', '{{ x | b64encode }}\n', '{{b64encode x}}\n'],
  ['JSON', '{{ ys | to_json(separators=(",", ":")) }}\n', '{{json ys}}\n'],
  ['a comment', 'a{# no #}b\n', 'a{{! no }}b\n'],
  ['literal braces', '{% raw %}{{ x }}{% endraw %}!\n', '{{{{raw}}}}{{ x }}{{{{/raw}}}}!\n'],
  ['a number', '{{ n }} {{ f }}\n', '{{n}} {{f}}\n'],
  ['a missing variable', '{{ nope }}\n', '{{nope}}\n'],
  ['CRLF', 'a {{ x }}\r\nb\r\n', 'a {{x}}\r\nb\r\n'],
  ['text alone', 'ä $HOME `x` "q"\n', 'ä $HOME `x` "q"\n'],
  ['the first and last', '{{ xs | first }}{{ xs | last }}\n', '{{first xs}}{{last xs}}\n'],
  ['a replaced text', "{{ x | replace('a', 'b') }}\n", '{{replace x "a" "b"}}\n'],
  [
    'nested blocks',
    '{% for i in xs %}\n{% if i == "b" %}\n b\n{% endif %}\n{% endfor %}\n',
    '{{#each xs}}\n{{#if (eq this "b")}}\n b\n{{/if}}\n{{/each}}\n',
  ],
];

export function templateCase(chance: Chance): Draft {
  const drawn = chance.shuffled(TEMPLATES).slice(0, chance.number(1, 3));
  // A block after such a part would not have a line of its own, which matters in Handlebars only.
  const parts = drawn.toSorted(([, one], [, other]) => Number(other.endsWith('\n')) - Number(one.endsWith('\n')));
  const files = {
    't.tpl': either(parts.map(([, jinja]) => jinja).join(''), parts.map(([, , handlebars]) => handlebars).join('')),
  };
  const args: Record<string, Json> = {
    src: '@C@/t.tpl',
    dest: chance.one(['@W@/t', '@W@/t', '@W@/t', '@W@/d/', '@W@/none/t'] as const),
  };
  Object.assign(
    args,
    attributes(chance, 0.25),
    chance.options<Json>({ force: [false], follow: [true], validate: VALIDATIONS }, 0.15),
  );
  const vars = {
    x: chance.one(['abc', 'a b', 'ä', 'x"y', "it's", '<&>'] as const),
    xs: chance.one<Json>([['a', 'b', 'c'], ['b'], ['z', 'b']]),
    ys: chance.one<Json>([['a', 1], [], ['b']]),
    flag: chance.of(0.5),
    n: chance.number(-3, 40),
    f: chance.one([1.5, 0.25, -2.75] as const),
    m: { k: chance.one(['v', 'ö'] as const) },
  };
  return { given: [...standing(chance), 'mkdir d'], files, tasks: [{ template: args, vars }], ...validated(args) };
}
