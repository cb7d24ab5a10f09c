// Writes what is made from the code: the catalogs, and the tables and the help text of the README. With --check nothing
// is written; a file that is not as it would be written makes the exit code 1.

import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {discover} from '../dist/catalog.js';
import {presets} from '../dist/presets.js';
import {settings} from '../dist/settings.js';
import {replicationMethodOf, validReplicationKeys} from '../dist/stream-definition.js';
import {streams} from '../dist/streams.js';

const root = new URL('../', import.meta.url);
const isCheck = process.argv.includes('--check');

function put(name, content) {
  const file = new URL(name, root);
  const before = readIfThere(file);
  if (before === content) return;
  if (isCheck) {
    console.error(`${name} is not what the code makes; run npm run generate`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, content);
    console.error(`${name} written`);
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function toJson(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function select(catalog, tapStreamIds) {
  const chosen = catalog.streams.filter(entry => tapStreamIds.includes(entry.tap_stream_id));
  return {
    ...catalog,
    streams: chosen.map(entry => ({
      ...entry,
      metadata: entry.metadata.map(item =>
        item.breadcrumb.length === 0 ? {...item, metadata: {...item.metadata, selected: true}} : item,
      ),
    })),
  };
}

function table(header, rows) {
  const line = cells => `| ${cells.map(cell => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function streamsTable() {
  return table(
    ['stream', 'endpoint', 'method', 'replication key'],
    streams.map(stream => [
      `\`${stream.tapStreamId}\``,
      `\`${stream.path}\``,
      replicationMethodOf(stream),
      validReplicationKeys(stream)
        .map(key => `\`${key}\``)
        .join(' or '),
    ]),
  );
}

function settingsTable() {
  return table(
    ['setting', 'default', 'meaning'],
    settings.map(({name, schema}) => {
      const fallback = schema.default === undefined ? '' : `\`${schema.default}\``;
      return [`\`${name}\``, fallback, schema.description];
    }),
  );
}

function helpText() {
  const executable = fileURLToPath(new URL('bin/tap-activecampaign.js', root));
  const text = execFileSync(process.execPath, [executable, '--help'], {encoding: 'utf8'});
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}

function fill(text, name, content) {
  const [begin, end] = [`<!-- ${name}: generated -->`, `<!-- ${name}: end -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`README.md lacks the marks of what is generated: ${name}`);
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
}

const catalog = discover();
put('catalogs/discovered.json', toJson(catalog));
for (const [name, tapStreamIds] of Object.entries(presets)) {
  put(`catalogs/${name}.json`, toJson(select(catalog, tapStreamIds)));
}
const readme = readFileSync(new URL('README.md', root), 'utf8');
const parts = {help: helpText(), settings: settingsTable(), streams: streamsTable()};
const filled = Object.entries(parts).reduce((text, [name, content]) => fill(text, name, content), readme);
put('README.md', filled);
