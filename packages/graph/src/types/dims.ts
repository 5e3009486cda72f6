/** Arithmetic on dimensions that may be names. */
import type { HostTensor } from '@oddpixel/contract';
import type { Dim, RuleContext } from './rule.ts';

/** Shape of an elementwise result by NumPy's broadcasting. */
export function broadcast(a: readonly Dim[], b: readonly Dim[], context: Pick<RuleContext, 'fail'>): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    // A name against a number can only be that number; two names are trusted to agree.
    if (typeof x === 'number' && typeof y === 'number') {
      return context.fail(`[${a.join(',')}] and [${b.join(',')}] cannot be broadcast together`);
    }
    return typeof x === 'number' ? x : y;
  });
}

/** An axis counted from the end as one counted from the start. */
export function normalizeAxis(axis: number, rank: number, context: Pick<RuleContext, 'fail'>): number {
  const normalized = axis < 0 ? axis + rank : axis;
  return normalized >= 0 && normalized < rank ? normalized : context.fail(`axis ${axis} does not exist`);
}

/** A tensor of integers as plain numbers; `undefined` if there is none. */
export function integers(tensor: HostTensor | undefined): number[] | undefined {
  return tensor === undefined ? undefined : Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

/** The product, or a name that stands for it. */
export function product(dims: readonly Dim[]): Dim {
  const names = dims.filter((dim) => typeof dim === 'string');
  const number = dims.reduce<number>((p, dim) => (typeof dim === 'number' ? p * dim : p), 1);
  if (names.length === 0) return number;
  if (number === 0) return 0;
  return number === 1 ? names.join('*') : `${names.join('*')}*${number}`;
}

/** A named dimension after a calculation: a name of its own. */
export function derived(dim: Dim, calculate: (size: number) => number, label: string): Dim {
  return typeof dim === 'number' ? calculate(dim) : `${label}(${dim})`;
}
