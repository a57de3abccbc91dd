const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// The largest unit that fits at least once.
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * DAY],
  ['month', 30 * DAY],
  ['week', 7 * DAY],
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
];
const NOW: [Intl.RelativeTimeFormatUnit, number] = ['second', MINUTE];

/** «2 hr. ago», «in 3 days», «now». */
export function relative(moment: Date, now: Date, language: string): string {
  const distance = moment.getTime() - now.getTime();
  const [unit, length] = UNITS.find(([, size]) => Math.abs(distance) >= size) ?? NOW;
  // «yesterday» and «now» are words; «last week» would be less exact than «1 week ago».
  const numeric = unit === 'day' || unit === 'second' ? 'auto' : 'always';
  const format = new Intl.RelativeTimeFormat(language, { numeric, style: 'short' });
  return format.format(Math.trunc(distance / length), unit);
}

/** Date and time, in the reader's zone. */
export function absolute(moment: Date, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(
    moment,
  );
}
