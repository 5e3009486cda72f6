/** The student head's training step as the product has it (model-core, heads/student/fit-student.ts), on random features. */
import { hostTensor, type HostTensor, createRandom } from '@oddpixel/contract';
import { GraphBuilder, type Value } from '@oddpixel/graph';
import { adamW, buildTrainingStep, type TrainingStep } from '@oddpixel/graph/training';
import {
  parameterGroups,
  startStudent,
  studentLosses,
  studentShapes,
  type StudentShapes,
} from '../../packages/model-core/src/heads/student/student-network.ts';
import { uniform } from '../shared/numbers.ts';
import type { Sizes, Tensors, Workload } from './workload.ts';

/** What the product takes; a test compares the whole graph with the one that training runs. */
const difficultyWeight = 0.1;
const weightDecay = 1e-4;
const learningRate = 0.002;

/** Deviation of the noise on the features, whose root mean square is 1. */
const noise = 0.5;

export function studentStep(shapes: StudentShapes, dims: number): TrainingStep {
  const g = new GraphBuilder({ name: 'studentStep' });
  const features = g.input('features', 'float32', ['n', dims]);
  const noisy = g.input('noisy', 'float32', ['n', dims]);
  const parameters: Record<string, Value> = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, g.input(name, 'float32', shape)]),
  );
  const { error, difficulty } = studentLosses(features, noisy, parameters);
  const groups = parameterGroups(parameters);
  return buildTrainingStep({
    loss: error,
    parameters: groups.mean,
    others: [{ loss: difficulty, parameters: groups.difficulty, weight: difficultyWeight }],
    optimizer: adamW({ weightDecay }),
  });
}

/** Features of root mean square 1 `[positions, dims]`, and the same with noise. */
export function studentBatch(positions: number, dims: number): Tensors {
  const features = uniform(11, [positions, dims], Math.sqrt(3));
  const added = uniform(12, [positions, dims], noise * Math.sqrt(3));
  const noisy: HostTensor<'float32'> = hostTensor(
    'float32',
    features.dims,
    features.data.map((value, i) => value + (added.data[i] ?? 0)),
  );
  return { features, noisy };
}

export function studentWorkload({ complexity, featureDims }: Sizes, positions: number): Workload {
  const shapes = studentShapes(featureDims, complexity);
  return {
    name: `student-${positions}`,
    what: `student head, complexity ${complexity}, both losses, ${positions} positions of ${featureDims} dims`,
    step: studentStep(shapes, featureDims),
    start: startStudent(shapes, createRandom(1)),
    batch: studentBatch(positions, featureDims),
    learningRate,
    torch: { network: 'student', difficultyWeight, weightDecay, learningRate },
    bar: 1,
  };
}
