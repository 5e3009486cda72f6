/** Assertions that need no test framework, so that cases run anywhere. */
import { isHostTensor, type DTypeArrays, type DType, type Tensor } from '@oddpixel/contract';

/** A case found a broken promise. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
}

export function check(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new ConformanceError(promise);
}

/** Largest difference that is still equal: absolute for small numbers, relative for large ones. */
const tolerance = 1e-4;

/** Checks type, shape and values of a tensor on the host. NaN equals NaN. */
export function checkTensor<T extends DType>(
  tensor: Tensor | undefined,
  expected: { readonly dtype: T; readonly dims: readonly number[]; readonly data: DTypeArrays[T] },
  what: string,
): void {
  check(tensor !== undefined, `${what}: the output is returned`);
  check(isHostTensor(tensor), `${what}: the output is on the host`);
  check(tensor.dtype === expected.dtype, `${what}: dtype is ${expected.dtype}, not ${tensor.dtype}`);
  check(
    tensor.dims.length === expected.dims.length &&
      tensor.dims.every((dim, axis) => dim === expected.dims[axis]),
    `${what}: dims are [${expected.dims.join(',')}], not [${tensor.dims.join(',')}]`,
  );
  check(
    tensor.data.constructor === expected.data.constructor && tensor.data.length === expected.data.length,
    `${what}: data is ${expected.data.constructor.name} of ${expected.data.length}, not ${tensor.data.constructor.name} of ${tensor.data.length}`,
  );
  for (let i = 0; i < expected.data.length; i++) {
    const [actual, wanted] = [tensor.data[i] as number | bigint, expected.data[i] as number | bigint];
    check(close(actual, wanted), `${what}: element ${i} is ${wanted}, not ${actual}`);
  }
}

function close(a: number | bigint, b: number | bigint): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a === 'bigint' || typeof b === 'bigint') return false;
  // 0 and −0 are alike; an infinity is only like itself.
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
}

/** Checks that a call rejects with an error of the contract. By code, since two copies of a class are different classes. */
export async function checkRejects(call: () => Promise<unknown>, code: string, what: string): Promise<void> {
  const outcome = await call().then(
    () => 'nothing was thrown',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );
  check(outcome === code, `${what}: rejects with ${code}, not: ${outcome}`);
}
