/** What the worker has open: the device, the store and the model. One thing at a time touches the model. */
import {
  describeRemark,
  type Backend,
  type ImageCodec,
  type Remark,
  type Store,
  mergeRemarks,
} from '@oddpixel/contract';
import { writeModel, type AnomalyModel } from '@oddpixel/model-core';
import { browserCodec } from '@oddpixel/runtime-web';
import { createInspector, type Inspector } from '@oddpixel/workflow';
import type { DeviceChoice, ModelFacts, Notice, OpenedDevice, ShareBox } from '../protocol.ts';
import { openDevice, type DeviceInUse } from './device.ts';
import { studioLimits } from './images.ts';
import { keys, openKeeper, type Keeper } from './keeper.ts';
import { openSavedModel } from './saved-model.ts';

export interface ModelInUse {
  readonly model: AnomalyModel;
  readonly region?: ShareBox | undefined;
  readonly fileName?: string | undefined;
}

export class Session {
  readonly codec: ImageCodec = browserCodec();
  private readonly onNotice: (notice: Notice) => void;
  private device: Promise<DeviceInUse> | undefined;
  private keeper: Promise<Keeper> | undefined;
  private current: ModelInUse | undefined;
  private inspector: Promise<Inspector> | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private readonly told = new Set<string>();

  constructor(onNotice: (notice: Notice) => void) {
    this.onNotice = onNotice;
  }

  /** Shows remarks; a remark on one image is not repeated for the next. */
  tell(remarks: readonly Remark[]): void {
    for (const remark of mergeRemarks(remarks)) {
      const [file = ''] = remark.files ?? [];
      const kind = remark.message.replace(`${file}: `, '');
      if (this.told.has(kind)) continue;
      this.told.add(kind);
      this.onNotice({ about: 'warning', reason: describeRemark(remark) });
    }
  }

  async store(): Promise<Store> {
    this.keeper ??= openKeeper().then((keeper) => {
      if (keeper.reason !== undefined) this.onNotice({ about: 'noStorage', reason: keeper.reason });
      return keeper;
    });
    return (await this.keeper).store;
  }

  async open(choice: DeviceChoice): Promise<OpenedDevice> {
    const opening = openDevice(choice, this.onNotice);
    await opening;
    return this.exclusive(async () => {
      await this.closeInspector();
      const before = await this.device?.catch(() => undefined);
      this.device = opening;
      await before?.backend.dispose();
      return (await opening).opened;
    });
  }

  async backend(): Promise<Backend> {
    this.device ??= openDevice('auto', this.onNotice);
    return (await this.device).backend;
  }

  /** The model in use. @throws Error if there is none */
  get model(): ModelInUse {
    if (this.current !== undefined) return this.current;
    throw new Error('There is no model yet. Train one, or open one.');
  }

  get facts(): ModelFacts | undefined {
    if (this.current === undefined) return undefined;
    const { model, region, fileName } = this.current;
    return {
      manifest: model.manifest,
      sizeBytes: model.bytes.length,
      region,
      fileName,
    };
  }

  /** Replaces the previous model, and is stored. */
  async use(next: ModelInUse): Promise<ModelFacts> {
    await this.closeInspector();
    this.told.clear();
    this.current = next;
    await (await this.store()).put(keys.model, writeModel(next.model));
    return this.facts as ModelFacts;
  }

  /** The model that an earlier visit stored; a damaged one is reported and not used. */
  async restoreModel(about: Omit<ModelInUse, 'model'>): Promise<ModelFacts | undefined> {
    const bytes = await (await this.store()).get(keys.model);
    if (bytes === undefined) return undefined;
    const { model, damage } = await openSavedModel(bytes);
    if (damage !== undefined) this.onNotice({ about: 'warning', reason: damage });
    this.current = model && { ...about, model };
    return this.facts;
  }

  async forgetModel(): Promise<void> {
    await this.closeInspector();
    this.current = undefined;
    await (await this.store()).delete(keys.model);
  }

  /** An inspector for the model in use; opened on first use. Call inside `exclusive`. */
  async inspecting(): Promise<Inspector> {
    const { model } = this.model;
    this.inspector ??= this.backend().then((backend) =>
      createInspector(model, { backend, codec: this.codec, batchSize: 1, prefetch: 1, limits: studioLimits }),
    );
    try {
      return await this.inspector;
    } catch (error) {
      this.inspector = undefined;
      throw error;
    }
  }

  /** Waits for everything that was requested before. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const next = this.last.then(work, work);
    this.last = next.catch(() => undefined);
    return next;
  }

  private async closeInspector(): Promise<void> {
    const inspector = await this.inspector?.catch(() => undefined);
    this.inspector = undefined;
    await inspector?.dispose();
  }
}
