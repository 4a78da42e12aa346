import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const source = (path: string) => fileURLToPath(new URL(`../../sdk/src/${path}`, import.meta.url));

export default defineConfig({
  plugins: [react()],
  // Servers that run beside each other, as those of the browser tests do, must not replace each other's files.
  cacheDir: process.env.CONFAB_WEB_CACHE ?? 'node_modules/.vite',
  // The SDK's source, so that a change in it shows at once and nothing has to be built first.
  resolve: {
    alias: [
      { find: '@confab/sdk/react', replacement: source('react/index.ts') },
      { find: '@confab/sdk', replacement: source('index.ts') },
    ],
  },
});
