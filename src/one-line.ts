// Texts of others as one line: names of files and answers of servers may hold line breaks, and a terminal obeys what
// follows an ESC.

/** The text with a blank in the place of line breaks, control characters and several blanks. */
export function oneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001F\u007F-\u009F]+/g, ' ');
}
