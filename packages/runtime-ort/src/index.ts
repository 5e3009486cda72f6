/** What runtimes share: for those who write backends. */
export { openChannelBackend, type ChannelBackendOptions } from './port/channel-backend.ts';
export { serveBackend } from './port/serve-backend.ts';
export type { OrtEngine, OrtProvider, OrtSessionOptions } from './ort/engine.ts';
export { ortBackend, type OrtBackendOptions } from './ort/ort-backend.ts';
export {
  recoveringBackend,
  type MortalBackend,
  type RecoveringBackendOptions,
} from './recover/recovering-backend.ts';
export { poolBackend, type PoolOptions } from './pool/pool-backend.ts';
