// The ids of the API: numbers that are written as texts, and may be longer than a double is exact.

/** Whether a key is a number as the API writes its ids. */
export function isPlainId(key: string): boolean {
  return /^(0|[1-9]\d*)$/.test(key);
}

/** Compares ids of any length without leaving the text. */
export function compareIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}
