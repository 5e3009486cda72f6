import type { Proof } from '../proof.ts';
import { aborts } from './aborts.ts';
import { cacheDamage } from './cache-damage.ts';
import { engine } from './engine.ts';
import { images } from './images.ts';
import { injection } from './injection.ts';
import { kills } from './kills.ts';
import { models } from './models.ts';
import { sessions } from './sessions.ts';
import { soak } from './soak.ts';
import { texts } from './texts.ts';

export const proofs: readonly Proof[] = [
  kills,
  cacheDamage,
  images,
  texts,
  models,
  engine,
  soak,
  sessions,
  aborts,
  injection,
];
