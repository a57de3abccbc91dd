import { useEffect, useState } from 'react';
import { t } from '../../i18n';
import { CheckIcon, CopyIcon } from '../icons';
import { usePage } from '../page';

/** Nobody else yet: whom one waits for, and how to fetch them. */
export function AloneOverlay() {
  const link = useShareLink();
  return (
    <section id={link ? 'share-link-overlay' : 'alone-overlay'} className="alone" role="status">
      <h2>{t('alone.title')}</h2>
      <p>{t(link ? 'alone.share' : 'alone.wait')}</p>
      {link && <ShareLink link={link} />}
    </section>
  );
}

/** What is shown is what is copied. */
export function ShareLink({ link }: { link: string }) {
  const { notices } = usePage();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [isCopied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
      notices.say(t('alone.copied'));
    } catch {
      notices.show(t('alone.copyFailed'), 'trouble');
    }
  };

  return (
    <div className="share-link">
      <input
        type="text"
        readOnly
        value={link}
        aria-label={t('alone.link')}
        onFocus={(event: Event) => (event.target as HTMLInputElement).select()}
      />
      <button type="button" className="button primary copy-url-btn" onClick={() => void copy()}>
        {isCopied ? (
          <CheckIcon size={20} aria-hidden="true" />
        ) : (
          <CopyIcon size={20} aria-hidden="true" />
        )}
        {t(isCopied ? 'alone.copied' : 'alone.copy')}
      </button>
    </div>
  );
}

export function useShareLink(): string | null {
  const { visit } = usePage();
  const [link, setLink] = useState<string | null>(null);
  useEffect(() => {
    void visit.shareLink().then(setLink);
  }, [visit]);
  return link;
}
