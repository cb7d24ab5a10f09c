// How numbers are written for people.

/** A whole number, its thousands apart. */
export function count(number: number): string {
  return number.toLocaleString('en');
}

/** A number of things, by the name of one: `1 row`, `1,200 rows`. */
export function plural(number: number, thing: string): string {
  return `${count(number)} ${thing}${number === 1 ? '' : 's'}`;
}

/** Seconds in the unit that a person would use, rounded up but for hours. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3_600) return `${Math.ceil(seconds / 60)} min`;
  return `${count(Math.floor(seconds / 3_600))} h ${Math.floor((seconds % 3_600) / 60)} min`;
}
