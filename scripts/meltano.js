// The plugin definition for Meltano, made of the settings and of what --about says.

import {about} from '../dist/about.js';
import {aliases, settings} from '../dist/settings.js';

const HEAD = `# A Meltano project with the tap in it. The definition of the plugin is made by npm run generate: copy the entry under
# "extractors" into a project of yours.
#
# Meltano installs Python packages only, so the tap is installed beside it (npm install --global tap-activecampaign) and
# found on the PATH; "executable" may also be a path. The token belongs into .env, as TAP_ACTIVECAMPAIGN_API_TOKEN.
`;

/** The text of meltano.yml. A text in double quotes is the same in YAML as in JSON. */
export function meltanoProject(version) {
  const {capabilities, description} = JSON.parse(about(version, 'json'));
  const plugin = [
    '- name: tap-activecampaign',
    '  namespace: tap_activecampaign',
    '  label: ActiveCampaign',
    `  description: ${quote(description)}`,
    '  executable: tap-activecampaign',
    '  capabilities:',
    ...capabilities.map(name => `  - ${name}`),
    '  # The log comes as JSON, and Meltano shows it as its own.',
    '  log_parser: singer-sdk',
    '  settings_group_validation:',
    '  - [api_url, api_token]',
    '  - [api_url, api_token_file]',
    '  settings:',
    ...settings.flatMap(toSetting).map(line => `  ${line}`),
    '  config:',
    '    api_url: https://ACCOUNT.api-us1.com',
    "    start_date: '2020-01-01T00:00:00Z'",
    '    log_format: json',
    '  select:',
    '  - contacts.*',
    '  - deal*.*',
    "  - '!*.email'",
  ];
  return [
    HEAD.trimEnd(),
    'default_environment: dev',
    'environments:',
    '- name: dev',
    'plugins:',
    '  extractors:',
    ...plugin.map(line => `  ${line}`),
    '  loaders:',
    '  - name: target-postgres',
    '    variant: meltanolabs',
    '    pip_url: meltanolabs-target-postgres',
    'jobs:',
    '- name: activecampaign',
    '  tasks:',
    '  - tap-activecampaign target-postgres',
    'schedules:',
    '- name: activecampaign-hourly',
    '  interval: "@hourly"',
    '  job: activecampaign',
    '',
  ].join('\n');
}

function toSetting({name, schema}) {
  const others = Object.keys(aliases).filter(alias => aliases[alias] === name);
  return [
    `- name: ${name}`,
    ...(others.length > 0 ? [`  aliases: [${others.join(', ')}]`] : []),
    `  label: ${quote(labelOf(name))}`,
    `  description: ${quote(schema.description)}`,
    `  kind: ${kindOf(name, schema)}`,
    ...(schema.enum
      ? ['  options:', ...schema.enum.map(value => `  - {label: ${quote(value)}, value: ${quote(value)}}`)]
      : []),
    // What the tap fills in by itself is no value to be passed on.
    ...(schema.default === undefined || name === 'user_agent' ? [] : [`  value: ${JSON.stringify(schema.default)}`]),
    ...(schema.writeOnly ? ['  sensitive: true'] : []),
  ];
}

/** The word of Meltano for a type. A number or an object by stream is text to it, which the tap takes apart. */
function kindOf(name, {type, enum: values}) {
  if (values) return 'options';
  if (name === 'start_date') return 'date_iso8601';
  return (
    {string: 'string', integer: 'integer', number: 'decimal', boolean: 'boolean', object: 'object'}[type] ?? 'string'
  );
}

function labelOf(name) {
  const words = name
    .replaceAll('_', ' ')
    .replace(/\bapi\b/, 'API')
    .replace(/\burl\b/, 'URL');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function quote(text) {
  return JSON.stringify(text);
}
