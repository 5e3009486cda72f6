/** Small building blocks for streams of images: bounded, ordered, cancellable. */

/**
 * Maps a stream with at most `limit` calls in flight, and yields the results in the order of the input.
 *
 * Memory is bounded: no more than `limit` inputs are pulled before their results are taken. A result that is there
 * does not wait for the next input, so a slow source (a camera, a person) sees each answer at once.
 * The first failure ends the stream with that error.
 */
export async function* mapOrdered<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const inFlight: Promise<R>[] = [];
  let pull: Promise<IteratorResult<T>> | undefined;
  let exhausted = false;
  try {
    for (;;) {
      if (!exhausted && inFlight.length < limit) pull ??= quiet(Promise.resolve(iterator.next()));
      const [first] = inFlight;
      if (first === undefined && pull === undefined) return;
      // Inputs go before results: whoever computes shall not wait for whoever looks.
      const ready = [pull?.then(() => true), first?.then(isResult, isResult)];
      if (await Promise.race(ready.filter((promise) => promise !== undefined))) {
        const next = await pull;
        pull = undefined;
        if (next === undefined || next.done === true) exhausted = true;
        else inFlight.push(quiet(map(next.value)));
      } else {
        yield (await inFlight.shift()) as R;
      }
    }
  } finally {
    const closed = iterator.return?.();
    // A source that is waiting for something may never answer: it is cancelled, not waited for.
    if (pull === undefined) await closed;
    else if (closed !== undefined) quiet(Promise.resolve(closed));
  }
}

const isResult = (): boolean => false;

/** A failure is seen when its turn comes; until then it must not count as unhandled. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** Groups a stream into arrays of `size`; the last one may be shorter. */
export async function* inBatches<T>(
  items: AsyncIterable<T> | Iterable<T>,
  size: number,
): AsyncGenerator<T[], void, undefined> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
