import { describe, expect, test } from 'vitest';
import { describeRemark, mergeRemarks, remarkOnFiles, type Remark } from './remark.ts';

const profile = (...files: string[]): Remark =>
  remarkOnFiles({ code: 'decoding', text: 'the colour profile is ignored', files });

describe('mergeRemarks', () => {
  test('merges equal remarks on 200 files into one remark with 200 files', () => {
    const files = Array.from({ length: 200 }, (_, i) => `${i}.jpg`);
    const [remark, ...others] = mergeRemarks(files.map((file) => profile(file)));
    expect(others).toEqual([]);
    expect(remark).toEqual({
      code: 'decoding',
      message: '0.jpg, 1.jpg, 2.jpg and 197 more: the colour profile is ignored',
      files,
    });
  });

  test('merges merged remarks further, and counts a file once', () => {
    const once = mergeRemarks([profile('a', 'b', 'c', 'd'), profile('b', 'e')]);
    expect(mergeRemarks([...once, profile('a')])).toEqual([profile('a', 'b', 'c', 'd', 'e')]);
  });

  test('keeps remarks apart that differ in code, text or advice, in the order in which they came', () => {
    const remarks = [
      profile('a'),
      remarkOnFiles({ code: 'mask', text: 'the colour profile is ignored', files: ['a'] }),
      remarkOnFiles({ code: 'decoding', text: 'something else', files: ['a'] }),
      remarkOnFiles({ code: 'decoding', text: 'the colour profile is ignored', files: ['a'], fix: 'Do.' }),
      { code: 'unusedFiles', message: '2 files are not used: x and y', files: ['x', 'y'] },
      { code: 'noGoodImages', message: 'the test split has no good image' },
    ];
    expect(mergeRemarks([...remarks, ...remarks])).toEqual(remarks);
  });
});

test('describeRemark puts the advice after the message as a sentence of its own', () => {
  expect(describeRemark({ code: 'x', message: 'a.png: odd', fix: 'Mend it.' })).toBe('a.png: odd. Mend it.');
  expect(describeRemark({ code: 'x', message: 'It is odd.', fix: 'Mend it.' })).toBe('It is odd. Mend it.');
  expect(describeRemark({ code: 'x', message: 'a.png: odd' })).toBe('a.png: odd');
});
