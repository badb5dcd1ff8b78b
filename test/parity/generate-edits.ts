import { type Json, type JsonMap, isMap } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';

/** Files of lines, as arguments of printf. */
const TEXTS = [
  '',
  'a=1\\n',
  'a=1\\nb=2\\na=3\\n',
  'a=1\\nb=2\\nc=3',
  '# a=0\\na=1\\n\\nb=2\\n',
  'one\\ntwo\\nthree\\ntwo\\n',
  'a=1\\r\\nb=2\\r\\n',
  'keep\\n keep\\nkeep \\n',
  '\\n',
  '[main]\\nx = 1\\n[other]\\nx = 2\\n',
  'ä=ö\\nß=1\\n',
  'a.b\\naxb\\n',
  'x\\fy\\n',
  'tab\\there\\n',
] as const;
const LINES = [
  'a=9',
  'a=1',
  'b=2',
  'new',
  'two',
  '',
  'ä=ö',
  '\\1 x',
  'x = 1',
  ' keep',
  'a.b',
  '$HOME `q` "d"',
  'b=\\g<1>',
] as const;
const PATTERNS = [
  '^a=',
  '^#? *a=',
  'two',
  '^b=(.*)$',
  '(a)=(\\d)',
  '^x',
  'a\\.b',
  '',
  '^$',
  'nothing',
  '^\\[main\\]',
  'ä',
  '(?i)^A=',
  '^(?P<k>a)=',
  'e$',
  '\\bb\\b',
  '^\\s*keep',
] as const;
const PLACES = ['EOF', '^b=', 'two', 'nothing', '^\\[main\\]', 'a', '^#'] as const;
const PLACES_BEFORE = ['BOF', '^b=', 'two', 'nothing', '^\\[other\\]', 'a'] as const;

function text(chance: Chance): readonly string[] {
  const given = [`printf '${chance.one(TEXTS)}' > t`];
  if (chance.of(0.1)) given.push('chmod 640 t', 'chown daemon:adm t');
  if (chance.of(0.06)) given.push('mv t real', 'ln -s real t');
  if (chance.of(0.04)) given.push('setfacl -m u:daemon:rw t');
  return chance.of(0.08) ? [] : given;
}

function common(chance: Chance): Record<string, Json> {
  return {
    path: '@W@/t',
    ...chance.options<Json>({ create: [true, false] }, 0.2),
    ...chance.options<Json>({ mode: ['0600', 'u+x'], owner: ['daemon'] }, 0.08),
  };
}

export function lineCase(chance: Chance): Draft {
  const args = common(chance);
  const absent = chance.of(0.2);
  if (absent) args['state'] = 'absent';
  const by = chance.one(['regexp', 'regexp', 'search_string', 'line'] as const);
  if (by === 'regexp') args['regexp'] = chance.one(PATTERNS);
  if (by === 'search_string')
    args['search_string'] = chance.one(['a=', 'two', 'keep', 'nothing', 'a.b', '[main]'] as const);
  if (!absent || by === 'line') args['line'] = chance.one(LINES);
  if (!absent) {
    if (chance.of(0.35)) args['insertafter'] = chance.one(PLACES);
    else if (chance.of(0.3)) args['insertbefore'] = chance.one(PLACES_BEFORE);
    if (by === 'regexp' && chance.of(0.3)) args['backrefs'] = true;
    if (chance.of(0.2)) args['firstmatch'] = true;
  }
  return { given: text(chance), tasks: [{ lineinfile: args }] };
}

export function blockCase(chance: Chance): Draft {
  const args = common(chance);
  const block = chance.one(['one\n', 'one', 'one\ntwo\n', '', 'ä\n', ' blank\n\nline\n', 'a=1', '# BEGIN x'] as const);
  args['block'] = block;
  if (chance.of(0.15)) args['state'] = 'absent';
  if (chance.of(0.3))
    args['marker'] = chance.one([
      '# {mark} x',
      '; {mark}',
      '<!-- {mark} -->',
      '# {mark} ANSIBLE MANAGED BLOCK',
    ] as const);
  if (chance.of(0.1)) Object.assign(args, { marker_begin: 'START', marker_end: 'STOP' });
  if (chance.of(0.3)) args['insertafter'] = chance.one(PLACES);
  else if (chance.of(0.35)) args['insertbefore'] = chance.one(PLACES_BEFORE);
  Object.assign(args, chance.options<Json>({ append_newline: [true], prepend_newline: [true] }, 0.06));
  const given = [...text(chance)];
  if (chance.of(0.4)) {
    const mark = typeof args['marker'] === 'string' ? args['marker'] : '# {mark} ANSIBLE MANAGED BLOCK';
    const lines = [
      'before',
      mark.replace('{mark}', 'BEGIN'),
      chance.one(['one', 'old', 'one\ntwo'] as const),
      mark.replace('{mark}', 'END'),
      'after',
    ];
    given.push(`cat > t <<'END_OF_TEXT'\n${lines.join('\n')}\nEND_OF_TEXT`);
    if (chance.of(0.1)) given.push('sed -i 3,4d t');
  }
  const tasks: Json[] = [{ blockinfile: args }];
  if (chance.of(0.15)) tasks.push({ blockinfile: { ...args, block: 'second\n' } });
  return { given, tasks };
}

export function replaceCase(chance: Chance): Draft {
  const args: Record<string, Json> = {
    path: '@W@/t',
    regexp: chance.one([
      ...PATTERNS,
      'a(=)(\\d)',
      '^(.*)$',
      '\\n',
      '(?m)^a',
      '(?s)a.*b',
      '[ab]=',
      'a|b',
      'x*',
      '^',
      '$',
      '\\Aa',
      '1\\Z',
    ] as const),
  };
  if (chance.of(0.8))
    args['replace'] = chance.one([
      'new',
      '',
      '\\1',
      '<\\g<1>>',
      '\\2\\1',
      'a\\nb',
      '\\\\',
      '$1',
      '&',
      '\\g<k>',
      'ä',
      '\\t',
    ] as const);
  if (chance.of(0.2)) args['after'] = chance.one(['\\[main\\]', 'a=1', 'nothing', 'one'] as const);
  if (chance.of(0.2)) args['before'] = chance.one(['\\[other\\]', 'b=2', 'nothing', 'three'] as const);
  return { given: text(chance), tasks: [{ replace: args }] };
}

/** Several edits of one file, one after the other. */
export function editsCase(chance: Chance): Draft {
  const drafts = Array.from({ length: chance.number(2, 4) }, () =>
    chance.one([lineCase, blockCase, replaceCase])(chance),
  );
  const given = drafts[0]?.given ?? [];
  const tasks = drafts.flatMap((draft) => draft.tasks);
  const others = tasks.filter((task) => isMap(task) && !('replace' in task));
  // Line ends and empty lines differ on purpose here, so `replace` would get another text.
  const areLinesOther = (given.some((line) => line.includes('\\r\\n')) && others.length > 0) || others.some(isRemoved);
  return { given, tasks: areLinesOther ? others.filter((task) => !seesEmptyLines(task)) : tasks };
}

/** Returns whether the task depends on empty lines. */
function seesEmptyLines(task: Json): boolean {
  const args = isMap(task) ? (task['lineinfile'] ?? null) : null;
  return isMap(args) && [args['regexp'], args['line']].some((one) => one === '' || one === '^$');
}

function blockOf(task: Json): JsonMap {
  const block = isMap(task) ? (task['blockinfile'] ?? null) : null;
  return isMap(block) ? block : {};
}

function isRemoved(task: Json): boolean {
  const block = blockOf(task);
  return block['block'] === '' || block['state'] === 'absent';
}
