/** Asynchronous work on many items, several at a time, results in order. */

/**
 * Yields `work(item)` in the order of `items` while up to `ahead` items are under way. When the consumer stops or an
 * item fails, nothing new is started and what is under way is left to end.
 */
export async function* mapInOrder<T, R>(
  items: readonly T[],
  ahead: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const started: Promise<R>[] = [];
  let next = 0;
  for (let done = 0; done < items.length; done++) {
    for (; next < items.length && next < done + ahead; next++) {
      const result = work(items[next] as T);
      // A failure is reported when its turn comes; without this, one behind it would end the process.
      result.catch(() => undefined);
      started.push(result);
    }
    yield await (started.shift() as Promise<R>);
  }
}
