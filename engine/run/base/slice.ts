/** A part of the hosts of a run. Other runs, on any machine, do the other parts. */
export interface Slice {
  /** From 1 to `of`. */
  readonly index: number;
  readonly of: number;
  /** The inventory variable whose value hosts of one slice share. Undefined: each host goes by itself. */
  readonly by: string | undefined;
  /** A name that all slices of one run have. Undefined: none was given. */
  readonly run: string | undefined;
}

/** Returns the options that choose the slice. */
export function sliceOption(slice: Slice): string {
  return `--slice ${sliceName(slice)}${slice.by === undefined ? '' : ` --slice-by ${slice.by}`}`;
}

/** Returns the slice as it is written on the command line: `2/7`. */
export function sliceName({ index, of }: Pick<Slice, 'index' | 'of'>): string {
  return `${index}/${of}`;
}
