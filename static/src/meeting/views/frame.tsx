import type { ComponentChildren } from 'preact';
import { useState } from 'react';
import { currentLanguage, isLanguage, LANGUAGES, t } from '../../i18n';
import { useStore } from '../../store';
import { BackIcon, MoonIcon, SunIcon } from '../icons';
import { usePage } from '../page';
import { chooseTheme, currentTheme } from '../theme';

interface Props {
  children: ComponentChildren;
  className?: string;
  /** Only where leaving is the side road; the end and error views have a button of their own. */
  showsBack?: boolean;
}

/** The calm page around lobby, devices, end and errors. */
export function Frame({ children, className = '', showsBack = false }: Props) {
  const { backUrl } = usePage();
  return (
    <div className={`frame ${className}`}>
      <header className="frame-bar">
        {showsBack && backUrl ? (
          <a id="back-btn" className="text-button" href={backUrl}>
            <BackIcon size={20} aria-hidden="true" />
            <span>{t('common.back')}</span>
          </a>
        ) : (
          <span className="brand">
            <span className="brand-mark" aria-hidden="true" />
            {t('common.product')}
          </span>
        )}
        <div className="frame-tools">
          <LanguageChoice />
          <ThemeSwitch />
        </div>
      </header>
      {children}
    </div>
  );
}

function LanguageChoice() {
  const { config } = usePage().visit.surroundings;
  const { language } = useStore(currentLanguage);
  const choose = (value: string) => {
    if (!isLanguage(value)) return;
    currentLanguage.choose(value);
    void rememberOnServer(config.languageUrl, value, config.csrfToken);
  };
  return (
    <select
      id="language-selector-btn"
      className="select"
      aria-label={t('common.language')}
      value={language}
      onChange={(event: Event) => choose((event.target as HTMLSelectElement).value)}
    >
      {Object.entries(LANGUAGES).map(([code, name]) => (
        <option key={code} value={code} lang={code}>
          {name}
        </option>
      ))}
    </select>
  );
}

/** In the background: loading the page anew would throw away what was typed and the history entry. */
async function rememberOnServer(url: string, language: string, csrf: string | null): Promise<void> {
  const fields = { language, next: location.pathname, csrfmiddlewaretoken: csrf ?? '' };
  // Without an answer the choice still holds for this visit.
  await fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' }).catch(
    () => undefined,
  );
}

function ThemeSwitch() {
  const { config, choices } = usePage().visit.surroundings;
  const [theme, setTheme] = useState(currentTheme());
  if (config.themeImposed) return null;
  const isDark = theme === 'dark';
  const flip = () => {
    const next = isDark ? 'light' : 'dark';
    chooseTheme(next, choices);
    setTheme(next);
  };
  return (
    <button
      type="button"
      id="theme-toggle-btn"
      className="icon-button"
      aria-label={t(isDark ? 'common.theme.toLight' : 'common.theme.toDark')}
      onClick={flip}
    >
      {isDark ? (
        <SunIcon size={20} aria-hidden="true" />
      ) : (
        <MoonIcon size={20} aria-hidden="true" />
      )}
    </button>
  );
}
