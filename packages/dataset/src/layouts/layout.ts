/** What every layout reader takes and gives. */
import type { Dataset, FileSource } from '@oddpixel/model-core/contract';

export type DatasetLayout = 'mvtec' | 'folder' | 'csv' | 'halcon';

export interface LayoutInput {
  readonly source: FileSource;
  /** Folder of the data set in the source; `''` is its root. */
  readonly path: string;
  readonly imageDir: string | undefined;
  readonly anomalyDir: string | undefined;
  /** Name of the table, for `csv`. */
  readonly csv: string | undefined;
  readonly onWarning: ((message: string) => void) | undefined;
}

/** Reads one layout. @throws DatasetError listing every problem, FileError. */
export type LayoutReader = (input: LayoutInput) => Promise<Dataset>;
