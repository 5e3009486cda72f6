/** Keys of stores: they become names of files in every host. */
import { ParameterError } from './errors.ts';

/**
 * The key itself, if files can be called so in every host. `name` is what the caller calls it.
 *
 * @throws ParameterError
 */
export function checkStoreKey(key: string, name: string = 'key'): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(key)) return key;
  throw new ParameterError({
    name,
    expected: 'up to 200 letters, digits, dots, dashes and underscores, the first a letter or digit',
    received: JSON.stringify(key),
  });
}
