// Finds where a text stops being JSON. JSON.parse says so in some releases of Node, in others it quotes the text
// around the fault instead, which may hold a token.

const BLANKS = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y;

/** The line and column (both from 1) of the first thing that JSON does not allow there; undefined for valid JSON. */
export function findJsonFault(text: string): {readonly line: number; readonly column: number} | undefined {
  const position = faultPosition(text);
  if (position === undefined) return undefined;
  const lines = text.slice(0, position).split('\n');
  return {line: lines.length, column: (lines.at(-1) ?? '').length + 1};
}

function faultPosition(text: string): number | undefined {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    at += found?.[0].length ?? 0;
    return found !== null;
  };
  const takeLetter = (letter: string): boolean => {
    const found = text[at] === letter;
    if (found) at++;
    return found;
  };
  // The brackets still to be closed, innermost last. Not recursive: a text may be nested deeper than the call stack.
  const closers: ('}' | ']')[] = [];
  let mayClose = false;
  for (;;) {
    take(BLANKS);
    const closer = closers.at(-1);
    if (closer !== undefined && mayClose && takeLetter(closer)) {
      closers.pop();
    } else {
      if (closer === '}') {
        if (!take(STRING)) return at;
        take(BLANKS);
        if (!takeLetter(':')) return at;
        take(BLANKS);
      }
      mayClose = true;
      if (takeLetter('{')) {
        closers.push('}');
        continue;
      }
      if (takeLetter('[')) {
        closers.push(']');
        continue;
      }
      if (!take(STRING) && !take(SCALAR)) return at;
    }
    for (;;) {
      take(BLANKS);
      const open = closers.at(-1);
      if (open === undefined) return at === text.length ? undefined : at;
      if (takeLetter(',')) break;
      if (!takeLetter(open)) return at;
      closers.pop();
    }
    mayClose = false;
  }
}
