/** Making a `Dataset` value and asking it simple questions. */
import type { Dataset, ImageLabel, Sample, Split } from '@oddpixel/contract';
import { knownFields } from './known-fields.ts';
import { compareText, joinPath } from './paths.ts';

/** A sample before it has a number. */
export type SampleDraft = Omit<Sample, 'imageId' | 'imageLabelId'>;

/** Numbers the samples in the order of their file names, so that the same files give the same data set. */
export function makeDataset(
  folders: { readonly imageDir: string; readonly anomalyDir?: string | undefined },
  drafts: readonly SampleDraft[],
): Dataset {
  const sorted = [...drafts].sort((a, b) => compareText(a.imageFileName, b.imageFileName));
  return {
    imageDir: folders.imageDir,
    anomalyDir: folders.anomalyDir,
    classNames: ['ok', 'nok'],
    classIds: [0, 1],
    samples: sorted.map((draft, imageId) =>
      knownFields<Sample>({
        imageId,
        imageFileName: draft.imageFileName,
        imageLabel: draft.imageLabel,
        imageLabelId: draft.imageLabel === 'ok' ? 0 : 1,
        defect: draft.defect,
        anomalyFileName: draft.anomalyFileName,
        anomalyFileNames: draft.anomalyFileNames,
        split: draft.split,
        group: draft.group,
      }),
    ),
  };
}

/** Path of a sample's image in the data set's file source. */
export function imagePath(dataset: Dataset, sample: Sample): string {
  return joinPath(dataset.imageDir, sample.imageFileName);
}

/** Paths of a sample's masks in the data set's file source; none, one, or several whose marks are united. */
export function anomalyPaths(dataset: Dataset, sample: Sample): string[] {
  return anomalyNames(sample).map((name) => joinPath(dataset.anomalyDir ?? '', name));
}

/** As `anomalyPaths`, relative to the folder of the masks. */
export function anomalyNames({
  anomalyFileName,
  anomalyFileNames = [],
}: Pick<Sample, 'anomalyFileName' | 'anomalyFileNames'>): readonly string[] {
  return anomalyFileName === undefined ? anomalyFileNames : [anomalyFileName, ...anomalyFileNames];
}

/** One mask is the plain case; several have a field of their own. */
export function maskFields(names: readonly string[]): Pick<Sample, 'anomalyFileName' | 'anomalyFileNames'> {
  const [first, second] = names;
  if (first === undefined) return {};
  return second === undefined ? { anomalyFileName: first } : { anomalyFileNames: names };
}

/** What to look for; an absent field matches everything, a list matches any of its values. */
export interface SampleQuery {
  readonly split?: Split | readonly Split[];
  readonly label?: ImageLabel | readonly ImageLabel[];
  readonly defect?: string | readonly string[];
  readonly group?: string | readonly string[];
}

/** The samples that match, in the data set's order. */
export function findSamples(dataset: Dataset, query: SampleQuery = {}): Sample[] {
  return dataset.samples.filter(
    (sample) =>
      matches(query.split, sample.split) &&
      matches(query.label, sample.imageLabel) &&
      matches(query.defect, sample.defect) &&
      matches(query.group, sample.group),
  );
}

function matches(wanted: string | readonly string[] | undefined, value: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (value === undefined) return false;
  return typeof wanted === 'string' ? wanted === value : wanted.includes(value);
}
