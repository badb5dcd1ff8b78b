/** A part of the hosts of a run. Separate runs, on any machine, work on the other parts. */
export interface Slice {
  /** From 1 to `of`. */
  readonly index: number;
  readonly of: number;
  /**
   * Hosts with the same value of this inventory variable are in the same slice. Undefined: each host is assigned alone.
   */
  readonly by: string | undefined;
  /** A name that all slices of one run have. Undefined: none was given. */
  readonly run: string | undefined;
}

/** Returns the options that choose the slice. */
export function sliceOption(slice: Slice): string {
  return `--slice ${sliceName(slice)}${slice.by === undefined ? '' : ` --slice-by ${slice.by}`}`;
}

/** Returns whether a reason why a run is partial is its slice: what `sliceOption` returns. */
export function isSliceOption(reason: string): boolean {
  return reason.startsWith('--slice ');
}

/** Returns the slice as it is written on the command line: `2/7`. */
export function sliceName({ index, of }: Pick<Slice, 'index' | 'of'>): string {
  return `${index}/${of}`;
}
