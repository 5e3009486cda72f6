/** What charts share: frame, axes, and text that a screen reader can use. SVG that takes its colours from the page. */
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { html, type Markup } from './html.ts';
import { plain } from './format.ts';

/** In the units of the drawing, which scales with the page. */
export const chartWidth = 420;
export const chartTop = 14;
const chartHeight = 280;
const margin = { top: chartTop, right: 14, bottom: 44, left: 66 };

export interface Frame {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
}

export interface FrameOptions {
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
}

export function frame({ xDomain, yDomain }: FrameOptions): Frame {
  return {
    x: scaleLinear(xDomain, [margin.left, chartWidth - margin.right]),
    y: scaleLinear(yDomain, [chartHeight - margin.bottom, margin.top]),
  };
}

export interface ChartText {
  readonly id: string;
  readonly title: string;
  /** What a reader would see in it. */
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Which places along x may carry a tick: all, unless it says otherwise. */
  readonly isXTick?: (tick: number) => boolean;
}

/** The chart with axes around `content`. */
export function chart({ x, y }: Frame, text: ChartText, content: readonly Markup[]): Markup {
  const [left, right] = x.range() as [number, number];
  const [bottom, top] = y.range() as [number, number];
  const xTicks = x
    .ticks(5)
    .filter(text.isXTick ?? ((): boolean => true))
    .map(
      (tick) =>
        html`<g transform="translate(${x(tick)} ${bottom})"
          ><line y2="5" class="axis" /><text y="18" text-anchor="middle">${plain(tick)}</text></g
        >`,
    );
  const yTicks = y
    .ticks(4)
    .map(
      (tick) =>
        html`<g transform="translate(${left} ${y(tick)})"
          ><line x2="${right - left}" class="grid" /><text x="-8" dy="0.32em" text-anchor="end"
            >${plain(tick)}</text
          ></g
        >`,
    );
  return html`<svg
    class="chart"
    viewBox="0 0 ${chartWidth} ${chartHeight}"
    role="img"
    aria-labelledby="${text.id}-title ${text.id}-description"
  >
    <title id="${text.id}-title">${text.title}</title>
    <desc id="${text.id}-description">${text.description}</desc>
    <g aria-hidden="true">
      ${yTicks}${xTicks}
      <line x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}" class="axis" />
      <text x="${(left + right) / 2}" y="${chartHeight - 8}" text-anchor="middle" class="axis-label">
        ${text.xLabel}
      </text>
      <text
        transform="translate(13 ${(top + bottom) / 2}) rotate(-90)"
        text-anchor="middle"
        class="axis-label"
      >
        ${text.yLabel}
      </text>
      ${content}
    </g>
  </svg>`;
}
