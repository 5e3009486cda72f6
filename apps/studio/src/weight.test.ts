/** How heavy the page is before its first picture: Studio's own code, without engine, weights and codecs that are loaded when needed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { built } from '../test/serve-studio.ts';

const mostBytes = 200_000;

/** Scripts that the page and its worker load at once: `index`, `main` and what they import without waiting. */
function loadedAtOnce(): string[] {
  const folder = join(built, 'assets');
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    const text = readFileSync(join(folder, name), 'utf8');
    for (const [, imported] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) {
      if (imported !== undefined) add(imported);
    }
  };
  for (const name of scripts) if (/^(index|main)-/.test(name)) add(name);
  return [...found].map((name) => join(folder, name));
}

describe('the built page', () => {
  test('loads at most 200 kB of scripts and styles at once, compressed', () => {
    const styles = readdirSync(join(built, 'assets')).filter((name) => name.endsWith('.css'));
    const files = [
      ...loadedAtOnce(),
      ...styles.map((name) => join(built, 'assets', name)),
      join(built, 'index.html'),
      join(built, 'sw.js'),
    ];
    const sizes = files.map(
      (file) => [file.slice(built.length), gzipSync(readFileSync(file)).length] as const,
    );
    const total = sizes.reduce((sum, [, size]) => sum + size, 0);
    expect(files.length).toBeGreaterThan(4);
    expect({ total, sizes }).toMatchObject({
      total: expect.toSatisfy((bytes: number) => bytes <= mostBytes),
    });
    // The engine is not among them: it is loaded when a device is opened.
    expect(sizes.some(([name]) => /ort\./.test(name))).toBe(false);
  });

  test('lists every file for the service worker', () => {
    const worker = readFileSync(join(built, 'sw.js'), 'utf8');
    for (const name of readdirSync(join(built, 'assets'))) expect(worker).toContain(name);
    expect(worker).not.toContain('__FILES__');
  });
});
