/** ROC and precision–recall curves. */
import { line } from 'd3-shape';
import type { CurvePoint, Evaluation, ThresholdRow } from '../evaluation.ts';
import { chart, frame, type ChartText } from './chart.ts';
import { measure, percent } from './format.ts';
import { html, type Markup } from './html.ts';

export function rocChart({ roc, image, thresholds }: Evaluation): Markup {
  const model = modelRow(thresholds);
  const here = model && { x: model.relative.falsePositives, y: model.recall };
  return curveChart(roc, here, true, {
    id: 'roc',
    title: 'ROC curve',
    description: `Defective images found against good images called nok, over all thresholds. Area ${measure(image?.auroc)}. ${atModel(model)}`,
    xLabel: 'good images called nok',
    yLabel: 'defective images found',
  });
}

export function precisionRecallChart({ precisionRecall, image, thresholds, counts }: Evaluation): Markup {
  const model = modelRow(thresholds);
  const here = model && { x: model.recall, y: model.precision };
  // The curve ends where all defective images are found; lower thresholds only add good ones, down to the share of
  // defective images among all.
  const all = { x: 1, y: counts.nok / counts.images };
  return curveChart(precisionRecall.length > 0 ? [...precisionRecall, all] : [], here, false, {
    id: 'precision-recall',
    title: 'Precision and recall',
    description: `Share of nok verdicts that are right against defective images found, over all thresholds. Average precision ${measure(image?.ap)}. ${atModel(model)}`,
    xLabel: 'recall: defective images found',
    yLabel: 'precision: right nok verdicts',
  });
}

function modelRow(thresholds: readonly ThresholdRow[]): ThresholdRow | undefined {
  return thresholds.find(({ name }) => name === 'model');
}

function atModel(row: ThresholdRow | undefined): string {
  return row === undefined
    ? ''
    : `At the model's threshold ${percent(row.recall)} of defective images are found and ${percent(row.relative.falsePositives)} of good ones are called nok.`;
}

function curveChart(
  points: readonly Pick<CurvePoint, 'x' | 'y'>[],
  here: { readonly x: number | null; readonly y: number | null } | undefined,
  diagonal: boolean,
  text: ChartText,
): Markup {
  if (points.length === 0) {
    return html`<p class="empty">${text.title}: needs good and defective images.</p>`;
  }
  const scales = frame({ xDomain: [0, 1], yDomain: [0, 1] });
  const { x, y } = scales;
  const path = line<Pick<CurvePoint, 'x' | 'y'>>(
    (point) => Number(x(point.x).toFixed(1)),
    (point) => Number(y(point.y).toFixed(1)),
  )([...points]);
  const chance = html`<line class="chance" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" />`;
  const dot =
    here !== undefined && here.x !== null && here.y !== null
      ? html`<circle class="here" cx="${x(here.x).toFixed(1)}" cy="${y(here.y).toFixed(1)}" r="5" />`
      : undefined;
  return html`${chart(scales, text, [
      ...(diagonal ? [chance] : []),
      html`<path class="curve" d="${path ?? ''}" />`,
      ...(dot === undefined ? [] : [dot]),
    ])}
    <p class="legend">
      ${dot && html`<span class="key key-here"></span>the model's threshold`}${diagonal && html` <span class="key key-chance"></span>chance`}
    </p>`;
}
