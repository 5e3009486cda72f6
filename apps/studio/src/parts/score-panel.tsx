import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { useId, useMemo } from 'preact/hooks';
import type { ImageLabel } from '@oddpixel/contract';
import { describeStatement } from '@oddpixel/eval/report';
import { formatScore } from '../state/format.ts';
import { histogram, rocOf, type Bin, type Histogram, type Roc } from '../state/statistics.ts';
import {
  accepted,
  classification,
  judged,
  model,
  opacity,
  thresholds,
  verdicts,
  type ShownThresholds,
} from '../state/studio.ts';

const sliderSteps = 500;

/** Scores, the line between fine and odd, and its effect. */
export function ScorePanel(): JSX.Element {
  const bars = useComputed(() => histogram(judged.value, model.value?.manifest.thresholds?.classification));
  const roc = useComputed(() => rocOf(judged.value, accepted.value));
  const { odd, fine, falseAlarms, misses } = verdicts.value;
  const shown = thresholds.value;
  // On phones the pictures come first.
  const roomy = useMemo(() => matchMedia('(min-width: 861px)').matches, []);
  return (
    <section class="score-panel" aria-label="Thresholds">
      <div class="counts" aria-live="polite">
        <p class="count odd">
          <strong>{odd}</strong> odd
        </p>
        <p class="count fine">
          <strong>{fine}</strong> fine
        </p>
        {roc.value && (
          <p class="quiet small-text">
            {falseAlarms} false {falseAlarms === 1 ? 'alarm' : 'alarms'}, {misses} missed
          </p>
        )}
      </div>
      {shown && <ThresholdSlider bars={bars.value} shown={shown} />}
      <details class="more" open={roomy}>
        <summary>Map and measures</summary>
        <div class="more-parts">
          {shown && <MapSliders bars={bars.value} shown={shown} />}
          {roc.value && <RocChart roc={roc.value} />}
          <Statement />
        </div>
      </details>
    </section>
  );
}

interface SliderProps {
  readonly bars: Histogram;
  readonly shown: ShownThresholds;
}

function ThresholdSlider({ bars, shown }: SliderProps): JSX.Element {
  const id = useId();
  const { low, high } = bars;
  return (
    <div class="threshold">
      <label for={id}>
        Odd from score <output for={id}>{formatScore(shown.classification)}</output>
      </label>
      <HistogramChart bars={bars} threshold={shown.classification} />
      <input
        id={id}
        type="range"
        min={low}
        max={high}
        step={(high - low) / sliderSteps}
        value={shown.classification}
        aria-valuetext={formatScore(shown.classification)}
        onInput={({ currentTarget }) => {
          thresholds.value = { ...shown, classification: Number(currentTarget.value) };
        }}
      />
    </div>
  );
}

const width = 300;
const height = 96;
const kinds = ['ok', 'unknown', 'nok'] as const satisfies readonly (keyof Bin)[];

function HistogramChart({
  bars,
  threshold,
}: {
  readonly bars: Histogram;
  readonly threshold: number;
}): JSX.Element {
  const { bins, tallest, low, high } = bars;
  const step = width / bins.length;
  const line = ((threshold - low) / (high - low)) * width;
  const used = kinds.filter((kind) => bins.some((bin) => bin[kind] > 0));
  const words = { ok: 'good', nok: 'odd', unknown: 'unknown' } as const;
  return (
    <figure class="histogram">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Scores from ${formatScore(low)} to ${formatScore(high)}; the threshold is ${formatScore(threshold)}`}
      >
        {bins.map((bin, index) => {
          let top = height;
          return kinds.map((kind) => {
            const tall = (bin[kind] / tallest) * (height - 6);
            top -= tall;
            return tall === 0 ? null : (
              <rect
                key={`${index} ${kind}`}
                class={`bar ${kind}`}
                x={index * step + 0.75}
                width={step - 1.5}
                y={top}
                height={tall}
              />
            );
          });
        })}
        <line class="threshold-line" x1={line} x2={line} y1="0" y2={height} />
      </svg>
      {used.length > 0 && (
        <figcaption>
          {used.map((kind) => (
            <span key={kind} class="key">
              <i class={kind} /> {words[kind]}
            </span>
          ))}
        </figcaption>
      )}
    </figure>
  );
}

function MapSliders({ shown }: SliderProps): JSX.Element {
  const strength = useId();
  const sensitivity = useId();
  const own = model.value?.manifest.thresholds?.segmentation ?? shown.segmentation;
  const mean = model.value?.manifest.calibration?.pixelMean ?? 0;
  const span = own > mean ? own - mean : Math.abs(own) || 1;
  const low = own - 0.75 * span;
  const high = own + 2 * span;
  return (
    <div class="map-sliders">
      <label for={strength}>Map strength</label>
      <input
        id={strength}
        type="range"
        min="0"
        max="1"
        step="0.01"
        value={opacity.value}
        onInput={({ currentTarget }) => (opacity.value = Number(currentTarget.value))}
      />
      <label for={sensitivity}>
        Marked from <output for={sensitivity}>{formatScore(shown.segmentation)}</output>
      </label>
      <input
        id={sensitivity}
        type="range"
        min={low}
        max={high}
        step={(high - low) / sliderSteps}
        value={shown.segmentation}
        onInput={({ currentTarget }) => {
          thresholds.value = { ...shown, segmentation: Number(currentTarget.value) };
        }}
      />
    </div>
  );
}

function RocChart({ roc: { points, auroc, images } }: { readonly roc: Roc }): JSX.Element {
  const side = 120;
  const path = points.map(({ x, y }) => `${(x * side).toFixed(1)},${((1 - y) * side).toFixed(1)}`).join(' ');
  const limit = classification.value;
  const share = (truth: ImageLabel): number => {
    const known = judged.value.filter(({ image }) => image.truth === truth && !accepted.value.has(image.id));
    return known.filter(({ score }) => score >= limit).length / known.length;
  };
  const text = `AUROC ${auroc.toFixed(3)} of ${images} labelled images`;
  return (
    <figure class="roc">
      <svg viewBox={`-4 -4 ${side + 8} ${side + 8}`} role="img" aria-label={text}>
        <path class="axis" d={`M0 0V${side}H${side}`} />
        <line class="chance" x1="0" y1={side} x2={side} y2="0" />
        <polyline points={path} />
        <circle class="here" r="4" cx={share('ok') * side} cy={(1 - share('nok')) * side} />
      </svg>
      <figcaption>
        <strong>{auroc.toFixed(3)}</strong> AUROC
        <span class="quiet small-text">
          How well scores separate {images} labelled images: 1 is perfect, 0.5 is chance.
        </span>
      </figcaption>
    </figure>
  );
}

/** What the model's own threshold promises, or that it was moved. */
function Statement(): JSX.Element | null {
  const own = model.value?.manifest.thresholds;
  const shown = thresholds.value;
  if (shown === undefined) return null;
  const moved =
    own !== undefined &&
    (own.classification !== shown.classification || own.segmentation !== shown.segmentation);
  const reset = (): void => {
    thresholds.value = own;
  };
  return (
    <div class="statement quiet small-text">
      {own?.classification === shown.classification && own.statement && (
        <p>{describeStatement(own.statement)}</p>
      )}
      {own === undefined && <p>The model has no threshold; you set this one.</p>}
      {model.value?.manifest.calibration?.stale === true && (
        <p>Images were added since the threshold was set; it now errs towards fewer alarms.</p>
      )}
      {moved && (
        <button type="button" class="button small" onClick={reset}>
          Back to the model’s thresholds
        </button>
      )}
    </div>
  );
}
