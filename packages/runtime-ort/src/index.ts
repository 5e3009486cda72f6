/** What runtimes share: for those who write backends. */
export { openChannelBackend, type ChannelBackendOptions } from './port/channel-backend.ts';
export { serveBackend } from './port/serve-backend.ts';
export type { OrtEngine } from './ort/engine.ts';
export { ortBackend, reasonOf, type OrtBackendOptions } from './ort/ort-backend.ts';
export { proveThatItComputes } from './prove.ts';
export {
  recoveringBackend,
  type MortalBackend,
  type RecoveringBackendOptions,
} from './recover/recovering-backend.ts';
export * from './pool/pool-backend.ts';
