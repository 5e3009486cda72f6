import { describe, expect, test } from 'vitest';
import { parseProject } from './saved-project.ts';

describe('parseProject', () => {
  test('reads what was written', () => {
    const project = { version: 1, images: [], scores: [{ id: 'a', score: 2 }], accepted: [] };
    expect(parseProject(JSON.stringify(project))).toEqual(project);
  });

  test.each(['', '{', 'null', '3', '{"version":2,"images":[],"scores":[],"accepted":[]}', '{"version":1}'])(
    'starts with an empty project if the saved text is %j',
    (text) => {
      expect(parseProject(text)).toBeUndefined();
    },
  );
});
