/** Groups: images of one part, which must never be on two sides of a split. */
import { DatasetError, type Dataset, type Sample } from '@oddpixel/contract';
import { parseCsv } from './csv.ts';
import { normalizeRelativePath } from './paths.ts';

/** What an image's group is: its `group` field, or what a function returns. `undefined`: a group of its own. */
export type GroupBy = 'group' | ((sample: Sample) => string | undefined);

/**
 * Reads a table with the columns `file,group`; files are relative to the data set's image folder.
 *
 * @throws DatasetError listing every bad line.
 */
export function parseGroups(text: string, fileName: string): ReadonlyMap<string, string> {
  const { columns, rows } = parseCsv(text, fileName);
  const missing = ['file', 'group'].filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    throw new DatasetError({
      path: fileName,
      problems: [`the column ${missing.join(' and ')} is missing; found ${columns.join(', ')}`],
      fix: 'The first line must be file,group.',
    });
  }
  const groups = new Map<string, string>();
  const problems: string[] = [];
  for (const { line, cells } of rows) {
    const file = normalizeRelativePath((cells['file'] ?? '').trim());
    const group = (cells['group'] ?? '').trim();
    if (file === undefined) {
      problems.push(`line ${line}: "${cells['file']}" is not a path below the image folder`);
    } else if (group === '') problems.push(`line ${line}: ${file} has no group`);
    else if ((groups.get(file) ?? group) !== group) {
      problems.push(`line ${line}: ${file} is in the groups ${groups.get(file)} and ${group}`);
    } else groups.set(file, group);
  }
  if (problems.length > 0) throw new DatasetError({ path: fileName, problems });
  return groups;
}

/**
 * The data set with groups from a table. Lines about other files are ignored, since a table may serve several
 * selections of the images.
 *
 * @throws DatasetError if not one line is about an image of the data set.
 */
export function applyGroups(
  dataset: Dataset,
  groups: ReadonlyMap<string, string>,
  fileName: string,
): Dataset {
  const byNormalForm = new Map([...groups].map(([file, group]) => [file.normalize(), group]));
  let found = 0;
  const samples = dataset.samples.map((sample) => {
    const group = byNormalForm.get(sample.imageFileName.normalize());
    if (group === undefined) return sample;
    found++;
    return { ...sample, group };
  });
  if (found === 0) {
    const first = [groups.keys().next().value, dataset.samples[0]?.imageFileName];
    throw new DatasetError({
      path: fileName,
      problems: [
        `no line names an image of the data set (the table has ${first[0]}, the data set ${first[1]})`,
      ],
      fix: 'Files in the table are relative to the image folder.',
    });
  }
  return { ...dataset, samples };
}

/** Groups of samples, in order of first appearance; samples without a group stand alone. */
export function collectGroups(samples: readonly Sample[], groupBy: GroupBy = 'group'): Sample[][] {
  const named = new Map<string, Sample[]>();
  const groups: Sample[][] = [];
  for (const sample of samples) {
    const name = groupName(sample, groupBy);
    const known = name === undefined ? undefined : named.get(name);
    if (known !== undefined) known.push(sample);
    else {
      const group = [sample];
      groups.push(group);
      if (name !== undefined) named.set(name, group);
    }
  }
  return groups;
}

export function groupName(sample: Sample, groupBy: GroupBy = 'group'): string | undefined {
  return groupBy === 'group' ? sample.group : groupBy(sample);
}
