import type { Request, Seen } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import { anyThatFits, isPattern } from '../../resources/glob.ts';
import { pathBelow } from '../base/arguments.ts';

/** The arguments with paths that show whether there is nothing to do. */
export const createsRemoves = {
  creates: pathBelow()
    .optional()
    .describe(
      'A path that the command makes, or a pattern of paths (*.conf). If such a path exists, the command does not run.',
    ),
  removes: pathBelow()
    .optional()
    .describe(
      'A path that the command removes, or a pattern of paths. If no such path exists, the command does not run.',
    ),
};

export interface CreatesRemoves {
  readonly creates?: string | undefined;
  readonly removes?: string | undefined;
  readonly chdir?: string | undefined;
}

/**
 * Returns the requests for the paths or patterns of `creates` and `removes`; none for an argument that is not given.
 */
export function createsRemovesRequests(args: CreatesRemoves): readonly Request[] {
  return [args.creates, args.removes].flatMap((one) => (one === undefined ? [] : [requestFor(one, args.chdir)]));
}

/** Returns the path or pattern of `creates`. If such a path exists, there is nothing to do. */
export function createdPath({ creates, chdir }: CreatesRemoves): string | undefined {
  return creates === undefined ? undefined : absolute(creates, chdir);
}

/** Returns why there is nothing to do, as a sentence; undefined if there is something to do. */
export function alreadyDone(args: CreatesRemoves, seen: Seen): string | undefined {
  const { creates, removes, chdir } = args;
  if (creates !== undefined && isThere(creates, chdir, seen)) return `${creates} exists`;
  if (removes !== undefined && !isThere(removes, chdir, seen)) return `${removes} does not exist`;
  return undefined;
}

function isThere(path: string, chdir: string | undefined, seen: Seen): boolean {
  const whole = absolute(path, chdir);
  return isPattern(whole) ? seen.of(anyThatFits(whole)).status === 0 : seen.of(file(whole)).type !== 'absent';
}

function requestFor(path: string, chdir: string | undefined): Request {
  const whole = absolute(path, chdir);
  return isPattern(whole) ? anyThatFits(whole) : file(whole);
}

/** Returns the absolute path. A path without a slash at its beginning is relative to the directory of the command. */
function absolute(path: string, chdir: string | undefined): string {
  return path.startsWith('/') ? path : `${chdir === undefined || chdir === '/' ? '' : chdir}/${path}`;
}
