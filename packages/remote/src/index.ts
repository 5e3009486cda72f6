/** Typed requests to another thread or process. Read `protocol.ts` first. */
export * from './protocol.ts';
export * from './channel.ts';
export { connect, type ConnectOptions } from './client.ts';
export { serve, type ServeOptions } from './server.ts';
export { ConnectionClosedError, ProtocolVersionError, RemoteError, UnknownRequestError } from './errors.ts';
