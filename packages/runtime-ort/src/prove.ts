/** The smallest proof that a device computes. */
import { hostTensor, isHostTensor, type Backend } from '@oddpixel/contract';
import { oneNodeModel } from '@oddpixel/graph/unstable';

/**
 * Being there does not mean that it works: only a computed result does.
 *
 * @throws Error when the result is wrong; what the backend throws.
 */
export async function proveThatItComputes(backend: Backend): Promise<void> {
  const session = await backend.createSession(oneNodeModel('Add', { dtype: 'float32', dims: [2] }));
  const { y } = await session.run({ x: hostTensor('float32', [2], Float32Array.of(1, -2.5)) });
  await session.dispose();
  if (y === undefined || !isHostTensor(y) || Number(y.data[0]) !== 2 || Number(y.data[1]) !== -5) {
    throw new Error('1 + 1 was not 2 on this device');
  }
}
