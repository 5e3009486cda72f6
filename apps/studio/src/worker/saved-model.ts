/** The model that an earlier visit stored, compared with the hash that it carries before anything of it is shown. */
import { OddpixelError } from '@oddpixel/contract';
import { readModel, verifyModel, type AnomalyModel } from '@oddpixel/model-core';

export type SavedModel =
  | { readonly model: AnomalyModel; readonly damage?: undefined }
  | { readonly model?: undefined; readonly damage: string };

export async function openSavedModel(bytes: Uint8Array): Promise<SavedModel> {
  try {
    const model = readModel(bytes);
    await verifyModel(model);
    return { model };
  } catch (error) {
    if (!(error instanceof OddpixelError)) throw error;
    return {
      damage: `The model that this browser kept from your last visit cannot be used: it is damaged (${error.message}) Your images are all here: train again, or open the model file if you saved one.`,
    };
  }
}
