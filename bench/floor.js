// The least that can be done with a page of rows: parse it, write each row whole as a line of JSON, wait for the reader.
// Takes the pages as a JSON list of texts on stdin, and the number of lines to write as its argument.

import {once} from 'node:events';
import {text} from 'node:stream/consumers';

const pages = JSON.parse(await text(process.stdin));
let left = Number(process.argv[2]);
for (let turn = 0; left > 0; turn++) {
  const rows = JSON.parse(pages[turn % pages.length]).contacts.slice(0, left);
  left -= rows.length;
  process.stdout.cork();
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
  process.stdout.uncork();
  if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
}
