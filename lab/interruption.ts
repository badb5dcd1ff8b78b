import { Problem } from '../engine/errors/problem.ts';

/**
 * Aborts at the first Ctrl-C, SIGTERM or SIGHUP, so that started work can be undone.
 * @param tell is given a line for people.
 */
export function interruption(tell: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) tell(`${name}: stopping and cleaning up`);
      controller.abort(new Problem({ code: 'interrupted', what: `interrupted by ${name}` }));
    });
  }
  return controller.signal;
}
