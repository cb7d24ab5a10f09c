// Draws tables for people at a terminal. Pure: gives lines, and writes none.

/** One column, whose cells are those of the same place in each row. */
export type Column = {
  readonly title: string;
  readonly isNumber?: boolean;
  /**
   * What it may be cut down to where the terminal is narrow; undefined for what is never cut. Numbers should not be: half
   * of a number is a wrong one.
   */
  readonly least?: number;
};

/** The mark is one character that stands in front of the line, a blank for most. */
export type Row = {readonly mark?: string; readonly cells: readonly string[]};

const GAP = '  ';

export type Table = {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** The titles of the columns that are cut, the one that is cut first in front. */
  readonly cutFirst: readonly string[];
};

/** The lines of a table, the titles first, none of them wider than `width`; it may be infinite. */
export function drawTable({columns, rows: given, cutFirst}: Table, width: number): readonly string[] {
  const rows: readonly Row[] = [{cells: columns.map(({title}) => title)}, ...given];
  const natural = columns.map((_, index) => Math.max(...rows.map(({cells}) => (cells[index] ?? '').length)));
  const widths = shrink(natural, {columns, cutFirst, width: width - 2});
  return rows.map(({mark = ' ', cells}) => {
    const padded = columns.map(({isNumber = false}, index) => pad(cells[index] ?? '', widths[index] ?? 0, isNumber));
    return `${mark} ${padded.join(GAP)}`.trimEnd().slice(0, Math.max(0, width));
  });
}

type Space = Pick<Table, 'columns' | 'cutFirst'> & {readonly width: number};

/** Takes from the columns that may be cut what is too much for the line. */
function shrink(natural: readonly number[], {columns, cutFirst, width}: Space): readonly number[] {
  const widths = [...natural];
  let surplus = widths.reduce((sum, own) => sum + own, 0) + GAP.length * (widths.length - 1) - width;
  for (const title of cutFirst) {
    const index = columns.findIndex(column => column.title === title);
    const own = widths[index] ?? 0;
    const cut = Math.max(0, Math.min(surplus, own - (columns[index]?.least ?? own)));
    widths[index] = own - cut;
    surplus -= cut;
  }
  return widths;
}

function pad(cell: string, width: number, isNumber: boolean): string {
  const shown = cell.length > width ? `${cell.slice(0, width - 1)}…` : cell;
  return isNumber ? shown.padStart(width) : shown.padEnd(width);
}

/** The columns of a terminal. One without a size of its own, such as that of a container, tells none, or 0. */
export function widthOf({columns}: {readonly columns?: number | undefined}): number {
  return columns === undefined || columns === 0 ? 80 : columns;
}
