import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'react';
import { t } from '../../i18n';
import { RoundButton } from '../controls/round-button';
import { CloseIcon } from '../icons';

export type PanelName = 'people' | 'activities';

interface Props {
  title: string;
  onClose(): void;
  children: ComponentChildren;
}

/** The side panel; a sheet over the stage on small screens. Escape closes it. */
export function Panel({ title, onClose, children }: Props) {
  const titleId = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    heading.current?.focus({ preventScroll: true });
    return () => before?.focus({ preventScroll: true });
  }, []);
  return (
    <section
      className="panel sidenav-menu"
      aria-labelledby={titleId}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <div className="panel-bar">
        <h2 id={titleId} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <div className="panel-close-button">
          <RoundButton label={t('common.close')} shape="narrow" onClick={onClose}>
            <CloseIcon size={20} aria-hidden="true" />
          </RoundButton>
        </div>
      </div>
      <div className="panel-body">{children}</div>
    </section>
  );
}
