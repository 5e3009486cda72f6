/** The object without the fields that are `undefined`: what a saved data set lists, in the order given. */
export function knownFields<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
