// What the tap is and can do, as a document: for people, for Meltano Hub's tools, and as Markdown. Made from the same
// data as everything else; needs neither config nor account.

import {isSelectedByDefault} from './catalog.js';
import {InputError} from './errors.js';
import {ABOUT_FORMATS, type Flags} from './flags.js';
import {showText} from './json.js';
import {schemaOf} from './schemas.js';
import {type SettingSchema, settings} from './settings.js';
import {
  keyPropertiesOf,
  replicationMethodOf,
  type StreamDefinition,
  validReplicationKeys,
} from './stream-definition.js';
import {streams} from './streams.js';
import {didYouMean} from './suggest.js';

/** The forms of the document. */
export type AboutFormat = (typeof ABOUT_FORMATS)[number];

const NAME = 'tap-activecampaign';
const DESCRIPTION = 'Singer tap for ActiveCampaign: extracts an account as Singer messages.';

// In the words of Meltano's SDK (singer_sdk/helpers/capabilities.py).
const CAPABILITIES = ['about', 'activate-version', 'catalog', 'discover', 'properties', 'state', 'structured-logging'];

/** The form that the flags ask for. Throws InputError for one that there is not, and for a form of nothing. */
export function aboutFormat({about: isAsked, format = 'text'}: Pick<Flags, 'about' | 'format'>): AboutFormat {
  if (!isAsked) throw new InputError('--format', 'is the form of --about; give both');
  const known = ABOUT_FORMATS.find(candidate => candidate === format);
  if (known === undefined) {
    throw new InputError(
      '--format',
      `must be text, json or markdown, not ${showText(format)}${didYouMean(format, ABOUT_FORMATS)}`,
    );
  }
  return known;
}

/** The document in one of its forms, with a line break at its end. */
export function about(version: string, format: AboutFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(toJson(version), null, 2)}\n`;
    case 'markdown':
      return toMarkdown(version);
    case 'text':
      return toText(version);
  }
}

/** The shape that the `--about --format=json` of Meltano's SDK prints, and the streams beside it. */
function toJson(version: string): object {
  return {
    name: NAME,
    description: DESCRIPTION,
    version,
    capabilities: CAPABILITIES,
    settings: {
      type: 'object',
      properties: Object.fromEntries(settings.map(({name, schema}) => [name, toSetting(schema)])),
      required: ['api_url'],
    },
    env_var_prefix: 'TAP_ACTIVECAMPAIGN_',
    streams: streams.map(stream => ({
      name: stream.tapStreamId,
      description: descriptionOf(stream),
      key_properties: keyPropertiesOf(stream),
      replication_method: replicationMethodOf(stream),
      valid_replication_keys: validReplicationKeys(stream),
      selected_by_default: isSelectedByDefault(stream),
      fields: Object.fromEntries(
        Object.entries(schemaOf(stream).properties).map(([name, {description = ''}]) => [name, description]),
      ),
    })),
  };
}

/** The SDK marks secrets by a keyword of its own beside that of JSON Schema. */
function toSetting(schema: SettingSchema): object {
  return schema.writeOnly ? {...schema, secret: true} : schema;
}

function toMarkdown(version: string): string {
  const settingRows = settings.map(({name, schema}) => [
    `\`${name}\``,
    schema.default === undefined ? '' : `\`${schema.default}\``,
    schema.writeOnly ? 'yes' : '',
    schema.description,
  ]);
  const streamRows = streams.map(stream => [
    `\`${stream.tapStreamId}\``,
    code(keyPropertiesOf(stream)),
    replicationMethodOf(stream),
    code(validReplicationKeys(stream)),
    isSelectedByDefault(stream) ? 'yes' : 'no',
    descriptionOf(stream),
  ]);
  return [
    `# ${NAME} ${version}`,
    DESCRIPTION,
    `Capabilities: ${code(CAPABILITIES)}`,
    '## Settings',
    table(['setting', 'default', 'secret', 'meaning'], settingRows),
    '## Streams',
    table(['stream', 'key', 'method', 'replication key', 'selected by default', 'what a record is'], streamRows),
    '',
  ].join('\n\n');
}

function toText(version: string): string {
  const width = Math.max(
    ...[...settings.map(({name}) => name), ...streams.map(stream => stream.tapStreamId)].map(({length}) => length),
  );
  const line = (name: string, text: string) => `  ${name.padEnd(width)}  ${text}`;
  return [
    `${NAME} ${version}`,
    DESCRIPTION,
    '',
    `Capabilities: ${CAPABILITIES.join(', ')}`,
    '',
    'Settings:',
    ...settings.map(({name, schema}) => line(name, schema.description)),
    '',
    `Streams (* is not selected by default):`,
    ...streams.map(stream =>
      line(`${stream.tapStreamId}${isSelectedByDefault(stream) ? '' : ' *'}`, descriptionOf(stream)),
    ),
    '',
  ].join('\n');
}

function descriptionOf(stream: StreamDefinition): string {
  return schemaOf(stream).description ?? '';
}

function code(names: readonly string[]): string {
  return names.map(name => `\`${name}\``).join(', ');
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
