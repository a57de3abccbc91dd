import { useState } from 'react';
import { type MessageKey, t } from '../../i18n';
import type { Person } from '../../tiles/people';
import { Dialog } from '../controls/dialog';
import { RoundButton } from '../controls/round-button';
import { DemoteIcon, KickIcon, PromoteIcon } from '../icons';
import type { Permissions } from '../membership';
import { usePage } from '../page';

interface Props {
  person: Person;
  permissions: Permissions;
}

/** What we may do to somebody. People with a rank of their own are nobody's to demote or to send out. */
export function ModerationControls({ person, permissions }: Props) {
  const { visit, notices } = usePage();
  const [isBusy, setBusy] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const { identity, name, sid, badge, isPromoted, isLocal } = person;
  const hasOwnRank = badge !== 'other' && !isPromoted;
  const mayPromote = permissions.participantPromote;
  const mayKick = permissions.participantKick;
  if (isLocal || hasOwnRank || !(mayPromote || mayKick)) return null;

  const act = async (action: () => Promise<void>, failed: MessageKey) => {
    if (isBusy) return;
    setBusy(true);
    await action().catch(() => notices.show(t(failed, { name }), 'trouble'));
    setBusy(false);
  };
  const change = (action: 'upgrade' | 'downgrade') =>
    void act(() => visit.changeRole(identity, action), 'moderation.role.failed');
  const kick = () => {
    setAsking(false);
    void act(() => visit.kick(identity), 'moderation.kick.failed');
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div
      id={`moderation-controls-${sid}`}
      role="group"
      aria-label={t('moderation.title', { name })}
      className="moderation-controls"
    >
      {mayPromote && !isPromoted && (
        <RoundButton
          id={`make-moderator-btn-${sid}`}
          label={t('moderation.promote', { name })}
          shape="narrow"
          busy={isBusy}
          onClick={() => change('upgrade')}
        >
          <PromoteIcon size={20} aria-hidden="true" />
        </RoundButton>
      )}
      {mayPromote && isPromoted && (
        <RoundButton
          id={`remove-moderator-btn-${sid}`}
          label={t('moderation.demote', { name })}
          shape="narrow"
          busy={isBusy}
          onClick={() => change('downgrade')}
        >
          <DemoteIcon size={20} aria-hidden="true" />
        </RoundButton>
      )}
      {mayKick && (
        <RoundButton
          id={`kick-participant-btn-${sid}`}
          label={t('moderation.kick', { name })}
          shape="narrow"
          busy={isBusy}
          onClick={() => setAsking(true)}
        >
          <KickIcon size={20} aria-hidden="true" />
        </RoundButton>
      )}
      {isAsking && <ConfirmKick name={name} onConfirm={kick} onDismiss={() => setAsking(false)} />}
    </div>
  );
}

interface ConfirmProps {
  name: string;
  onConfirm(): void;
  onDismiss(): void;
}

function ConfirmKick({ name, onConfirm, onDismiss }: ConfirmProps) {
  return (
    <Dialog title={t('moderation.kick.question', { name })} onDismiss={onDismiss}>
      <p>{t('moderation.kick.consequence')}</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onDismiss}>
          {t('common.cancel')}
        </button>
        <button type="button" className="button danger confirm-button" onClick={onConfirm}>
          {t('moderation.kick.confirm')}
        </button>
      </div>
    </Dialog>
  );
}
