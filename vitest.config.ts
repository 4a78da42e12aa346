import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // As long as a busy machine may take; what is wrong never comes.
    expect: { poll: { timeout: 10_000 } },
    // Each file is alone with its own users and channels, so files may run beside each other.
    pool: 'forks',
    maxWorkers: 2,
  },
});
