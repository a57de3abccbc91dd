import { useEffect } from 'react';

const isApple = /Mac|iPhone|iPad/.test(navigator.platform);
const MODIFIER = isApple ? 'Meta' : 'Control';

export const SHORTCUTS = { microphone: `${MODIFIER}+D`, camera: `${MODIFIER}+E` } as const;

type Actions = Record<keyof typeof SHORTCUTS, () => void>;

/** Ctrl/Cmd + D and E, also while the focus is in a field; never while a dialog asks something. */
export function useShortcuts(actions: Actions): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isModified = isApple ? event.metaKey : event.ctrlKey;
      if (!isModified || event.altKey || event.shiftKey) return;
      const key = event.key.toLowerCase();
      const action = key === 'd' ? actions.microphone : key === 'e' ? actions.camera : null;
      if (!action || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      if (!event.repeat) action();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  });
}
