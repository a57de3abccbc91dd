import type { ComponentChildren } from 'preact';
import { useStore } from '../../store';
import { usePage } from '../page';

interface Props {
  className: string;
  role?: 'menuitem';
  isNewTab?: boolean;
  onFollow?(): void;
  children: ComponentChildren;
}

/** To the room's recordings. */
export function RecordingsLink({ className, role, isNewTab = false, onFollow, children }: Props) {
  const { config, secrets } = usePage().visit.surroundings;
  const url = recordingsUrl(config.basePath, config.roomId);
  // The secret opens the next page, too, but must not be seen below a pointer on a shared screen.
  const follow = ({ currentTarget }: Event) => {
    const link = currentTarget as HTMLAnchorElement;
    if (secrets.secret) link.href = `${url}?${new URLSearchParams({ secret: secrets.secret })}`;
    setTimeout(() => {
      link.setAttribute('href', url);
      onFollow?.();
    });
  };
  return (
    <a
      id="view-recordings-btn"
      className={className}
      href={url}
      {...(role && { role, tabIndex: -1 })}
      {...(isNewTab && { target: '_blank', rel: 'noopener' })}
      onClick={follow}
      onAuxClick={follow}
    >
      {children}
    </a>
  );
}

/** There are some, and whoever is here may see the list of them. */
export function useListedRecordings(): boolean {
  const { visit } = usePage();
  return useStore(visit.recording).hasRecordings && visit.permissions.recordingList;
}

function recordingsUrl(basePath: string, roomId: string): string {
  return `${basePath}/room/${encodeURIComponent(roomId)}/recordings`;
}
