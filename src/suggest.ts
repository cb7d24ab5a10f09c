// Guesses what a mistyped name was meant to be. Shared by config, catalog and selection.

/** The candidate nearest to `word`, or undefined when none is near enough to be a slip of the keyboard. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    // Two letters apart is no likeness between words of three letters.
    if (distance < least && distance < candidate.length / 2) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** `; did you mean "x"?` for the nearest candidate; where none is near, `otherwise`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>, otherwise = ''): string {
  const guess = nearest(word, candidates);
  return guess === undefined ? otherwise : `; did you mean "${guess}"?`;
}

// Levenshtein's distance, one row of the matrix at a time; two letters that changed places are one slip.
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row = Array.from({length: b.length + 1}, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      const isSwap = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j];
      const swapped = isSwap ? (before[j - 1] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
