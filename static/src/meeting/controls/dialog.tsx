import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'react';

interface Props {
  title: string;
  /** Called for Escape; without it the dialog stays until its owner takes it away. */
  onDismiss?(): void;
  role?: 'dialog' | 'alertdialog';
  className?: string;
  children: ComponentChildren;
}

/** The browser's own modal dialog: focus stays inside, the rest of the page is inert. */
export function Dialog({ title, onDismiss, role = 'dialog', className = '', children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    element.current?.showModal();
    return () => before?.focus();
  }, []);
  return (
    <dialog
      ref={element}
      role={role}
      aria-labelledby={titleId}
      className={`dialog ${className}`}
      // Escape closes the dialog, and not the panel or the menu as well in which it was opened.
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'Escape') event.stopPropagation();
      }}
      onCancel={(event: Event) => {
        event.preventDefault();
        onDismiss?.();
      }}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}
