/** Tests against Google's emulators: `npm run test:gcp` starts them, and says where. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/gcp/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
