import { defineConfig } from 'vitest/config';
import { iconSprite } from './build/icon-sprite.ts';
import { scriptBudget } from './build/script-budget.ts';

export default defineConfig({
  // Relative addresses: the same files are served below `/static/` and `/meet/static/`.
  base: './',
  publicDir: 'public',
  resolve: {
    alias: [{ find: /^react(-dom)?$/, replacement: 'preact/compat' }],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: 'manifest.json',
    target: 'es2022',
    sourcemap: false,
    // The polyfill would be an inline script, which the Content-Security-Policy refuses.
    modulePreload: { polyfill: false },
    // Inlined assets would be `data:` URLs, which the policy does not list.
    assetsInlineLimit: 0,
    // The budget below is the real limit; Vite's own warning counts bytes before gzip.
    chunkSizeWarningLimit: 1024,
    rolldownOptions: {
      // htmx keeps one eval behind `allowEval`, which src/console/main.ts switches off.
      checks: { eval: false },
      input: {
        meeting: 'src/meeting/main.tsx',
        recorder: 'src/recorder/main.tsx',
        console: 'src/console/main.ts',
      },
    },
  },
  plugins: [
    iconSprite({
      list: 'src/console/icons.json',
      icons: 'node_modules/@tabler/icons/icons/outline',
    }),
    scriptBudget({ entry: 'src/meeting/main.tsx', limitKiB: 200 }),
    scriptBudget({ entry: 'src/recorder/main.tsx', limitKiB: 180 }),
  ],
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
