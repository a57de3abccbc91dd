/** What stands before every address: empty, unless the site lives below a path. */
export function basePath(): string {
  return document.documentElement.dataset.base ?? '';
}

/** Proves that our own page asks. */
export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? '';
}
