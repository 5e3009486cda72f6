/** Everything that the page knows, as signals. Views read them; the functions in `actions/` change them. */
import { computed, signal } from '@preact/signals';
import { preprocessParameters } from '@oddpixel/contract';
import { defaultAmounts, defaultHead } from '../heads.ts';
import type {
  DeviceChoice,
  ImageRecord,
  ModelFacts,
  OpenedDevice,
  SavedProject,
  ShareBox,
  TrainOptions,
} from '../protocol.ts';

export type View = 'teach' | 'inspect' | 'correct' | 'take';
export const views: readonly View[] = ['teach', 'inspect', 'correct', 'take'];

/** A job that takes a while, as the page shows it. */
export interface Busy {
  readonly what: 'apples' | 'images' | 'train' | 'score' | 'accept' | 'report' | 'open';
  readonly phase?: string | undefined;
  readonly done: number;
  readonly total: number;
  readonly cancel?: () => void;
}

export interface Message {
  readonly id: number;
  readonly kind: 'info' | 'warning' | 'error';
  readonly text: string;
  /** More lines, for example one per file. */
  readonly lines?: readonly string[] | undefined;
}

export interface CurvePoint {
  readonly epoch: number;
  readonly error: number;
}

export interface ShownThresholds {
  readonly classification: number;
  readonly segmentation: number;
}

/** False until the last visit's state was read: nothing is saved before. */
export const ready = signal(false);
export const view = signal<View>('teach');
export const images = signal<readonly ImageRecord[]>([]);
export const scores = signal<ReadonlyMap<string, number>>(new Map());
/** Why an inspected image has no verdict. */
export const failures = signal<ReadonlyMap<string, string>>(new Map());
/** Images that a person called fine and that the model already holds. */
export const accepted = signal<ReadonlySet<string>>(new Set());
/** Accepted, but the model does not hold them yet. */
export const accepting = signal<ReadonlySet<string>>(new Set());
export const region = signal<ShareBox | undefined>(undefined);
export const model = signal<ModelFacts | undefined>(undefined);
export const thresholds = signal<ShownThresholds | undefined>(undefined);
export const options = signal<TrainOptions>({
  head: defaultHead,
  imageWidth: preprocessParameters.imageWidth.default,
  imageHeight: preprocessParameters.imageHeight.default,
  ...defaultAmounts,
});
/** How strongly maps cover the pictures, 0..1. */
export const opacity = signal(0.6);
export const device = signal<OpenedDevice | undefined>(undefined);
export const deviceChoice = signal<DeviceChoice>('auto');
export const deviceProblem = signal<string | undefined>(undefined);
export const busy = signal<Busy | undefined>(undefined);
/** Changes only when work begins or ends, not with every step of it. */
export const isBusy = computed(() => busy.value !== undefined);
/** Errors of the epochs of the current or last training run. */
export const curve = signal<readonly CurvePoint[]>([]);
export const messages = signal<readonly Message[]>([]);
/** Announced to screen readers. */
export const announcement = signal('');
/** Counts up whenever scores and maps were made again, so that galleries draw again. */
export const mapsVersion = signal(0);

export const taught = computed(() => images.value.filter(({ role }) => role === 'teach'));
export const suspects = computed(() => images.value.filter(({ role }) => role === 'inspect'));

export interface Judged {
  readonly image: ImageRecord;
  readonly score: number;
}

/** Inspected images that have a score, the oddest first. */
export const judged = computed<readonly Judged[]>(() =>
  suspects.value
    .flatMap((image) => {
      const score = scores.value.get(image.id);
      return score === undefined ? [] : [{ image, score }];
    })
    .sort((a, b) => b.score - a.score || a.image.name.localeCompare(b.image.name)),
);

export interface Verdicts {
  readonly odd: number;
  readonly fine: number;
  /** Inspected images without a verdict: not judged yet, or not to be judged. */
  readonly open: number;
  /** Of the images whose truth is known. */
  readonly falseAlarms: number;
  readonly misses: number;
}

export const verdicts = computed<Verdicts>(() => {
  const limit = classification.value;
  const open = suspects.value.length - judged.value.length;
  const counts = { odd: 0, fine: 0, open, falseAlarms: 0, misses: 0 };
  for (const { image, score } of judged.value) {
    const odd = isOdd(score, limit);
    if (odd) counts.odd++;
    else counts.fine++;
    if (odd && image.truth === 'ok') counts.falseAlarms++;
    if (!odd && image.truth === 'nok') counts.misses++;
  }
  return counts;
});

/** Fine is only what is below the limit: a score that is not a number is odd. */
export function isOdd(score: number, limit: number): boolean {
  return !(score < limit);
}

/** A score at or above it is odd. Without a model's or a person's threshold nothing is. */
export const classification = computed(() => thresholds.value?.classification ?? Infinity);
export const segmentation = computed(() => thresholds.value?.segmentation);

/** What is stored between visits. */
export const project = computed<SavedProject>(() => ({
  version: 1,
  images: images.value,
  scores: Array.from(scores.value, ([id, score]) => ({ id, score })),
  accepted: [...accepted.value],
  options: options.value,
  region: region.value,
  thresholds: thresholds.value,
  model: model.value && {
    region: model.value.region,
    fileName: model.value.fileName,
  },
}));
