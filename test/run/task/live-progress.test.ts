import { describe, expect, it } from 'vitest';
import { wholeLines } from '../../../engine/run/task/live-progress.ts';

type Piece = readonly [stream: 'stdout' | 'stderr', text: string];

const CASES: readonly (readonly [what: string, pieces: readonly Piece[], told: readonly string[]])[] = [
  [
    'are the last one of each piece',
    [
      ['stdout', 'one\ntwo\n'],
      ['stdout', 'three\n'],
    ],
    ['two', 'three'],
  ],
  [
    'are whole',
    [
      ['stdout', 'pass'],
      ['stdout', 'word is'],
      ['stdout', ' x\nnext'],
    ],
    ['password is x'],
  ],
  [
    'are of one stream',
    [
      ['stdout', 'hunter'],
      ['stderr', 'warning\n'],
      ['stdout', '2\n'],
    ],
    ['warning', 'hunter2'],
  ],
  [
    'are not empty',
    [
      ['stdout', 'one\n\n'],
      ['stdout', ' \n'],
      ['stdout', ''],
    ],
    [],
  ],
  [
    'are none where a line is too long',
    [
      ['stdout', 'x'.repeat(4000)],
      ['stdout', 'x'.repeat(4000)],
      ['stdout', 'x\n'],
    ],
    [],
  ],
  [
    'go on behind a line that was too long',
    [
      ['stdout', 'x'.repeat(5000)],
      ['stdout', 'end of it\nnext'],
      ['stdout', ' one\n'],
    ],
    ['next one'],
  ],
  ['are none where it stands in one piece', [['stdout', `${'x'.repeat(5000)}\n`]], []],
];

describe('the lines that are told while a command runs', () => {
  it.each(CASES)('%s', (_, pieces, told) => {
    const lines: string[] = [];
    const take = wholeLines((line) => lines.push(line));
    for (const [stream, text] of pieces) take(text, stream);
    expect(lines).toEqual(told);
  });
});
