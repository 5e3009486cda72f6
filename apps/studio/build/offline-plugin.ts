/** Tells the service worker which files the build consists of. */
import type { Plugin } from 'vite';
import { readdirSync } from 'node:fs';

const placeholder = '__FILES__';

export function offlinePlugin(): Plugin {
  return {
    name: 'oddpixel-offline',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle): void {
      const built = Object.keys(bundle).filter((name) => name !== 'sw.js');
      const files = [...built, ...readdirSync(new URL('../public', import.meta.url))].sort();
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk' || !worker.code.includes(placeholder)) {
        this.error('the service worker has no place for the list of files');
      }
      worker.code = worker.code.replace(placeholder, files.join(' '));
    },
  };
}
