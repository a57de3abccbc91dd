import type { ComponentChildren } from 'preact';
import { createContext } from 'preact';
import { useContext, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { CheckIcon } from '../icons';
import type { MenuTrigger } from './round-button';

const CloseMenu = createContext<() => void>(() => undefined);

interface MenuProps {
  label: string;
  trigger(props: MenuTrigger): ComponentChildren;
  children: ComponentChildren;
  placement?: 'above' | 'below';
}

/** A button with a menu: arrows move, Escape closes and gives the focus back. */
export function Menu({ label, trigger, children, placement = 'above' }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const host = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
    host.current?.querySelector<HTMLElement>('[aria-haspopup]')?.focus();
  };

  useEffect(() => {
    if (!isOpen) return;
    const onOutside = (event: Event) => {
      if (!host.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', onOutside);
    document.addEventListener('focusin', onOutside);
    return () => {
      document.removeEventListener('pointerdown', onOutside);
      document.removeEventListener('focusin', onOutside);
    };
  }, [isOpen]);

  return (
    <div className="menu-host" ref={host}>
      {trigger({
        'aria-haspopup': 'menu',
        'aria-expanded': isOpen,
        onClick: () => setOpen(!isOpen),
      })}
      {isOpen && (
        <CloseMenu.Provider value={close}>
          <MenuPopup label={label} placement={placement} close={close}>
            {children}
          </MenuPopup>
        </CloseMenu.Provider>
      )}
    </div>
  );
}

interface PopupProps {
  label: string;
  placement: 'above' | 'below';
  close(): void;
  children: ComponentChildren;
}

function MenuPopup({ label, placement, close, children }: PopupProps) {
  const popup = useRef<HTMLDivElement>(null);
  const items = () => [
    ...(popup.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? []),
  ];

  useLayoutEffect(() => {
    const checked = popup.current?.querySelector<HTMLElement>('[aria-checked="true"]');
    (checked ?? items()[0])?.focus();
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    const all = items();
    const here = all.indexOf(document.activeElement as HTMLElement);
    const moves: Record<string, number> = {
      ArrowDown: (here + 1) % all.length,
      ArrowUp: (here - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    };
    const target = moves[event.key];
    if (event.key === 'Escape') close();
    else if (target !== undefined) all[target]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={popup}
      role="menu"
      tabIndex={-1}
      aria-label={label}
      className={`menu mat-mdc-menu-content ${placement}`}
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  );
}

export function MenuGroup({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has no place inside a menu
    <div role="group" aria-label={label} className="menu-group">
      <div className="menu-heading" aria-hidden="true">
        {label}
      </div>
      {children}
    </div>
  );
}

interface ItemProps {
  id: string;
  onSelect(): void;
  /** Given: one of several, of which this is the chosen one or not. */
  isChosen?: boolean;
  tone?: 'plain' | 'danger';
  icon?: ComponentChildren;
  busy?: boolean;
  children: ComponentChildren;
}

/** For entries that are no buttons. */
export function useCloseMenu(): () => void {
  return useContext(CloseMenu);
}

export function MenuItem(props: ItemProps) {
  const { id, onSelect, isChosen, tone = 'plain', icon, busy = false, children } = props;
  const close = useCloseMenu();
  const isChoice = isChosen !== undefined;
  return (
    <button
      type="button"
      id={id}
      {...(isChoice ? { role: 'menuitemradio', 'aria-checked': isChosen } : { role: 'menuitem' })}
      tabIndex={-1}
      className={`menu-item ${tone} ${isChosen ? 'selected' : ''}`}
      aria-busy={busy}
      onClick={() => {
        close();
        if (!busy) onSelect();
      }}
    >
      <span className="menu-icon" aria-hidden="true">
        {isChoice ? isChosen && <CheckIcon size={18} /> : icon}
      </span>
      <span className="menu-text">{children}</span>
    </button>
  );
}
