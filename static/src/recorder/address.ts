import { type Layout, toLayout } from './layouts';

/** What the recorder's address says: who opens the page is LiveKit Egress or our own recorder. */
export interface Address {
  url: string;
  token: string;
  layout: Layout;
}

/** Reads it and takes url and token out of the address bar at once: it will be in the picture's page. */
export function takeAddress(href: string, history: Pick<History, 'replaceState'>): Address {
  const here = new URL(href);
  const query = here.searchParams;
  const address = {
    url: query.get('url') ?? '',
    token: query.get('token') ?? '',
    layout: toLayout(query.get('layout')),
  };
  query.delete('url');
  query.delete('token');
  history.replaceState(null, '', here);
  return address;
}
