/** Tensors that stay on the device. */
import { isHostTensor, type DeviceTensor, type Tensor } from '@oddpixel/contract';
import { writeGraph } from '@oddpixel/graph';
import type { ConformanceCase } from './case.ts';
import { check, checkRejects, checkTensor } from './check.ts';
import { floats, sum, twoOutputs } from './graphs.ts';

function onDevice(tensor: Tensor | undefined): DeviceTensor {
  check(tensor !== undefined && !isHostTensor(tensor), 'the output stays on the device');
  return tensor;
}

export const deviceCases: readonly ConformanceCase[] = [
  {
    name: 'device: outputs named in keepOnDevice stay there, or come to the host if the capability is missing',
    async run({ backend }): Promise<void> {
      const x = floats([1, 3], [1, 2, 3]);
      const session = await backend.createSession(writeGraph(twoOutputs()), { keepOnDevice: ['doubled'] });
      const { doubled, shifted } = await session.run({ x });
      checkTensor(shifted, floats([1, 3], [2, 4, 6]), 'the other output');
      if (!backend.capabilities.keepOnDevice)
        return checkTensor(doubled, floats([1, 3], [2, 4, 6]), 'doubled');
      const kept = onDevice(doubled);
      check(
        kept.dtype === 'float32' && kept.dims.join() === '1,3',
        'a device tensor knows its type and shape',
      );
      for (let i = 0; i < 2; i++) checkTensor(await kept.read(), floats([1, 3], [2, 4, 6]), 'read');
      kept.dispose();
    },
  },
  {
    name: 'device: kept tensors are fed back without passing the host',
    needs: 'keepOnDevice',
    async run({ backend }): Promise<void> {
      const x = floats([1, 3], [1, 2, 3]);
      const session = await backend.createSession(writeGraph(sum()), { keepOnDevice: ['sum'] });
      let state: Tensor = x;
      for (let i = 0; i < 6; i++) {
        const next = onDevice((await session.run({ a: state, b: x }))['sum']);
        if (!isHostTensor(state)) state.dispose();
        state = next;
      }
      checkTensor(await onDevice(state).read(), floats([1, 3], [7, 14, 21]), 'after six steps');
      onDevice(state).dispose();
    },
  },
  {
    name: 'device: a disposed tensor is refused everywhere, disposing twice does no harm',
    needs: 'keepOnDevice',
    async run({ backend }): Promise<void> {
      const x = floats([1, 3], [1, 2, 3]);
      const session = await backend.createSession(writeGraph(twoOutputs()), {
        keepOnDevice: ['doubled', 'shifted'],
      });
      const outputs = await session.run({ x });
      const kept = onDevice(outputs['doubled']);
      kept.dispose();
      kept.dispose();
      await checkRejects(() => kept.read(), 'DISPOSED', 'read');
      await checkRejects(() => session.run({ x: kept }), 'DISPOSED', 'run');
      checkTensor(
        await onDevice(outputs['shifted']).read(),
        floats([1, 3], [2, 4, 6]),
        'its neighbour lives on',
      );
      onDevice(outputs['shifted']).dispose();
    },
  },
  {
    name: 'device: a tensor of another backend is refused',
    needs: 'keepOnDevice',
    async run({ backend, openAnother }): Promise<void> {
      const x = floats([1, 3], [1, 2, 3]);
      const session = await backend.createSession(writeGraph(twoOutputs()), { keepOnDevice: ['doubled'] });
      const kept = onDevice((await session.run({ x }))['doubled']);
      const other = await (await openAnother()).createSession(writeGraph(twoOutputs()));
      await checkRejects(() => other.run({ x: kept }), 'FOREIGN_TENSOR', 'run');
      kept.dispose();
    },
  },
];
