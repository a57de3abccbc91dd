import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'react';
import type { Notices } from './notices';
import type { Visit } from './visit';

interface Page {
  visit: Visit;
  notices: Notices;
  /** Where «back» leads, or null where there is nothing to go back to. */
  backUrl: string | null;
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error('rendered outside the page');
  return page;
}

export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const onChange = () => setMatches(list.matches);
    list.addEventListener('change', onChange);
    return () => list.removeEventListener('change', onChange);
  }, [query]);
  return matches;
}

/** Whole seconds, ticking, while a moment is given. Negative: the moment lies ahead. */
export function useSecondsSince(moment: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (moment === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [moment]);
  return moment === null ? 0 : Math.round((now - moment) / 1000);
}
