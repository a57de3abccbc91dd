import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

interface Sprite {
  /** JSON list of icon names; its path with `.svg` in place of `.json` is the sprite's key in the manifest. */
  list: string;
  /** Folder of Tabler's outline icons. */
  icons: string;
}

/** One file with the icons that templates draw by name: `<use href="…/icons-<hash>.svg#<name>">`. */
export function iconSprite({ list, icons }: Sprite): Plugin {
  return {
    name: 'meet:icon-sprite',
    apply: 'build',
    buildStart() {
      this.addWatchFile(list);
      const names = JSON.parse(readFileSync(list, 'utf8')) as string[];
      const symbols = names.map((name) =>
        symbol(name, readFileSync(join(icons, `${name}.svg`), 'utf8')),
      );
      this.emitFile({
        type: 'asset',
        name: 'icons.svg',
        originalFileName: list.replace(/\.json$/, '.svg'),
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`,
      });
    },
  };
}

/** The drawing without its frame: size, stroke and colour belong to whoever uses it. */
function symbol(name: string, svg: string): string {
  const drawing = svg
    .slice(svg.indexOf('>') + 1, svg.lastIndexOf('</svg>'))
    .replace(/<path stroke="none"[^>]*>/, '')
    .replace(/\s*\n\s*/g, '');
  return `<symbol id="${name}" viewBox="0 0 24 24">${drawing}</symbol>`;
}
