/** Puts the content security policy into the page, before anything that it is about. */
import type { Plugin } from 'vite';
import { contentSecurityPolicy } from '../src/policy.ts';

export function policyPlugin(): Plugin {
  return {
    name: 'oddpixel-policy',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}
