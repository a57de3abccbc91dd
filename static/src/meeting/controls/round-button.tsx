import type { ComponentChildren } from 'preact';

export interface MenuTrigger {
  'aria-haspopup'?: 'menu';
  'aria-expanded'?: boolean;
  onClick(): void;
}

interface Props extends MenuTrigger {
  id?: string;
  label: string;
  /** What a press does, where that says more than the label; shown on hover and on focus. */
  hint?: string;
  /** As in `aria-keyshortcuts`, e.g. `Control+D`. */
  shortcut?: string;
  pressed?: boolean;
  tone?: 'plain' | 'off' | 'active' | 'danger';
  shape?: 'round' | 'narrow';
  busy?: boolean;
  children: ComponentChildren;
}

export function RoundButton(props: Props) {
  const {
    id,
    label,
    hint,
    shortcut,
    pressed,
    tone = 'plain',
    shape = 'round',
    busy = false,
  } = props;
  return (
    <button
      type="button"
      id={id}
      className={`round-button ${shape} ${tone}`}
      aria-label={label}
      aria-pressed={pressed}
      aria-busy={busy}
      aria-keyshortcuts={shortcut}
      aria-haspopup={props['aria-haspopup']}
      aria-expanded={props['aria-expanded']}
      data-tooltip={[hint ?? label, shortcut && `(${readable(shortcut)})`]
        .filter(Boolean)
        .join(' ')}
      onClick={busy ? undefined : props.onClick}
    >
      {props.children}
    </button>
  );
}

function readable(shortcut: string): string {
  return shortcut.replace('Control+', 'Ctrl+').replace('Meta+', '⌘');
}
