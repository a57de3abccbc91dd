const LEAD = 60 * 60 * 1000;

/** Fields of date and time know no zone: their form tells the server how far the reader's clock is from UTC on that
 * day. What is chosen with a time lies ahead, days lie behind. */
export class LocalTimes extends HTMLElement {
  connectedCallback(): void {
    const form = this.querySelector('form');
    const field = this.querySelector<HTMLInputElement>(
      'input[type="datetime-local"], input[type="date"]',
    );
    const offset = this.querySelector<HTMLInputElement>('input[name="utc_offset"]');
    if (!form || !field || !offset) return;
    if (field.type === 'datetime-local') field.min = localText(new Date(Date.now() + LEAD));
    form.addEventListener('submit', () => {
      const chosen = field.value ? new Date(field.value) : new Date();
      offset.value = String(chosen.getTimezoneOffset());
    });
  }
}

/** As the field wants it: local, to the minute. */
function localText(moment: Date): string {
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
