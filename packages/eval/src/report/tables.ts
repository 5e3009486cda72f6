/** Tables of the report. */
import type { ModelManifest } from '@oddpixel/contract';
import type { ConfusionMatrix, DefectMeasures, ThresholdName, ThresholdRow } from '../evaluation.ts';
import { measure, percent, plain, score } from './format.ts';
import { html, type Markup } from './html.ts';

const thresholdNames: Readonly<Record<ThresholdName, string>> = {
  model: 'the model',
  maxOk: 'no false alarms',
  minNok: 'no misses',
  intermediate: 'between the two',
  f1Max: 'best F1',
  given: 'given',
};

export function thresholdTable(rows: readonly ThresholdRow[]): Markup {
  if (rows.length === 0) return html`<p class="empty">No thresholds.</p>`;
  return scrolling(
    'Thresholds',
    html`<table>
      <thead>
        <tr>
          <th scope="col">threshold</th>
          <th scope="col" class="number">value</th>
          <th scope="col" class="number">precision</th>
          <th scope="col" class="number">recall</th>
          <th scope="col" class="number">F1</th>
          <th scope="col" class="number">false alarms</th>
          <th scope="col" class="number">misses</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr${row.name === 'model' ? { markup: ' class="model-row"' } : ''}><th scope="row">${thresholdNames[row.name]}</th><td class="number">${score(row.threshold)}</td><td class="number">${measure(row.precision)}</td><td class="number">${measure(row.recall)}</td><td class="number">${measure(row.f1)}</td><td class="number">${row.confusion.falsePositives}</td><td class="number">${row.confusion.falseNegatives}</td></tr>`,
        )}
      </tbody>
    </table>`,
  );
}

/** Absolute and relative confusion matrix of one threshold. */
export function confusionMatrix({ name, confusion, relative }: ThresholdRow): Markup {
  const cell = (key: keyof ConfusionMatrix, right: boolean): Markup =>
    html`<td class="${right ? 'right' : 'wrong'}">
      <strong>${confusion[key]}</strong> <span>${percent(relative[key])}</span>
    </td>`;
  return html`<table class="confusion">
    <caption>
      ${thresholdNames[name]}
    </caption>
    <thead>
      <tr>
        <td></td>
        <th scope="col">called ok</th>
        <th scope="col">called nok</th>
      </tr>
    </thead>
    <tbody>
      <tr>
        <th scope="row">good</th>
        ${cell('trueNegatives', true)}${cell('falsePositives', false)}
      </tr>
      <tr>
        <th scope="row">defective</th>
        ${cell('falseNegatives', false)}${cell('truePositives', true)}
      </tr>
    </tbody>
  </table>`;
}

export function defectTable(rows: readonly DefectMeasures[]): Markup {
  if (rows.length === 0) return html`<p class="empty">No defective images.</p>`;
  return scrolling(
    'Kinds of defect',
    html`<table>
      <thead>
        <tr>
          <th scope="col">defect</th>
          <th scope="col" class="number">images</th>
          <th scope="col" class="number">found</th>
          <th scope="col" class="number">image AUROC</th>
          <th scope="col" class="number">pixel AUROC</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ defect, images, auroc, recall, pixelAuroc }) =>
            html`<tr>
              <th scope="row">${defect}</th>
              <td class="number">${images}</td>
              <td class="number">${percent(recall)}</td>
              <td class="number">${measure(auroc)}</td>
              <td class="number">${measure(pixelAuroc)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

/** Everything that made the model, by its documented names. */
export function parameterTable(manifest: ModelManifest): Markup {
  const { backbone, head, training, preprocessing, scoreMethod, standardDeviationFactor } = manifest;
  const rows: [string, string][] = [
    ['model type', manifest.modelType],
    ...(backbone
      ? [['backbone', `${backbone.id} (${backbone.outputs.join(', ')})`] as [string, string]]
      : []),
    ...(head ? [['head', head.type] as [string, string]] : []),
    ...entries(head?.parameters ?? {}),
    ...(head
      ? [
          ['patch grid', `${head.gridWidth} × ${head.gridHeight}, ${head.featureDims} features each`] as [
            string,
            string,
          ],
        ]
      : []),
    ['scoreMethod', scoreMethod],
    ...(scoreMethod === 'meanDeviation'
      ? [['standardDeviationFactor', String(standardDeviationFactor)] as [string, string]]
      : []),
    ...(training
      ? [
          ['training images', String(training.imageCount)] as [string, string],
          ['seed', String(training.seed)] as [string, string],
        ]
      : []),
    ...entries(training?.augmentation ?? {}),
    ...entries(training?.figures ?? {}),
    [
      'image size',
      `${preprocessing.imageWidth} × ${preprocessing.imageHeight}, ${preprocessing.imageNumChannels} channels`,
    ],
    ['normalizationType', preprocessing.normalizationType],
    ['domainHandling', preprocessing.domainHandling],
    ['product version', manifest.productVersion],
  ];
  return scrolling(
    'Parameters',
    html`<table class="parameters">
      <tbody>
        ${rows.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

function entries(values: Readonly<Record<string, number | string | boolean>>): [string, string][] {
  return Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'number' ? plain(value) : String(value),
  ]);
}

/** Wide tables scroll inside their own frame, which the keyboard can reach. */
function scrolling(label: string, table: Markup): Markup {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${table}</div>`;
}
