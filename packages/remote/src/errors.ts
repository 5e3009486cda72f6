/** What can go wrong with a request itself. */
import { OddpixelError } from '@oddpixel/contract';

/** The other end can answer no more: its thread or process has ended, or the channel was closed. */
export class ConnectionClosedError extends OddpixelError<{
  peer: string;
  request: string;
  reason: string;
  fix?: string | undefined;
}> {
  readonly code = 'CONNECTION_CLOSED';
  constructor(
    details: { peer: string; request: string; reason: string; fix?: string | undefined },
    options?: { cause?: unknown },
  ) {
    super(
      `Expected an answer to \`${details.request}\` from ${details.peer}, which can answer no more: ${details.reason}.`,
      { ...details, fix: details.fix ?? 'Connect again; what was running there is lost.' },
      options,
    );
  }
}

/** The other end has no such request. */
export class UnknownRequestError extends OddpixelError<{
  request: string;
  known: readonly string[];
  fix?: string | undefined;
}> {
  readonly code = 'UNKNOWN_REQUEST';
  constructor(details: { request: string; known: readonly string[]; fix?: string | undefined }) {
    const known = details.known.map((name) => `\`${name}\``).join(', ') || 'no request';
    super(`Expected ${known}; received \`${details.request}\`.`, {
      ...details,
      fix: details.fix ?? 'Use the same version at both ends.',
    });
  }
}

/** The two ends are of different versions of this package and do not understand each other. */
export class ProtocolVersionError extends OddpixelError<{
  expected: number;
  received: number | 'none';
  fix?: string | undefined;
}> {
  readonly code = 'PROTOCOL_VERSION';
  constructor(details: { expected: number; received: number | 'none'; fix?: string | undefined }) {
    super(
      `Expected a request of protocol version ${details.expected}; received version ${details.received}.`,
      {
        ...details,
        fix:
          details.fix ??
          'Use the same version of @oddpixel/remote at both ends: reload or rebuild the older one.',
      },
    );
  }
}

/** The other end threw something that is no error of the contract. `name` and `message` are those of what was thrown. */
export class RemoteError extends OddpixelError<{
  name: string;
  message: string;
  /** `code` and `details` of an error class that is not known here. */
  code?: string | undefined;
  details?: object | undefined;
}> {
  readonly code = 'REMOTE';
  constructor(
    details: {
      name: string;
      message: string;
      code?: string | undefined;
      details?: object | undefined;
    },
    options?: { cause?: unknown },
  ) {
    super(details.message, details, options);
    this.name = details.name;
  }
}
