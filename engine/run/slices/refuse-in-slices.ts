import { type Place, Problem, Problems } from '../../errors/problem.ts';
import type { OfAllHosts } from '../../playbook/base/per-slice.ts';
import type { Block, Include, Play, Step, Task } from '../../playbook/base/play.ts';
import { isSelected, stepsOf, type TagSelection, walkSteps } from '../../playbook/base/select-tasks.ts';
import type { Compiled } from '../../values/compiled.ts';
import { type Slice, sliceName } from '../base/slice.ts';

/** A play whose hosts are in several slices. */
export interface SlicedPlay {
  readonly play: Pick<Play, 'perSlice'>;
  readonly slice: Slice;
  readonly selection: TagSelection;
}

/**
 * Resolves to a Problem for each keyword and variable that concerns all hosts of the play, because a slice would apply
 * it only to its own hosts. Includes with a known name are read too.
 */
export async function playInSlices(sliced: SlicedPlay & { readonly play: Play }): Promise<readonly Problem[]> {
  const { play } = sliced;
  const [serial] = play.serial;
  const own = [
    ...refused('serial', serial === undefined ? undefined : play.serialPlace, sliced),
    ...refused('max_fail_percentage', play.maxFailPercentage?.place, sliced),
    ...refused('any_errors_fatal', written(play.anyErrorsFatal), sliced),
  ];
  return [...own, ...stepsInSlices(await withIncluded(stepsOf(play), sliced, new Set()), sliced)];
}

/** Adds the steps of includes whose name is known. Files that cannot be read are reported elsewhere. */
async function withIncluded(steps: readonly Step[], sliced: SlicedPlay, read: Set<string>): Promise<readonly Step[]> {
  const all = [...steps];
  for (const step of walkSteps(steps)) {
    if (step.kind !== 'include' || read.has(step.id) || !isSelected(step.tags, sliced.selection)) continue;
    read.add(step.id);
    const { references, source, literal } = step.target.kind === 'tasks' ? step.target.file : step.target.role;
    if (references.size > 0) continue;
    all.push(...(await withIncluded(await included(step, literal ?? source), sliced, read)));
  }
  return all;
}

async function included(step: Include, name: string): Promise<readonly Step[]> {
  try {
    return (await step.open(name, [])).steps;
  } catch (error) {
    if (error instanceof Problem || error instanceof Problems) return [];
    throw error;
  }
}

/** Returns such Problems for steps, for example those of an include. Steps that the tags leave out are not checked. */
export function stepsInSlices(steps: readonly Step[], sliced: SlicedPlay): readonly Problem[] {
  return [...walkSteps(steps)].flatMap((step) => {
    if (step.kind !== 'block' && !isSelected(step.tags, sliced.selection)) return [];
    switch (step.kind) {
      case 'task':
        return [...ofAll(step, sliced), ...refused('run_once', written(step.runOnce), sliced)];
      case 'include':
        return refused('run_once', written(step.runOnce), sliced);
      case 'block':
        return ofAll(step, sliced);
      case 'meta':
        return refused('end_play', step.action === 'end_play' ? step.place : undefined, sliced);
      default:
        throw new Error(`unknown step ${JSON.stringify(step satisfies never)}`);
    }
  });
}

function ofAll({ throttle, anyErrorsFatal }: Task | Block, sliced: SlicedPlay): readonly Problem[] {
  return [
    ...refused('throttle', throttle?.literal === 0 ? undefined : throttle?.place, sliced),
    ...refused('any_errors_fatal', written(anyErrorsFatal), sliced),
  ];
}

/** Returns the place of a flag that is or may be true. */
function written(flag: Compiled | Include['runOnce']): Place | undefined {
  return flag === undefined || flag.literal === false ? undefined : flag.place;
}

function refused(
  keyword: Exclude<OfAllHosts, 'localhost' | 'play_hosts'>,
  place: Place | undefined,
  { play, slice }: SlicedPlay,
): readonly Problem[] {
  if (place === undefined || play.perSlice.has(keyword)) return [];
  return [
    new Problem({
      code: 'not-in-slices',
      what: `${ABOUT[keyword]}, and slice ${sliceName(slice)} has only a part of them`,
      place,
      why: WITHOUT[keyword],
      remedy: `If that is what you want, write into the play: per_slice: [${keyword}]. Otherwise run it without --slice.`,
    }),
  ];
}

const ABOUT = {
  serial: 'serial counts the hosts of the play',
  throttle: 'throttle counts the hosts of the play',
  run_once: 'run_once means one of all hosts of the play',
  max_fail_percentage: 'max_fail_percentage is a share of the hosts of the play',
  any_errors_fatal: 'any_errors_fatal stops all hosts of the play',
  end_play: 'meta: end_play ends the play for all of its hosts',
} as const;

const WITHOUT = {
  serial: 'Each slice would have a batch at work at the same time.',
  throttle: 'Each slice would let that number of hosts work at the same time.',
  run_once: 'Each slice would do it once.',
  max_fail_percentage: 'Each slice would count its own failures, and the other slices would go on.',
  any_errors_fatal: 'The other slices would go on.',
  end_play: 'The other slices would go on.',
} as const;
