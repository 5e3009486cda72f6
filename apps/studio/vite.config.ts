import { offlinePlugin } from './build/offline-plugin.ts';
import { policyPlugin } from './build/policy-plugin.ts';
import { contentSecurityPolicy } from './src/policy.ts';
import { defaultClientConditions, defineConfig } from 'vite';

/** Cross-origin isolation, which threads need: the page works without, on one thread. And the policy, for workers. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Content-Security-Policy': contentSecurityPolicy,
};

/** Our packages resolve to their sources, as everywhere in this repository. */
const conditions = ['@oddpixel/source', ...defaultClientConditions];

export default defineConfig({
  base: './',
  resolve: { conditions },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: { index: 'index.html', sw: 'src/sw.ts' },
      // A service worker answers for its own folder only, and keeps its name from build to build.
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  worker: { format: 'es' },
  plugins: [policyPlugin(), offlinePlugin()],
  server: { headers, port: 5199 },
  preview: { headers, port: 5199 },
});
