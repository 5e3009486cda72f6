/** A data set as plain JSON: which images there are, what is known of them, who may see them. */
import type { Remark } from './remark.ts';

/** The two classes. Id 0 is `ok`, id 1 is `nok`. */
export type ImageLabel = 'ok' | 'nok';
export type ImageLabelId = 0 | 1;

export type Split = 'train' | 'validation' | 'test';

export interface Sample {
  /** Unique within the data set, from 0. */
  readonly imageId: number;
  /** Relative to `Dataset.imageDir`, with `/`. */
  readonly imageFileName: string;
  readonly imageLabel: ImageLabel;
  readonly imageLabelId: ImageLabelId;
  /** Kind of defect, from the folder or table; absent for `ok` images and if unknown. */
  readonly defect?: string | undefined;
  /** Ground-truth mask, relative to `Dataset.anomalyDir`; a pixel > 0 is anomalous. Absent if there is none. */
  readonly anomalyFileName?: string | undefined;
  /** Instead of `anomalyFileName`, if an image has several masks: what any of them marks is anomalous. */
  readonly anomalyFileNames?: readonly string[] | undefined;
  readonly split?: Split | undefined;
  /** Images of one part share a group; a group never crosses a split. */
  readonly group?: string | undefined;
}

export interface Dataset {
  /** Relative to the FileSource's root, with `/`; `''` is the root. */
  readonly imageDir: string;
  /** As `imageDir`; absent if there are no masks. */
  readonly anomalyDir?: string | undefined;
  readonly classNames: readonly ['ok', 'nok'];
  readonly classIds: readonly [0, 1];
  readonly samples: readonly Sample[];
  /** What the reader of the layout noticed, files that it did not use above all. Absent or empty: nothing. */
  readonly remarks?: readonly Remark[] | undefined;
  /** What became of all files below the folder, if the reader of the layout counted them. */
  readonly files?: FileCounts | undefined;
}

/** Numbers of files. A folder that is left out as a whole counts once. */
export interface FileCounts {
  /** Used as images. */
  readonly images: number;
  /** Used as masks. */
  readonly masks: number;
  readonly tables: number;
  /** Hidden files, previews, texts and the like. */
  readonly clutter: number;
  /** Neither used nor clutter; the remarks tell which. */
  readonly unused: number;
  /** Can be neither read nor listed. */
  readonly failed: number;
}
