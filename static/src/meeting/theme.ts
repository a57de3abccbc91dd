import type { PageConfig } from './config';
import type { Choices } from './media/choices';

export type Theme = 'light' | 'dark';

export function currentTheme(root: HTMLElement = document.documentElement): Theme {
  return root.dataset.ovTheme === 'dark' ? 'dark' : 'light';
}

/** An imposed theme is in the page already; else the stored choice, else the system's, live. */
export function startTheme(config: PageConfig, choices: Choices): void {
  if (config.themeImposed) return;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => setTheme(choices.get('theme') || (system.matches ? 'dark' : 'light'));
  system.addEventListener('change', apply);
  apply();
}

export function chooseTheme(theme: Theme, choices: Choices): void {
  choices.set('theme', theme);
  setTheme(theme);
}

function setTheme(theme: Theme): void {
  document.documentElement.dataset.ovTheme = theme;
}
