import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/helpers/answers.ts', 'tests/helpers/patience.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // As long as a busy machine may take; what is wrong never comes.
    expect: { poll: { timeout: 20_000 } },
    // Each file is alone with its own users and channels, so files may run beside each other.
    pool: 'forks',
    maxWorkers: 2,
  },
});
