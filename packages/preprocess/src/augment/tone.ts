/**
 * Brightness, contrast and noise, in place. Values are not clamped to the gray value range: an image keeps all its
 * steps, its mean moves by exactly the brightness, and normalizations that leave the range anyway stay possible.
 */

/** Adds `brightness` and multiplies the distance from `mean` by `contrast`. */
export function adjustTone(
  values: Float32Array,
  mean: number,
  { brightness, contrast }: { readonly brightness: number; readonly contrast: number },
): void {
  if (contrast === 1) {
    for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) + brightness;
    return;
  }
  const shift = mean * (1 - contrast) + brightness;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * contrast + shift;
}

export function meanOf(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/**
 * Adds noise of the given standard deviation to each value. The sum of four uniform numbers is close to a Gaussian
 * (a bell that ends at 3.5 deviations) and needs no logarithm, which engines round differently.
 */
export function addNoise(values: Float32Array, deviation: number, random: () => number): void {
  // A uniform number has the variance 1/12, so four have 1/3.
  const factor = deviation * Math.sqrt(3);
  for (let i = 0; i < values.length; i++) {
    const bell = random() + random() + random() + random() - 2;
    values[i] = (values[i] as number) + bell * factor;
  }
}
