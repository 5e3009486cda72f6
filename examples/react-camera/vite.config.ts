import { defineConfig } from 'vite';

/** `npx vite` or `npx vite build`. The worker is a module that loads others when it needs them. */
export default defineConfig({ base: './', build: { target: 'es2022' }, worker: { format: 'es' } });
