import { gzipSync } from 'node:zlib';
import type { Plugin, Rollup } from 'vite';

interface Budget {
  /** Source path of the entry, as in the manifest. */
  entry: string;
  limitKiB: number;
}

/** Fails the build when an entry and everything it imports statically outgrow their budget. */
export function scriptBudget({ entry, limitKiB }: Budget): Plugin {
  return {
    name: 'meet:script-budget',
    apply: 'build',
    writeBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
      const start = chunks.find(
        (chunk) => chunk.isEntry && chunk.facadeModuleId?.replaceAll('\\', '/').endsWith(entry),
      );
      if (!start) this.error(`script budget: no chunk for ${entry}`);
      const bytes = [...withStaticImports(start, bundle)]
        .map((chunk) => gzipSync(chunk.code, { level: 9 }).length)
        .reduce((sum, size) => sum + size, 0);
      const line = `${entry}: ${(bytes / 1024).toFixed(1)} KiB of script (gzip), budget ${limitKiB} KiB`;
      if (bytes > limitKiB * 1024) this.error(`script budget exceeded: ${line}`);
      this.info(line);
    },
  };
}

function withStaticImports(
  start: Rollup.OutputChunk,
  bundle: Rollup.OutputBundle,
  seen = new Set<Rollup.OutputChunk>(),
): Set<Rollup.OutputChunk> {
  seen.add(start);
  for (const name of start.imports) {
    const next = bundle[name];
    if (next?.type === 'chunk' && !seen.has(next)) withStaticImports(next, bundle, seen);
  }
  return seen;
}
