/** The report: one self-contained HTML file. It loads nothing, runs no script, and works offline. */
import { precisionRecallChart, rocChart } from './curve-chart.ts';
import { measure, percent, score } from './format.ts';
import { gallery } from './gallery.ts';
import { histogramChart } from './histogram-chart.ts';
import { html, type Markup } from './html.ts';
import type { ReportData } from './report-data.ts';
import { describeStatement } from './statement.ts';
import { style } from './style.ts';
import { confusionMatrix, defectTable, parameterTable, thresholdTable } from './tables.ts';
import { trainingSection } from './training-section.ts';

/** HTML text of the report. Everything that comes from outside is escaped. */
export function renderReport(data: ReportData): string {
  const { evaluation, manifest } = data;
  const { thresholds } = evaluation;
  const hasPixels = typeof evaluation.pixel?.auroc === 'number';
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <title>${data.title}</title>
        <style>
          ${{ markup: style }}
        </style>
      </head>
      <body>
        <header>
          <h1>${data.title}</h1>
          <p class="subtitle">${subtitle(data)}</p>
          ${verdicts(data)} ${statement(data)} ${notes(data)}
        </header>
        <main>
          <h2>How well good and defective images separate</h2>
          <div class="panels">
            <section class="panel">
              <h3>Scores</h3>
              ${evaluation.scores.length > 0 ? histogramChart(evaluation) : html`<p class="empty">No scores.</p>`}
            </section>
            <section class="panel">
              <h3>ROC ${evaluation.image && html`· AUROC ${measure(evaluation.image.auroc)}`}</h3>
              ${rocChart(evaluation)}
            </section>
            <section class="panel">
              <h3>Precision and recall ${evaluation.image && html`· AP ${measure(evaluation.image.ap)}`}</h3>
              ${precisionRecallChart(evaluation)}
            </section>
          </div>
          <h2>Verdicts by threshold</h2>
          ${thresholdTable(thresholds)}
          <div class="panels confusions">
            ${thresholds.slice(0, 5).map((row) => html`<section class="panel">${confusionMatrix(row)}</section>`)}
          </div>
          <h2>Kinds of defect</h2>
          ${defectTable(evaluation.perDefect)} ${hasPixels && pixelMeasures(data)}
          ${trainingSection(manifest)}
          <h2>Images, oddest first</h2>
          ${gallery(data.gallery)}
          <h2>Parameters</h2>
          ${parameterTable(manifest)}
        </main>
        <footer>
          Made by Oddpixel ${manifest.productVersion}. A score at or above the threshold is nok; a map pixel
          at or above
          ${manifest.thresholds ? score(manifest.thresholds.segmentation) : 'the segmentation threshold'}
          belongs to the anomalous region.
        </footer>
      </body>
    </html> `.markup;
}

function subtitle({ evaluation, manifest }: ReportData): string {
  const { counts, perDefect } = evaluation;
  const { imageWidth, imageHeight } = manifest.preprocessing;
  return [
    `${counts.ok} good and ${counts.nok} defective images`,
    perDefect.length > 1 && `${perDefect.length} kinds of defect`,
    `${manifest.head === undefined ? manifest.modelType : `${manifest.head.type} head`}, ${imageWidth} × ${imageHeight} pixels`,
  ]
    .filter((part) => part !== false)
    .join(' · ');
}

/** What goes wrong stands out, unless nothing does. */
function some(count: number, one: string, several: string): Markup {
  const text = `${count} ${count === 1 ? one : several}`;
  return count === 0 ? html`no ${several}` : html`<b>${text}</b>`;
}

function verdicts({ evaluation }: ReportData): Markup {
  const { image, pixel, thresholds } = evaluation;
  const model = thresholds.find(({ name }) => name === 'model');
  const interval = image?.intervals.auroc;
  return html`<ul class="verdicts">
    ${
      model &&
      html`<li class="nok">
          <strong>${model.confusion.truePositives + model.confusion.falsePositives}</strong
          ><span>called nok, ${some(model.confusion.falsePositives, 'false alarm', 'false alarms')}</span>
        </li>
        <li class="ok">
          <strong>${model.confusion.trueNegatives + model.confusion.falseNegatives}</strong
          ><span>called ok, ${some(model.confusion.falseNegatives, 'missed defect', 'missed defects')}</span>
        </li>`
    }
    <li>
      <strong>${measure(image?.auroc)}</strong
      ><span
        >image
        AUROC${interval && ` (${percent(evaluation.params.confidence, 0)} interval ${measure(interval[0])} to ${measure(interval[1])})`}</span
      >
    </li>
    ${
      pixel !== null &&
      pixel.auroc !== null &&
      html`<li><strong>${measure(pixel.auroc)}</strong><span>pixel AUROC</span></li>
        <li><strong>${measure(pixel.aupro30)}</strong><span>AUPRO up to 30 % false positives</span></li>`
    }
  </ul>`;
}

function statement({ manifest, evaluation }: ReportData): Markup {
  const { thresholds, calibration } = manifest;
  if (thresholds === undefined) {
    return html`<p class="statement estimated">This model has no threshold, so there are no verdicts.</p>`;
  }
  const words =
    thresholds.statement === undefined
      ? `The threshold was chosen by the rule ${thresholds.classificationMethod}; it makes no claim about false alarms.`
      : describeStatement(thresholds.statement);
  const model = evaluation.thresholds.find(({ name }) => name === 'model');
  const seen =
    model === undefined || evaluation.counts.ok === 0
      ? ''
      : ` On these images the rate was ${percent(model.relative.falsePositives)}: ${model.confusion.falsePositives} of ${evaluation.counts.ok} good ones.`;
  const kind = thresholds.statement?.kind === 'guaranteed' ? '' : ' estimated';
  return html`<p class="statement${kind}">
    <strong>Threshold ${score(thresholds.classification)}.</strong>
    ${`${words}${seen}`.replaceAll(' %', '\u00a0%')}${
      calibration?.stale === true && ' Images were added since; the claim is older than the model.'
    }
  </p>`;
}

function notes({ evaluation, excluded, warnings = [] }: ReportData): Markup | undefined {
  const vanished = evaluation.pixel?.vanishedRegions ?? 0;
  const list = [
    ...(excluded.length > 0
      ? [
          `${excluded.length} images were left out because the model was trained on them: ${excluded.slice(0, 5).join(', ')}${excluded.length > 5 ? ', …' : ''}`,
        ]
      : []),
    ...(vanished > 0
      ? [
          `${vanished} regions of the ground truth are too small for the model's resolution; pixel measures cannot see them.`,
        ]
      : []),
    ...warnings,
  ];
  return list.length === 0
    ? undefined
    : html`<ul class="notes">
        ${list.map((note) => html`<li>${note}</li>`)}
      </ul>`;
}

function pixelMeasures({ evaluation }: ReportData): Markup | undefined {
  const { pixel } = evaluation;
  if (pixel === null) return undefined;
  return html`<h2>Pixels</h2>
    <ul class="verdicts">
      <li><strong>${measure(pixel.auroc)}</strong><span>AUROC</span></li>
      <li><strong>${measure(pixel.ap)}</strong><span>average precision</span></li>
      <li><strong>${measure(pixel.f1Max)}</strong><span>best F1</span></li>
      <li><strong>${measure(pixel.aupro30)}</strong><span>AUPRO up to 30 %</span></li>
      <li><strong>${measure(pixel.aupro5)}</strong><span>AUPRO up to 5 %</span></li>
      <li><strong>${pixel.regions}</strong><span>regions in ${pixel.images} images</span></li>
    </ul>`;
}
