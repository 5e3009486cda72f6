/**
 * The messages between page and worker. The page holds what is known about the images and what was chosen; the worker
 * holds the bytes, the model and the device. Every job is answered exactly once, with a result or an error.
 */
import type { Amounts, HeadName } from './heads.ts';
import type { ImageLabel, ModelManifest, Raster, Thresholds } from '@oddpixel/contract';
import type { RequestContext } from '@oddpixel/remote';

/** `teach`: a good image that the model learns from. `inspect`: one that it judges. */
export type Role = 'teach' | 'inspect';

/** One image as the page knows it. */
export interface ImageRecord {
  /** First 16 hex digits of the SHA-256 of the file's bytes: the same file is kept once. */
  readonly id: string;
  /** Path or name that it came with. */
  readonly name: string;
  readonly role: Role;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** From a person or the folder; absent if unknown. */
  readonly truth?: ImageLabel | undefined;
  readonly defect?: string | undefined;
  /** A mask of the defect is stored. */
  readonly hasMask?: boolean | undefined;
}

/** A file that was chosen, dropped or taken by the camera. */
export interface IncomingFile {
  readonly name: string;
  readonly bytes: Blob;
  readonly role: Role;
  readonly truth?: ImageLabel;
  readonly defect?: string | undefined;
  /** Files of its masks; what any of them marks is a defect. */
  readonly masks?: readonly Blob[] | undefined;
}

/** A box in shares of the image's width and height, 0..1, so that it fits images of any size. */
export interface ShareBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A map that is small enough to keep for every image: the largest of every few model pixels, so that no peak is lost. */
export interface SmallMap {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array<ArrayBuffer>;
}

export type DeviceChoice = 'auto' | 'webgpu' | 'wasm';

export interface OpenedDevice {
  readonly device: 'webgpu' | 'wasm';
  readonly threads: number;
  /** Why WebGPU was not used. */
  readonly reason?: string | undefined;
  /** Addresses of what was loaded, so that it can be kept for work without a network. */
  readonly loaded: readonly string[];
}

/** The amounts are parameters of the heads; a head uses its own. */
export interface TrainOptions extends Amounts {
  readonly head: HeadName;
  /** Model input in pixels. */
  readonly imageWidth: number;
  readonly imageHeight: number;
}

interface TrainStep {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly error?: number;
}

/** The model as the page knows it. */
export interface ModelFacts {
  readonly manifest: ModelManifest;
  readonly sizeBytes: number;
  /** Part of each image that the model sees; absent: all of it. */
  readonly region?: ShareBox | undefined;
  /** File that it was opened from; absent for one that was trained here. */
  readonly fileName?: string | undefined;
}

/** An image without a verdict. */
interface FailedImage {
  readonly id: string;
  readonly message: string;
}

interface ScoredImage {
  readonly id: string;
  readonly score: number;
}

/** A problem with one file; the others continue. */
export interface FileProblem {
  readonly name: string;
  readonly message: string;
}

export interface Added {
  readonly images: readonly ImageRecord[];
  readonly problems: readonly FileProblem[];
}

export interface DetailMap {
  readonly map: SmallMap;
  /** The part of the image that the map lies on. */
  readonly region?: ShareBox | undefined;
}

export interface LiveResult {
  readonly score: number;
  readonly map: SmallMap;
  readonly region?: ShareBox | undefined;
}

/** What is stored between visits, as JSON. */
export interface SavedProject {
  readonly version: 1;
  readonly images: readonly ImageRecord[];
  readonly scores: readonly ScoredImage[];
  /** Accepted as fine: already part of the model. */
  readonly accepted: readonly string[];
  readonly region?: ShareBox | undefined;
  readonly thresholds?: Pick<Thresholds, 'classification' | 'segmentation'> | undefined;
  readonly options?: TrainOptions;
  readonly model?:
    { readonly region?: ShareBox | undefined; readonly fileName?: string | undefined } | undefined;
}

/** Every job: its parameters, result and progress. `@oddpixel/remote` carries them. */
export interface Jobs {
  /** What concerns no single job, for as long as the page listens. Requested first. */
  notices: { params: null; result: never; progress: Notice };
  open: { params: { device: DeviceChoice }; result: OpenedDevice };
  restore: {
    params: null;
    result: { project?: SavedProject | undefined; model?: ModelFacts | undefined };
  };
  save: { params: SavedProject; result: null };
  forget: { params: { ids: readonly string[]; model: boolean }; result: null };
  apples: {
    params: {
      width: number;
      height: number;
      train: number;
      testGood: number;
      testDefect: number;
      seed: number;
    };
    result: Added;
    progress: { image: ImageRecord; done: number; total: number };
  };
  /** Small apples for the welcome, one of them odd. */
  mosaic: {
    params: { side: number; count: number; odd: number };
    result: null;
    progress: { picture: Blob; odd: boolean };
  };
  addImages: {
    params: { files: readonly IncomingFile[]; known: readonly string[] };
    result: Added;
  };
  picture: { params: { id: string }; result: Blob };
  map: { params: { id: string }; result: SmallMap | null };
  train: {
    params: { images: readonly ImageRecord[]; options: TrainOptions; region?: ShareBox | undefined };
    result: ModelFacts;
    progress: TrainStep;
  };
  score: {
    params: { images: readonly ImageRecord[] };
    result: null;
    /** Every image is either scored or, with a reason, not. */
    progress: { scored?: ScoredImage; failed?: FailedImage; done: number; total: number };
  };
  detail: { params: { image: ImageRecord }; result: DetailMap };
  accept: {
    params: { images: readonly ImageRecord[] };
    result: { model: ModelFacts; rowsAdded: number };
  };
  live: { params: { raster: Raster }; result: LiveResult };
  encode: { params: { raster: Raster }; result: Blob };
  openModel: { params: { bytes: Blob; fileName: string }; result: ModelFacts };
  exportModel: {
    params: { thresholds?: Pick<Thresholds, 'classification' | 'segmentation'> };
    result: Blob;
  };
  report: {
    params: {
      images: readonly ImageRecord[];
      thresholds?: Pick<Thresholds, 'classification' | 'segmentation'>;
      title: string;
    };
    result: Blob;
    progress: { done: number; total: number };
  };
}

/** What a job in the worker receives besides its parameters. */
export type JobContext<N extends keyof Jobs> = RequestContext<Jobs[N]>;

export type Notice =
  /** The browser took the graphics device away; another one is requested. */
  | { readonly about: 'deviceLost'; readonly reason: string }
  /** Nothing can be kept between visits. */
  | { readonly about: 'noStorage'; readonly reason: string }
  | { readonly about: 'warning'; readonly reason: string };
