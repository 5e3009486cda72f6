/**
 * A set of pixels as runs. Each run is three numbers in `runs`: row, first column, column after the last;
 * ordered by row, then column, never touching.
 */
export interface Region {
  readonly width: number;
  readonly height: number;
  readonly runs: Int32Array;
}
