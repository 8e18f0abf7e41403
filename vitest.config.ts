import { configDefaults, defineConfig } from 'vitest/config';
import { sayLeftOut, sharedFolder } from './test/shared-data.ts';

const isAlone = sharedFolder() === undefined;
if (isAlone) sayLeftOut('the conformance cases of Panther and Falco');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Those against what plays a whole cloud are run by `npm run test:aws` and `npm run test:gcp`.
    exclude: [
      ...configDefaults.exclude,
      'test/aws/**',
      'test/gcp/**',
      ...(isAlone ? ['test/conformance/**'] : []),
    ],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
