import { parentPort } from 'node:worker_threads';
import type { ProjectFigures } from './figures.ts';
import { surveyProject } from './survey.ts';

/** A project to survey, with pieces of work to leave out. */
export interface Order {
  readonly folder: string;
  readonly skip: readonly string[];
  readonly keep: string | undefined;
}

/** A message of the thread: the work that it begins, or at the end all figures of the project. */
export type Answer =
  | { readonly kind: 'begin'; readonly file: string; readonly during: string }
  | { readonly kind: 'done'; readonly figures: ProjectFigures };

parentPort?.on('message', (order: Order) => {
  const answer = (one: Answer): void => parentPort?.postMessage(one, []);
  const begin = (file: string, during: string): void => answer({ kind: 'begin', file, during });
  void surveyProject(order.folder, { skip: new Set(order.skip), begin, keep: order.keep }).then((figures) =>
    answer({ kind: 'done', figures }),
  );
});
