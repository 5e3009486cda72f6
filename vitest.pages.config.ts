import { mergeConfig, type ViteUserConfig } from 'vitest/config';
import all from './vitest.config.ts';

/** Only the tests that open pages in a browser, for the tasks `test:pages`. */
const pages: ViteUserConfig = mergeConfig(all, {});
pages.test = {
  ...pages.test,
  include: ['{packages,apps,examples,bench,tools}/**/*.pages.test.ts'],
  reporters: ['default', ['./tools/closing-line-reporter.ts', { result: '.turbo/test-pages.json' }]],
};

export default pages;
