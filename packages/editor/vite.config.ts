import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // @rjsf/core's index also exports a helper for tests that wants Ajv, which compiles with `new Function`.
  resolve: { alias: { '@rjsf/validator-ajv8': fileURLToPath(new URL('src/inspector/validator.ts', import.meta.url)) } },
  build: {
    outDir: 'dist',
    // The first versions with light-dark() and Map.groupBy; lowered for older ones, the colours would be lost.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    // elkjs is one generated file of 1.4 MB, loaded by a worker when somebody asks for a layout.
    chunkSizeWarningLimit: 1700,
    // Inlined assets are data: URLs, which the server's content security policy refuses for fonts and workers.
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/api': process.env['OSICAM_SERVER'] ?? 'http://127.0.0.1:4100' } },
});
