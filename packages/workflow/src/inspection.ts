/** What the inspector says about one image. */
import type { PreprocessedSample, Raster, Remark, Result, ResultJson } from '@oddpixel/contract';
import { resultToJson } from '@oddpixel/model-core';

export interface Inspection {
  readonly name: string;
  readonly result: Result;
  /** The decoded image. */
  readonly raster: Raster;
  /** What the model saw. With tiles: absent. */
  readonly prepared?: PreprocessedSample;
  /** What a person should know about this image, for example that its colour profile was ignored. */
  readonly remarks: readonly Remark[];
  /** What `JSON.stringify` writes: everything but pixels and map. The lines of `oddpixel predict --jsonl` have this form. */
  toJSON(): InspectionJson;
}

export interface InspectionJson extends ResultJson {
  readonly name: string;
  readonly remarks: readonly Remark[];
}

class InspectedImage {
  constructor(fields: Omit<Inspection, 'toJSON'>) {
    Object.assign(this, fields);
  }

  toJSON(this: Inspection): InspectionJson {
    return { name: this.name, ...resultToJson(this.result), remarks: this.remarks };
  }
}

export function createInspection(fields: Omit<Inspection, 'toJSON'>): Inspection {
  return new InspectedImage(fields) as Inspection;
}
