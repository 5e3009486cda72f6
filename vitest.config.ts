import { defineConfig } from 'vitest/config';

/** Tests run on the sources: the `@oddpixel/source` export condition resolves our packages to `src/`. */
const conditions = ['@oddpixel/source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{packages,apps,examples,bench,tools}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    environment: 'node',
    pool: 'forks',
    // Tests that call the engine directly report nothing either.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', ['./tools/closing-line-reporter.ts', { result: '.turbo/test.json' }]],
  },
});
