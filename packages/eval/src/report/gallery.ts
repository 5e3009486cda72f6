/** All images, the oddest first. Filtering works without a script. */
import type { ImageLabel } from '@oddpixel/contract';
import { plain, score } from './format.ts';
import { html, type Markup } from './html.ts';
import type { GalleryItem } from './report-data.ts';

const labels: Readonly<Record<ImageLabel, string>> = { ok: 'good', nok: 'defective' };

export function gallery(items: readonly GalleryItem[]): Markup {
  if (items.length === 0) return html`<p class="empty">No pictures.</p>`;
  const sorted = [...items].sort((a, b) => b.score - a.score);
  const wrong = sorted.filter((item) => outcome(item) === 'wrong').length;
  const filters: [id: string, text: string][] = [
    ['all', `all ${sorted.length}`],
    ['wrong', `wrong verdict ${wrong}`],
    ['nok', `defective ${sorted.filter(({ label }) => label === 'nok').length}`],
    ['ok', `good ${sorted.filter(({ label }) => label === 'ok').length}`],
  ];
  return html`<fieldset class="filters">
      <legend>Show</legend>
      ${filters.map(
        ([id, text], i) =>
          html`<label
            ><input
              type="radio"
              name="show"
              id="show-${id}"
              value="${id}"
              ${i === 0 ? { markup: ' checked' } : ''}
            /><span>${text}</span></label
          >`,
      )}
    </fieldset>
    <p class="legend">
      In the overlay: <span class="key key-region"></span>what the model marks
      <span class="key key-truth"></span>ground truth
    </p>
    <ol class="gallery">
      ${sorted.map(card)}
    </ol>`;
}

function outcome({ label, verdict }: GalleryItem): 'right' | 'wrong' | 'open' {
  return verdict === undefined ? 'open' : verdict === label ? 'right' : 'wrong';
}

function card(item: GalleryItem): Markup {
  const { fileName, label, defect, verdict, pValue } = item;
  const result = outcome(item);
  const kind = defect ?? labels[label];
  const said =
    verdict === undefined
      ? html`<span class="badge">no threshold</span>`
      : html`<span class="badge badge-${verdict}">${verdict}</span>${
            result === 'wrong' &&
            html` <span class="badge badge-wrong">${verdict === 'nok' ? 'false alarm' : 'missed'}</span>`
          }`;
  const figure = (uri: string | undefined, what: string): Markup =>
    html`<figure>
      ${
        uri === undefined
          ? html`<div class="nothing" style="aspect-ratio:${item.width}/${item.height}">
              ${label === 'ok' ? 'nothing odd' : 'unknown'}
            </div>`
          : html`<img
              src="${uri}"
              alt="${what} of ${fileName}"
              width="${item.width}"
              height="${item.height}"
              loading="lazy"
              decoding="async"
            />`
      }
      <figcaption>${what}</figcaption>
    </figure>`;
  return html`<li class="card is-${label} is-${result}">
    <div class="card-head">
      <span class="score">${score(item.score)}</span>${said}<span class="kind">${kind}</span>
    </div>
    <p class="file">
      ${fileName}${pValue !== undefined && html` <span class="p">p = ${plain(pValue)}</span>`}
    </p>
    <div class="pictures">
      ${figure(item.image, 'image')}${figure(item.groundTruth, 'ground truth')}${figure(item.map, 'map')}${figure(item.overlay, 'overlay')}
    </div>
  </li>`;
}
