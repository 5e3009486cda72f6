/** What both ends agree on. A protocol is an interface with one member for each request. */

export interface RequestShape {
  readonly params: unknown;
  readonly result: unknown;
  /** What is sent while the request runs, any number of times. Absent: nothing. */
  readonly progress?: unknown;
}

/** Every member of `P` is a request. An interface fits as well as a type. */
export type Protocol<P> = { readonly [N in keyof P]: RequestShape };

export type ProgressOf<R extends RequestShape> = R extends { readonly progress: infer T } ? T : never;

export interface CallOptions<R extends RequestShape> {
  /**
   * Aborted before the call: rejects with the signal's reason, and nothing is sent. Aborted later: the other end's signal
   * aborts, and its answer counts. A request that stops rejects here with this signal's reason; one that was finished
   * all the same resolves, so that no result is lost that the other end believes to be delivered.
   */
  readonly signal?: AbortSignal | undefined;
  /** Called in the order of sending, never after the call has settled. If it throws, the request is cancelled and rejects with that error. */
  readonly onProgress?: ((progress: ProgressOf<R>) => void) | undefined;
  /** Memory of `params` that moves to the other end instead of being copied: it is detached here. */
  readonly transfer?: readonly ArrayBuffer[] | undefined;
}

/** The end that asks. */
export interface Client<P extends Protocol<P>> {
  /**
   * Requests run side by side; a call waits as long as the other end lives.
   *
   * @throws what the other end threw, the errors of the contract with their class, others as RemoteError;
   *   ConnectionClosedError once the other end can answer no more; UnknownRequestError;
   *   ProtocolVersionError if the other end is of another version
   */
  call<N extends keyof P & string>(
    name: N,
    params: P[N]['params'],
    options?: CallOptions<P[N]>,
  ): Promise<P[N]['result']>;
  /** Resolves with the reason when the other end is gone by itself. Never rejects, and stays pending after `close()`. */
  readonly lost: Promise<string>;
  /** Whether the other end can answer no more. */
  isClosed(): boolean;
  /** Rejects what is still running, then closes the channel. Idempotent. */
  close(): Promise<void>;
}

/** What a handler has beside the parameters. */
export interface RequestContext<R extends RequestShape> {
  /** Aborts when the caller cancels or is gone. A handler that stops throws the signal's reason. */
  readonly signal: AbortSignal;
  /** Does nothing once the request has settled. */
  progress(progress: ProgressOf<R>, transfer?: readonly ArrayBuffer[]): void;
  /** Names memory of the result that moves to the caller instead of being copied. */
  transfer(buffers: readonly ArrayBuffer[]): void;
}

/** The end that answers: one function for each request. */
export type Handlers<P extends Protocol<P>> = {
  readonly [N in keyof P]: (
    params: P[N]['params'],
    context: RequestContext<P[N]>,
  ) => P[N]['result'] | Promise<P[N]['result']>;
};
