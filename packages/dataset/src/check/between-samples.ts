/** Problems between images: duplicates, groups over several splits, mixtures of kinds, nothing to learn from. */
import type { Sample } from '@oddpixel/contract';
import { list, type DatasetProblem, type Finding } from './problem.ts';

export function findDuplicates(findings: readonly Finding[]): DatasetProblem[] {
  const byHash = new Map<string, Sample[]>();
  for (const { sample, hash } of findings) {
    if (hash !== undefined) byHash.set(hash, [...(byHash.get(hash) ?? []), sample]);
  }
  const problems: DatasetProblem[] = [];
  for (const samples of byHash.values()) {
    if (samples.length < 2) continue;
    const names = list(samples.map(({ imageFileName }) => imageFileName));
    const imageIds = samples.map(({ imageId }) => imageId);
    const splits = [...new Set(samples.map(({ split }) => split ?? 'none'))].sort();
    if (splits.length > 1) {
      const message = `the same image is in the splits ${splits.join(' and ')}: ${names}`;
      problems.push({ kind: 'trainTestLeak', severity: 'error', imageIds, message });
    } else {
      const message = `the same image occurs ${samples.length} times: ${names}`;
      problems.push({ kind: 'duplicateContent', severity: 'warning', imageIds, message });
    }
    if (new Set(samples.map(({ imageLabel }) => imageLabel)).size > 1) {
      const message = `the same image is labelled good and defective: ${names}`;
      problems.push({ kind: 'contradictingLabels', severity: 'error', imageIds, message });
    }
  }
  return problems;
}

export function findCrossingGroups(samples: readonly Sample[]): DatasetProblem[] {
  const byGroup = new Map<string, Sample[]>();
  for (const sample of samples) {
    if (sample.group !== undefined) byGroup.set(sample.group, [...(byGroup.get(sample.group) ?? []), sample]);
  }
  return [...byGroup].flatMap(([group, members]) => {
    const splits = [...new Set(members.map(({ split }) => split ?? 'none'))].sort();
    if (splits.length < 2) return [];
    const imageIds = members.map(({ imageId }) => imageId);
    const message = `the group ${group} is in the splits ${splits.join(' and ')}`;
    return [{ kind: 'groupCrossesSplits', severity: 'error', imageIds, message } as const];
  });
}

export function findMixtures(findings: readonly Finding[]): DatasetProblem[] {
  const problems: DatasetProblem[] = [];
  for (const [kind, field] of [
    ['mixedDepth', 'depth'],
    ['mixedChannels', 'channels'],
  ] as const) {
    const byValue = new Map<string, Sample[]>();
    for (const finding of findings) {
      const value = finding.image?.[field];
      if (value !== undefined) byValue.set(value, [...(byValue.get(value) ?? []), finding.sample]);
    }
    const [usual, ...others] = [...byValue].sort(([, a], [, b]) => b.length - a.length);
    if (usual === undefined) continue;
    for (const [value, samples] of others) {
      problems.push({
        kind,
        severity: 'warning',
        imageIds: samples.map(({ imageId }) => imageId),
        message: `most images are ${usual[0]}, but ${samples.length} ${samples.length === 1 ? 'is' : 'are'} ${value}: ${list(samples.map(({ imageFileName }) => imageFileName))}`,
      });
    }
  }
  return problems;
}

export function findNoGood(samples: readonly Sample[]): DatasetProblem[] {
  const isSplit = samples.some(({ split }) => split !== undefined);
  const good = samples.filter(
    ({ imageLabel, split }) => imageLabel === 'ok' && (!isSplit || split === 'train'),
  );
  if (good.length > 0) return [];
  const message = `there is no good image${isSplit ? ' in train' : ''} to learn from`;
  return [{ kind: 'noGoodImages', severity: 'error', imageIds: [], message }];
}
