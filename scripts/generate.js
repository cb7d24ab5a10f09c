// Writes what is made from the code: the catalogs, the page of the streams, the plugin definition for Meltano, and parts
// of other pages. With --check nothing is written; a file that is not as it would be written makes the exit code 1.

import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {discover} from '../dist/catalog.js';
import {presets} from '../dist/presets.js';
import {settings} from '../dist/settings.js';
import {parameters} from '../dist/simulator/parameters.js';
import {streams} from '../dist/streams.js';
import {code, plain, table} from './markdown.js';
import {meltanoProject} from './meltano.js';
import {performanceTable} from './performance.js';
import {samples} from './samples.js';
import {streamsPage} from './streams-page.js';

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
    mkdirSync(new URL('.', file), {recursive: true});
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

function settingsTable() {
  return table(
    ['setting', 'type', 'default', 'meaning'],
    settings.map(({name, schema}) => {
      const fallback = schema.default === undefined ? '' : code(schema.default);
      const meaning = schema.writeOnly ? `${schema.description} Secret.` : schema.description;
      return [code(name), [schema.type].flat().join(' or '), fallback, meaning];
    }),
  );
}

function presetsTable() {
  return table(
    ['catalog', 'for', 'streams'],
    Object.entries(presets).map(([name, preset]) => [
      `[${code(name)}](../catalogs/${name}.json)`,
      preset.purpose,
      preset.streams.map(code).join(', '),
    ]),
  );
}

function parametersTable() {
  return table(
    ['parameter', 'what it sets'],
    parameters.map(({name, description}) => [code(name), plain(description)]),
  );
}

const executable = fileURLToPath(new URL('bin/tap-activecampaign.js', root));

function printed(args, input = '') {
  const text = execFileSync(process.execPath, [executable, ...args], {encoding: 'utf8', input});
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}

/** What `state show` prints of a state in which a little of everything is. */
function stateExample() {
  const interrupted = {
    selection: '0c54b1f7',
    began_at: '2024-01-15T06:00:03.000000Z',
    saved_at: '2024-01-15T06:04:41.000000Z',
    highest: '2024-01-14T22:10:35.000000Z',
    zoneless: false,
    left_out: 0,
    version: null,
    at: {way: 'keyset', seen: 61200, total: 184020},
  };
  const wholeRead = {at: '2024-01-11T06:00:02.000000Z', rows: 9312};
  const proofs = {
    'orders[mdate]': {obeyed: true, at: wholeRead.at},
    'filters[updated_after]': {obeyed: true, at: wholeRead.at},
  };
  const bookmarks = {
    deals: {
      mdate: '2024-01-15T05:58:40.000000Z',
      synced_at: '2024-01-15T06:00:03.000000Z',
      whole_read: wholeRead,
      proofs,
    },
    contacts: {progress: [interrupted]},
    tags: {synced_at: '2024-01-15T06:00:03.000000Z'},
  };
  return printed(['state', 'show', '-'], JSON.stringify({bookmarks, currently_syncing: 'contacts'}));
}

function script(name) {
  return `\`\`\`bash\n${readFileSync(new URL(name, root), 'utf8').trimEnd()}\n\`\`\``;
}

/** Fills the parts of a page that stand between marks, and leaves the rest of it. */
function fill(page, parts) {
  let text = readFileSync(new URL(page, root), 'utf8');
  for (const [name, content] of Object.entries(parts)) {
    const [begin, end] = [`<!-- ${name}: generated -->`, `<!-- ${name}: end -->`];
    const from = text.indexOf(begin);
    const to = text.indexOf(end);
    if (from === -1 || to === -1) throw new Error(`${page} lacks the marks of what is generated: ${name}`);
    text = `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
  }
  put(page, text);
}

const {version} = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const catalog = discover();
put('catalogs/discovered.json', toJson(catalog));
for (const [name, preset] of Object.entries(presets)) {
  put(`catalogs/${name}.json`, toJson(select(catalog, preset.streams)));
}
put('docs/streams.md', streamsPage(streams));
put('examples/meltano/meltano.yml', meltanoProject(version));
fill('docs/sandbox.md', {parameters: parametersTable()});
fill('docs/selecting.md', {presets: presetsTable()});
fill('docs/settings.md', {settings: settingsTable()});
fill('docs/state.md', {'state help': printed(['state', '--help']), 'state example': stateExample()});
fill('README.md', {
  help: printed(['--help']),
  'run.sh': script('examples/run.sh'),
  performance: performanceTable(),
});
// To run the tap for each takes seconds; that they are as it prints them, tests/end-to-end/documents.test.ts checks.
if (!isCheck) for (const [page, parts] of Object.entries(samples())) fill(page, parts);
