/** Einsum: sums of products over named axes, such as `bij,bjk->bik`. Not here: the ellipsis. */
import { elementCount } from '@oddpixel/contract/unstable';
import { coordinatesOf, stridesOf } from './indexing.ts';
import { input, invalid, stringAttribute, unsupported } from './operator.ts';
import type { OperatorTable } from './operator.ts';
import { at, numbers } from './value.ts';

export const einsum: OperatorTable = {
  Einsum: (call) => {
    const equation = stringAttribute(call, 'equation', '').replaceAll(' ', '');
    if (equation.includes('.')) throw unsupported(call, 'the ellipsis is not supported');
    const [left = '', right] = equation.split('->');
    const terms = left.split(',').map((term) => [...term]);
    if (terms.length !== call.inputs.length) {
      throw invalid(call, `the equation has ${terms.length} terms for ${call.inputs.length} inputs`);
    }
    const sizes = new Map<string, number>();
    terms.forEach((letters, index) => {
      const { dims } = input(call, index);
      if (letters.length !== dims.length) {
        throw invalid(call, `term ${letters.join('')} does not name the axes of [${dims.join(',')}]`);
      }
      letters.forEach((letter, axis) => {
        const size = dims[axis] as number;
        if ((sizes.get(letter) ?? size) !== size) throw invalid(call, `axis ${letter} has two sizes`);
        sizes.set(letter, size);
      });
    });
    // Without an arrow, the letters that occur once stay, in alphabetical order.
    const all = terms.flat();
    const kept =
      right === undefined
        ? [...sizes.keys()].filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter)).sort()
        : [...right];
    const summed = [...sizes.keys()].filter((letter) => !kept.includes(letter));
    const sizeOf = (letter: string): number => sizes.get(letter) ?? 1;
    const [dims, summedDims] = [kept.map(sizeOf), summed.map(sizeOf)];
    const factors = terms.map((letters, index) => {
      const value = input(call, index);
      const strides = stridesOf(value.dims);
      const data = numbers(value);
      return (place: ReadonlyMap<string, number>): number =>
        at(
          data,
          letters.reduce((sum, letter, axis) => sum + (place.get(letter) ?? 0) * (strides[axis] ?? 0), 0),
        );
    });
    const data = Float64Array.from({ length: elementCount(dims) }, (_, index) => {
      const place = new Map(coordinatesOf(index, dims).map((c, axis) => [kept[axis] as string, c]));
      let sum = 0;
      for (let i = 0; i < elementCount(summedDims); i++) {
        coordinatesOf(i, summedDims).forEach((c, axis) => place.set(summed[axis] as string, c));
        sum += factors.reduce((product, factor) => product * factor(place), 1);
      }
      return sum;
    });
    return { dtype: input(call, 0).dtype, dims, data };
  },
};
