// What people type: plain names and sentences, and among them the texts that break pipelines.

export const firstNames = [
  'Ada',
  'Ben',
  'Chloé',
  'Dmitri',
  'Eve',
  'Farid',
  'Grace',
  'Hana',
  'Ivan',
  'Jun',
  'Lea',
  'Mia',
  'Noah',
  'Zoë',
] as const;
export const lastNames = [
  'Abel',
  'Baker',
  'Černý',
  'Díaz',
  'Evans',
  'Fischer',
  'García',
  'Hughes',
  "O'Neil",
  'Santos',
  'Smith',
  'van Dijk',
  'Wu',
] as const;
export const companies = [
  'Acme',
  'Blue Ridge',
  'Cobalt',
  'Delta & Sons',
  'Evergreen',
  'Foundry',
  'Granite',
  'Harbour',
] as const;
export const words = [
  'alpha',
  'bravo',
  'copper',
  'delta',
  'ember',
  'fable',
  'garnet',
  'harvest',
  'indigo',
  'juniper',
  'kestrel',
  'lumen',
] as const;
export const cities = ['Chicago', 'Dublin', 'São Paulo', 'Sydney', 'Zürich'] as const;
export const userAgent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0 Safari/537.36';

// Emoji, markup, quotes, control characters, U+0000, lone surrogates, separators that are no line ends in JSON but in
// JavaScript, right-to-left marks, spaces at the ends, what spreadsheets run, what parsers take for null.
const awkwardTails = [
  ' 🎉👩‍👩‍👧',
  ' <b>bold</b> & "quoted"',
  '\ttab\r\nand line',
  ' nul\u0000inside',
  ' half \ud83d',
  ' \udc4d half',
  ' 漢字 עברית \u202e',
  ' back\\slash \\u0041 \\N',
  ' \u2028\u2029\ufeff',
  "  'single'; DROP TABLE--  ",
  '\u0007\u001b[31m\u007f',
  ', comma; "" |pipe||',
] as const;

/** The text, with an awkward tail on one row in seventeen, each tail in its turn. */
export function userText(plain: string, index: number): string {
  if (index % 17 !== 3) return plain;
  return plain + awkwardTails[Math.floor(index / 17) % awkwardTails.length];
}
