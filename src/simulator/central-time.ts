// The provider's clock: US Central time, in the styles its fields use. Instants are whole seconds since 1970.
// The rule of the year is the one in force since 2007; rows are never older than that.

const winterOffset = -6 * 3600;
const summerOffset = -5 * 3600;
const summers = new Map<number, {begins: number; ends: number}>();

/** `2026-05-28T03:05:54-05:00` */
export function withOffset(instant: number): string {
  const offset = centralOffset(instant);
  return `${clockText(instant + offset).replace(' ', 'T')}${offset === summerOffset ? '-05:00' : '-06:00'}`;
}

/** `2026-05-28 03:05:54`, the Central wall clock, which says nothing of its zone. */
export function wallClock(instant: number): string {
  return clockText(instant + centralOffset(instant));
}

/** `2026-05-28T08:05:54+00:00`, the true UTC of custom fields and their values. */
export function utcWithOffset(instant: number): string {
  return `${clockText(instant).replace(' ', 'T')}+00:00`;
}

/** `2026-05-28 08:05:54`, UTC as the older examples of custom fields write it. */
export function utcClock(instant: number): string {
  return clockText(instant);
}

/** `2026-05-28T08:05:54.123Z`, with the digits that are given behind the point. */
export function zuluTime(instant: number, fraction = ''): string {
  return `${clockText(instant).replace(' ', 'T')}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** Drops the leading zero of the hour, as the provider's example of an order does (`2019-09-06T2:10:00-05:00`). */
export function withShortHour(text: string): string {
  return text.replace(/T0(\d)/, 'T$1');
}

/**
 * Reads the date-time of a query parameter: a date, or a date and time, with `Z`, an offset, or no zone, which is
 * taken as Central (in the autumn's double hour the earlier reading). Seconds since 1970, or undefined if unreadable.
 */
export function parseMoment(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?\s*(Z|[+-]\d\d:?\d\d)?)?$/.exec(
    text.trim(),
  );
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', zone] = match;
  const clock =
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)) / 1000 + Number(second);
  if (Number.isNaN(clock)) return undefined;
  if (zone === 'Z') return clock;
  if (zone !== undefined) {
    const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
    return clock - (zone.startsWith('-') ? -minutes : minutes) * 60;
  }
  const summerReading = clock - summerOffset;
  return centralOffset(summerReading) === summerOffset ? summerReading : clock - winterOffset;
}

/** How far the Central clock is from UTC, in seconds. */
export function centralOffset(instant: number): number {
  const {begins, ends} = summerOf(yearNear(instant));
  return instant >= begins && instant < ends ? summerOffset : winterOffset;
}

/** The autumn hour that the Central clock shows twice in `year`: its first second, two hours of true time long. */
export function doubleHour(year: number): number {
  return summerOf(year).ends - 3600;
}

/** The year of an instant, save for a day around New Year: exact enough for what happens in summer and autumn. */
export function yearNear(instant: number): number {
  return 1970 + Math.floor(instant / 31_556_952);
}

// Summer time runs from the second Sunday of March to the first Sunday of November, at 02:00 on the local clock.
function summerOf(year: number): {begins: number; ends: number} {
  let summer = summers.get(year);
  if (summer === undefined) {
    summer = {begins: sunday(year, 2, 8) + 8 * 3600, ends: sunday(year, 10, 1) + 7 * 3600};
    summers.set(year, summer);
  }
  return summer;
}

function sunday(year: number, month: number, notBefore: number): number {
  const weekday = new Date(Date.UTC(year, month, notBefore)).getUTCDay();
  return Date.UTC(year, month, notBefore + ((7 - weekday) % 7)) / 1000;
}

function clockText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}
