/** The life of a training in the report: the curve of its error, and what it means in words. */
import type { ModelManifest } from '@oddpixel/contract';
import { percent, plain } from './format.ts';
import { html, type Markup } from './html.ts';
import { trainingChart } from './training-chart.ts';
import { bestRecord, describeEnd, trainingLife } from './training-life.ts';

/** Nothing for models that were fitted without epochs. */
export function trainingSection(manifest: Pick<ModelManifest, 'head' | 'training'>): Markup | undefined {
  const life = trainingLife(manifest);
  if (life === undefined) return undefined;
  const best = bestRecord(life.history);
  return html`<h2>Training</h2>
    <section class="panel training">
      <figure>
        ${trainingChart(life)}
        <figcaption>
          Error: the share of feature variance that the student leaves unexplained, on positions of the
          training images that it never trains on. 0 is perfect, 1 explains nothing.
        </figcaption>
      </figure>
      <div>
        <p>
          <strong>Epoch ${best.epoch} was kept.</strong>
          Its error of ${plain(best.error)} is the lowest.
          ${
            best.error < 1
              ? `The student explains ${percent(1 - best.error)} of the variance.`.replaceAll(' %', '\u00a0%')
              : 'The student explains nothing of the variance.'
          }
        </p>
        <p>${describeEnd(life)}</p>
      </div>
    </section>`;
}
