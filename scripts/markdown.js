// Tables of Markdown.

/** A table of cells that are Markdown already, but for the bars in them. */
export function table(header, rows) {
  const line = cells => `| ${cells.map(cell => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A name as it stands in a program. */
export function code(text) {
  return `\`${text}\``;
}

/** Plain text, with nothing in it that would be taken for Markdown. */
export function plain(text) {
  return text.replace(/[\\*<`[\]]/g, '\\$&');
}

/** Breaks text into lines of at most so many characters, as far as its spaces allow. */
export function wrap(text, width = 120) {
  const lines = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
}
