// Hides secrets in texts, however they are spelt there.

const HIDDEN = '***';

/** Gives a function that puts `***` in the place of every secret, as it is, in a URL or escaped in JSON. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const spellings = secrets.filter(secret => secret !== '').flatMap(spellingsOf);
  // Where one spelling holds another, the longer one goes first, so as to leave nothing of it.
  const longestFirst = [...new Set(spellings)].sort((a, b) => b.length - a.length);
  return text => longestFirst.reduce((shown, spelling) => shown.replaceAll(spelling, HIDDEN), text);
}

function spellingsOf(secret: string): string[] {
  const asParameter = new URLSearchParams([['', secret]]).toString().slice(1);
  return [secret, encodeURIComponent(secret.toWellFormed()), asParameter, JSON.stringify(secret).slice(1, -1)];
}
