import type { OrtBackendOptions } from '@oddpixel/runtime-ort';

/** A kind of device as plain data, which may go to another process: all but the engine. */
export type DeviceDescription = Omit<OrtBackendOptions, 'engine' | 'queue' | 'lost'>;
