/** Takes rows out of the list, the focus to a neighbour. Whether there is still something to see on this page. */
export function removeRows(elementIds: string[]): boolean {
  const rows = elementIds.map((id) => document.getElementById(id)).filter((row) => !!row);
  if (rows.length < elementIds.length) return false;
  if (!rows.length) return true;
  const near = rows.at(-1)?.nextElementSibling ?? rows[0]?.previousElementSibling;
  for (const row of rows) row.remove();
  near?.querySelector<HTMLElement>('a.name-link')?.focus();
  return document.querySelector('.list-row') !== null;
}
