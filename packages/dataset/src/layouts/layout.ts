/** What every layout reader takes and gives. */
import type { Dataset, FileSource, Remark } from '@oddpixel/contract';

export type DatasetLayout = 'mvtec' | 'folder' | 'csv' | 'halcon';

export interface LayoutInput {
  readonly source: FileSource;
  /** Folder of the data set in the source; `''` is its root. */
  readonly path: string;
  readonly imageDir: string | undefined;
  readonly anomalyDir: string | undefined;
  /** Name of the table, for `csv`. */
  readonly csv: string | undefined;
  /** Notes what a person should know of the data set. */
  readonly remark: (remark: Remark) => void;
}

/** Reads one layout. @throws DatasetError listing every problem, FileError. */
export type LayoutReader = (input: LayoutInput) => Promise<Dataset>;
