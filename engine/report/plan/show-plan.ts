import type { PlanDocument } from '../../run/saved-plan/plan-document.ts';
import { planPieces } from '../../run/saved-plan/plan-file.ts';
import { openOutput } from '../text/output.ts';
import { OwnNames } from '../text/own-names.ts';
import { paintFor } from '../text/paint.ts';
import type { PlaceLink } from './forge-links.ts';
import { partialLine, playLines, summaryLine } from './plan-lines.ts';
import { planMarkdown } from './plan-markdown.ts';

export type PlanFormat = 'text' | 'json' | 'markdown';

export interface ShowOptions {
  readonly file: string;
  readonly format: PlanFormat;
  /** From 1: also tasks in sync and skipped tasks. */
  readonly verbosity: number;
  readonly stdout: NodeJS.WritableStream;
  readonly link: PlaceLink;
}

/** Prints a saved plan: as complete text, as the JSON of its file, or as a comment on a pull request. */
export function printPlan(plan: PlanDocument, { file, format, verbosity, stdout, link }: ShowOptions): void {
  const output = openOutput(stdout);
  switch (format) {
    case 'json':
      for (const piece of planPieces(plan)) output.write(piece);
      return;
    case 'markdown':
      return output.write(planMarkdown(plan, { file, link, names: ownNamesIn(plan) }));
    case 'text': {
      const paint = paintFor(stdout);
      const lines = [
        paint('bold', summaryLine(plan.summary)),
        ...(plan.partial.length === 0 ? [] : [paint('magenta', partialLine(plan.partial))]),
        ...playLines(plan, { paint, diff: true, verbosity, extent: 'whole', names: ownNamesIn(plan) }),
      ];
      return output.write(`${lines.join('\n')}\n`);
    }
    default: {
      const never: never = format;
      throw new Error(`unknown format ${String(never)}`);
    }
  }
}

function ownNamesIn(plan: PlanDocument): OwnNames {
  return new OwnNames(
    new Map(plan.hosts.flatMap(({ name, address }) => (address === undefined ? [] : [[name, address] as const]))),
  );
}
