import { basePath, csrfToken } from './page';
import type { Chosen } from './selection';

export interface Outcome {
  deleted: Chosen[];
  failed: Chosen[];
}

interface Report {
  deleted?: string[];
}

// An address has its limits.
const AT_ONCE = 40;

/** One by its own address, many together; what cannot be deleted keeps no other from it. */
export async function deleteRecordings(recordings: Chosen[]): Promise<Outcome> {
  const outcome: Outcome = { deleted: [], failed: [] };
  for (let start = 0; start < recordings.length; start += AT_ONCE) {
    const batch = recordings.slice(start, start + AT_ONCE);
    const gone = await deletedOf(batch);
    for (const one of batch) (gone.has(one.id) ? outcome.deleted : outcome.failed).push(one);
  }
  return outcome;
}

async function deletedOf(batch: Chosen[]): Promise<Set<string>> {
  const ids = batch.map(({ id }) => id);
  const [only] = ids;
  const path =
    ids.length === 1 && only
      ? `/${encodeURIComponent(only)}`
      : `?${new URLSearchParams({ recordingIds: ids.join(',') })}`;
  try {
    const answer = await fetch(`${basePath()}/api/v1/recordings${path}`, {
      method: 'DELETE',
      headers: { Accept: 'application/json', 'X-CSRFToken': csrfToken() },
    });
    if (ids.length > 1) return deletedOfMany(ids, answer.status, await answer.json());
    return new Set(isGone(answer.status) ? ids : []);
  } catch {
    return new Set();
  }
}

/** 400 says that some were not deleted; any other refusal, that none was. */
export function deletedOfMany(ids: string[], status: number, report: Report): Set<string> {
  if (status !== 200 && status !== 400) return new Set();
  return new Set(ids.filter((id) => report.deleted?.includes(id)));
}

/** Gone already, by somebody else's hand: what was wanted. */
export function isGone(status: number): boolean {
  return status === 404 || (status >= 200 && status < 300);
}
