import { expect, test } from 'vitest';
import { type TogetherPart, togetherAnswer, togetherScript } from '../../../engine/connection/shell/together.ts';
import { SHELLS, runScript } from '../../resources/local-sh.ts';

const BOUNDARY = '_0123456789abcdef';

/** A part with defaults that go well. */
function part(change: string, more: Partial<TogetherPart> = {}): TogetherPart {
  return { ahead: '', change, proof: ':', ...more };
}

/** Each answer as `letter status output`; then what the look has printed. */
function run(shell: readonly string[], parts: readonly TogetherPart[], look: string): readonly string[] {
  const answer = togetherAnswer(runScript(togetherScript(parts, look, BOUNDARY), shell), BOUNDARY);
  const told = answer.parts.map((one) => {
    const { status: own, stderr: output } = one.kind === 'begun' ? one.change : one.ahead;
    return `${one.kind} ${own} ${output.toString()}`.trim();
  });
  return [
    ...told,
    answer.look === undefined ? 'no look' : `look ${answer.look.status} ${answer.look.stdout.toString()}`,
  ];
}

const LOOK = 'printf looked';

const ROWS: readonly (readonly [string, readonly TogetherPart[], readonly string[]])[] = [
  ['one change', [part(':')], ['begun 0', 'look 0 looked']],
  ['all go well', [part(':'), part('echo said')], ['begun 0', 'begun 0 said', 'look 0 looked']],
  ['the output of both streams is kept', [part('echo out; echo err >&2')], ['begun 0 out\nerr', 'look 0 looked']],
  ['the first failure ends it', [part('exit 3'), part('echo no')], ['begun 3', 'look 0 looked']],
  [
    'a failure says why',
    [part(':'), part(`echo "it's odd" >&2; false`), part(':')],
    ['begun 0', "begun 1 it's odd", 'look 0 looked'],
  ],
  [
    'a proof that does not hold ends it',
    [part(':', { proof: 'false' }), part('echo no')],
    ['begun 0', 'look 0 looked'],
  ],
  [
    'what runs ahead may fail',
    [part(':'), part('echo no', { ahead: 'echo full; exit 4' }), part(':')],
    ['begun 0', 'not_begun 4 full', 'look 0 looked'],
  ],
  ['what runs ahead may go well', [part('echo yes', { ahead: '( : )' })], ['begun 0 yes', 'look 0 looked']],
  [
    'settings of a change end with it',
    [part('set -e; umask 077; cd /; trap "echo trapped" EXIT; t=x'), part('echo "$-" "$t" | grep -q e; umask')],
    ['begun 0 trapped', 'begun 0 0022', 'look 0 looked'],
  ],
  [
    'a change may be killed',
    [part("kill -9 $(exec sh -c 'echo $PPID')"), part('echo no')],
    ['begun 137', 'look 0 looked'],
  ],
  [
    'a change that has begun is finished when the script is to end',
    [part(`kill -s TERM $(exec sh -c 'echo $PPID'); echo finished`)],
    ['begun 0 finished', 'look 0 looked'],
  ],
  ['a case, a comment, quotes', [part("case x in x) echo 'a)b' ;; esac # done)")], ['begun 0 a)b', 'look 0 looked']],
];

test.each(
  SHELLS.flatMap(([name, shell]) => ROWS.map(([what, parts, expected]) => ({ name, shell, what, parts, expected }))),
)('$name: $what', ({ shell, parts, expected }) => {
  expect(run(shell, parts, `umask 022; ${LOOK}`)).toEqual(expected);
});

test('the status of the look is that of the script', () => {
  expect(run(['sh'], [part(':')], 'printf x; exit 5')).toEqual(['begun 0', 'look 5 x']);
});

test('an answer that ended early has no parts', () => {
  const answer = { status: 143, stdout: Buffer.from('nothing'), stderr: Buffer.alloc(0), cut: false };
  expect(togetherAnswer(answer, BOUNDARY)).toEqual({ parts: [], look: undefined });
});
