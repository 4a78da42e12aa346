import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // The SDK's source, so that a change in it shows at once and nothing has to be built first.
  resolve: { alias: { '@confab/sdk': fileURLToPath(new URL('../../sdk/src/index.ts', import.meta.url)) } },
});
