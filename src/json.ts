// What JSON values are.

/** Whether a value is a JSON object: neither null, nor an array, nor a scalar. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
