/** Sources and the store in a real Chromium. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserTitle, chromiumPath } from '@oddpixel/testing/browser';
import { base64, openTestPage, succeeded, type TestPage } from '../../test/images/images-page.ts';

describe.skipIf(chromiumPath === undefined)(browserTitle('in Chromium'), () => {
  let site: TestPage;
  let folder: string;
  beforeAll(async () => {
    site = await openTestPage();
    folder = await mkdtemp(join(tmpdir(), 'oddpixel-'));
    const tree = join(folder, 'tree');
    await mkdir(join(tree, 'b', 'd'), { recursive: true });
    await writeFile(join(tree, 'a.txt'), 'A');
    await writeFile(join(tree, 'b', 'c.txt'), 'C');
    await writeFile(join(tree, 'b', 'd', 'e.txt'), 'E');
    await site.page.setContent('<input type="file" webkitdirectory multiple>');
    await site.page.locator('input').setInputFiles(tree);
  }, 120_000);
  afterAll(async () => {
    await site.close();
    await rm(folder, { recursive: true });
  });

  const refused = expect.objectContaining({
    failure: expect.objectContaining({ code: 'FILE' }),
  });

  test.each([
    ['chosen', true],
    ['directory', false],
    ['dropped', false],
  ] as const)('a folder, %s', async (kind, knowsSizes) => {
    const {
      name,
      entries,
      refused: failures,
    } = await site.page.evaluate((given) => imageTests.walk(given), kind);
    const size = knowsSizes ? { sizeBytes: 1 } : {};
    expect(name).toBe('tree');
    expect(entries).toEqual([
      { path: 'a.txt', kind: 'file', text: 'A', ...size },
      { path: 'b', kind: 'directory' },
      { path: 'b/c.txt', kind: 'file', text: 'C', ...size },
      { path: 'b/d', kind: 'directory' },
      { path: 'b/d/e.txt', kind: 'file', text: 'E', ...size },
    ]);
    expect(failures).toEqual(failures.map(() => refused));
    expect(failures).toHaveLength(7);
  });

  test('single files are in one folder, each name once', async () => {
    const { entries } = await site.page.evaluate(() => imageTests.walk('list'));
    expect(entries).toEqual([
      { path: 'a.txt', kind: 'file', text: 'A', sizeBytes: 1 },
      { path: 'b.txt', kind: 'file', text: 'B', sizeBytes: 1 },
    ]);
    expect(await site.page.evaluate(() => imageTests.sameName())).toMatchObject({
      failure: { code: 'PARAMETER', message: expect.stringContaining('a.txt twice') },
    });
  });

  describe('the store', () => {
    const get = async (key: string): Promise<string | null> =>
      succeeded(await site.page.evaluate((name) => imageTests.store.get('store', name), key));
    const put = async (key: string, bytes: Uint8Array): Promise<void> =>
      succeeded(
        await site.page.evaluate(([name, text]) => imageTests.store.put('store', name, text), [
          key,
          base64(bytes),
        ] as const),
      );

    test('stores, replaces and deletes', async () => {
      expect(await get('key')).toBeNull();
      await put('key', Uint8Array.of(1, 2, 3));
      expect(await get('key')).toBe(base64(Uint8Array.of(1, 2, 3)));
      await put('key', Uint8Array.of(9));
      expect(await get('key')).toBe(base64(Uint8Array.of(9)));
      await put('empty', new Uint8Array(0));
      expect(await get('empty')).toBe('');
      for (let i = 0; i < 2; i++) {
        succeeded(await site.page.evaluate(() => imageTests.store.delete('store', 'key')));
        expect(await get('key')).toBeNull();
      }
      // In a store that nothing was put into, too.
      succeeded(await site.page.evaluate(() => imageTests.store.delete('none', 'key')));
    });

    test.each(['', '../key', 'a/b', '.hidden', 'ä', 'x'.repeat(201)])('refuses the key %j', async (key) => {
      const result = await site.page.evaluate((name) => imageTests.store.put('store', name, 'AA=='), key);
      expect(result).toMatchObject({ failure: { code: 'PARAMETER' } });
    });

    test('survives a page that is closed while it writes', async () => {
      await put('old', Uint8Array.of(5));
      for (const key of ['old', 'new']) {
        const page = await site.open();
        await page.evaluate((name) => imageTests.store.halfWritten('store', name), key);
        await page.close();
      }
      expect(await get('old')).toBe(base64(Uint8Array.of(5)));
      expect(await get('new')).toBeNull();
      await put('new', Uint8Array.of(6));
      expect(await get('new')).toBe(base64(Uint8Array.of(6)));
    });

    test('shows readers the old bytes or the new ones, with writers in two pages', async () => {
      const other = await site.open();
      succeeded(await other.evaluate(() => imageTests.store.put('race', 'shared', '')));
      const seen = await Promise.all(
        [site.page, other].map((page) => page.evaluate(() => imageTests.store.race('race', 3, 12))),
      );
      await other.close();
      for (const value of seen.flat()) expect(value).toMatch(/^(empty|1×1000|2×2000|3×3000)$/);
    });
  });
});
