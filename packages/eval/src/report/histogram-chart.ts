/** Scores of good and defective images, and where the thresholds lie. */
import type { Evaluation } from '../evaluation.ts';
import { chart, chartTop, chartWidth, frame } from './chart.ts';
import { score } from './format.ts';
import { html, type Markup } from './html.ts';

export function histogramChart({ histogram, thresholds, counts }: Evaluation): Markup {
  const { edges, ok, nok } = histogram;
  const lines = thresholds.filter(({ name }) => name === 'model' || name === 'f1Max');
  const values = [...edges, ...lines.map(({ threshold }) => threshold)];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const highest = Math.max(1, ...ok.map((count, i) => count + (nok[i] ?? 0)));
  // Room above the bars for the names of the thresholds.
  const scales = frame({
    xDomain: high > low ? [low, high] : [low - 1, high + 1],
    yDomain: [0, highest * (1 + 0.09 * lines.length)],
  });
  const { x, y } = scales;
  const bar = (bin: number, from: number, count: number, kind: 'ok' | 'nok'): Markup | false => {
    const left = x(edges[bin] ?? 0);
    const width = Math.max(0.5, x(edges[bin + 1] ?? 0) - left - 1);
    return (
      count > 0 &&
      html`<rect
        class="fill-${kind}"
        x="${left.toFixed(1)}"
        y="${y(from + count).toFixed(1)}"
        width="${width.toFixed(1)}"
        height="${(y(from) - y(from + count)).toFixed(1)}"
      />`
    );
  };
  const bars = ok.map(
    (count, bin) => html`${bar(bin, 0, count, 'ok')}${bar(bin, count, nok[bin] ?? 0, 'nok')}`,
  );
  const marks = placeLabels(lines.map(({ threshold }) => x(threshold))).map(({ place, row, side }, i) => {
    const { name = 'model', threshold = 0 } = lines[i] ?? {};
    const top = chartTop + rowHeight * row;
    return html`<line
        class="mark ${name === 'model' ? 'mark-model' : 'mark-other'}"
        x1="${place.toFixed(1)}"
        x2="${place.toFixed(1)}"
        y1="${top}"
        y2="${y(0)}"
      /><text
        class="mark-label"
        x="${(place + (side === 'end' ? -5 : 5)).toFixed(1)}"
        y="${top + 9}"
        text-anchor="${side}"
        >${name === 'model' ? 'threshold' : 'best F1'} ${score(threshold)}</text
      >`;
  });
  const text = {
    id: 'histogram',
    title: 'Scores of good and defective images',
    description: `${counts.ok} good and ${counts.nok} defective images, scores from ${score(low)} to ${score(high)}. ${lines
      .map(
        ({ name, threshold }) =>
          `${name === 'model' ? "The model's threshold" : 'The threshold with the best F1'} is ${score(threshold)}.`,
      )
      .join(' ')}`,
    xLabel: 'score (higher is more anomalous)',
    yLabel: 'images',
  };
  return html`${chart(scales, text, [...bars, ...marks])}
    <p class="legend"><span class="key key-ok"></span>good <span class="key key-nok"></span>defective</p>`;
}

/** Height of a line of text and width of a label, in the chart's units: at the size that phones get. */
const rowHeight = 15;
const labelWidth = 130;

interface Label {
  readonly place: number;
  /** Line of text from the top; the mark begins there too. */
  readonly row: number;
  /** Which end of the text stands at the mark. */
  readonly side: 'start' | 'end';
}

/**
 * Labels one below the other so that no mark runs through a label: where the text goes to the right, the left mark
 * comes first; where the right mark has no room to its right, it comes first and its text goes to the left.
 */
function placeLabels(places: readonly number[]): Label[] {
  const right = Math.max(...places);
  const crowded = right + labelWidth > chartWidth;
  const order = [...places].sort((a, b) => (crowded ? b - a : a - b));
  return places.map((place, i) => ({
    place,
    // Equal places keep their own rows.
    row: order.indexOf(place) + places.slice(0, i).filter((other) => other === place).length,
    side: crowded && place > labelWidth + 66 ? 'end' : 'start',
  }));
}
