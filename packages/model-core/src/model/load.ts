/** A model on a backend: preprocessed samples in, results out. */
import { ModelFormatError, type Backend, type PreprocessedSample, type Result } from '@oddpixel/contract';
import { applyBatch, graphNames } from './apply-batch.ts';
import { checkModel } from './check-model.ts';
import { assertTrained, readableBytes, verifyModel, type AnomalyModel } from './model.ts';

export interface LoadedModel {
  readonly model: AnomalyModel;
  readonly backend: Backend;
  /**
   * Scores samples in one batch, in order. If the model has thresholds, verdict and region are set.
   *
   * @throws TensorMismatchError if a sample was not preprocessed for this model; ResultError if what the model
   *   computed is not finite; ModelFormatError if it is not one score and one map per sample.
   */
  apply(samples: readonly PreprocessedSample[], options?: { signal?: AbortSignal }): Promise<Result[]>;
  dispose(): Promise<void>;
}

/**
 * Opens a trained model on a backend.
 *
 * @throws ModelStateError for an initial model; ModelFormatError if the graph does not keep its promise.
 */
export async function loadModel(model: AnomalyModel, backend: Backend): Promise<LoadedModel> {
  assertTrained(model);
  checkModel({ manifest: model.manifest, bytes: readableBytes(model) });
  await verifyModel(model);
  const names = graphNames(model);
  const session = await backend.createSession(readableBytes(model));
  const missing = [names.map, names.score].find(
    (name) => name !== undefined && !session.outputs.some((o) => o.name === name),
  );
  if (missing !== undefined) {
    await session.dispose();
    throw new ModelFormatError({ where: 'graph outputs', problem: `there is no output \`${missing}\`` });
  }
  // Foreign models are often exported for a single image.
  const oneByOne = session.inputs.find(({ name }) => name === names.input)?.dims[0] === 1;
  return {
    model,
    backend,
    async apply(samples, options) {
      if (!oneByOne) return (await applyBatch(model, session, samples, options)).results;
      const results: Result[] = [];
      for (const sample of samples) {
        results.push(...(await applyBatch(model, session, [sample], options)).results);
      }
      return results;
    },
    dispose: () => session.dispose(),
  };
}
