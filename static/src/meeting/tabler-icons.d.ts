declare module '@tabler/icons-preact/dist/esm/icons/*.mjs' {
  import type { Icon } from '@tabler/icons-preact';

  const icon: Icon;
  export default icon;
}
