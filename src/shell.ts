// Words as the shells of POSIX take them.

/** The text in quotes, as one word. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
