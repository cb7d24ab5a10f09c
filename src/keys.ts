// How the API's keys are spelt in records: snake_case exactly as pyhumps 3.8.0 writes it, because the tables of people
// who come from the Python tap have columns named by that library. Its oddities are kept, not mended: a key in capitals
// only stays as it is (`SMS`), a plural acronym falls apart (`userIDs` -> `user_i_ds`), and separators before a capital
// gain one more (`foo__Bar` -> `foo___bar`).

/** Rows are free to bring keys of their own (maps by id), so the cache may not grow with the data. */
const CACHE_LIMIT = 10_000;

const cache = new Map<string, string>();

/**
 * Spells a key of the wire the way the record's field is named.
 * The rule is that of pyhumps 3.8.0, the version the Python tap is pinned to.
 */
export function snakeCase(wireKey: string): string {
  const known = cache.get(wireKey);
  if (known !== undefined) return known;
  if (cache.size >= CACHE_LIMIT) cache.clear();
  const field = spell(wireKey);
  cache.set(wireKey, field);
  return field;
}

function spell(wireKey: string): string {
  const key = wireKey.replace(/\s+/gu, '');
  if (isAllCapitals(key) || isNumeric(key)) return wireKey;
  return separateWords(calmAcronyms(key)).toLowerCase();
}

/** True for `SMS` and `A_1`: a capital and no small letter. */
function isAllCapitals(key: string): boolean {
  return /\p{Uppercase}/u.test(key) && !/[\p{Lowercase}\p{Lt}]/u.test(key);
}

function isNumeric(key: string): boolean {
  return /^\p{N}+$/u.test(key);
}

/**
 * Makes `APIResponse` into `ApiResponse`. The last letter of a run of capitals and digits belongs to the next word,
 * unless the key ends there; each group of letters within the run keeps its first capital alone.
 */
function calmAcronyms(key: string): string {
  return key.replace(/[A-Z\p{Nd}]+(?=[A-Z\p{Nd}]|$)/gu, run =>
    run.replace(/[A-Z]+/g, letters => letters.slice(0, 1) + letters.slice(1).toLowerCase()),
  );
}

/** A word begins at a capital; the first one takes the separators before it along, which is how `__` becomes `___`. */
function separateWords(key: string): string {
  return key
    .split(/([-_]*[A-Z][^A-Z]*)/)
    .filter(word => word !== '')
    .join('_');
}
