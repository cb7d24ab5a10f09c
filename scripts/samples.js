// What the tap prints of the sandbox, as the pages show it. Nothing has a date in it, so that it is the same every day.
// Run by itself it prints all samples as JSON: page -> mark -> text.

import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';

const executable = fileURLToPath(new URL('../bin/tap-activecampaign.js', import.meta.url));

/** The samples: page -> what stands between which of its marks. */
export function samples() {
  return {
    'README.md': {plan: planSample()},
    'docs/bounded-runs.md': {bound: boundSample()},
    'docs/checking.md': {test: testSample()},
    'docs/pipelines.md': {about: aboutSample()},
    'docs/settings.md': {mask: maskSample()},
  };
}

function run(args, env) {
  const {status, stdout, stderr} = spawnSync(process.execPath, [executable, ...args], {encoding: 'utf8', env});
  if (status !== 0) throw new Error(stderr);
  return {stdout: stdout.trimEnd(), stderr: stderr.trimEnd()};
}

function asText(...lines) {
  return ['```text', ...lines, '```'].join('\n');
}

function asJson(value) {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}

function planSample() {
  const select = 'contacts,contact_tags,contact_tracking_logs,deals,deal_custom_field_values,tags';
  const env = {TAP_ACTIVECAMPAIGN_API_URL: 'sandbox:contacts=3000&requests_per_second=0'};
  const {stderr} = run(['--config', 'ENV', '--plan', '--select', select], env);
  return asText(`$ tap-activecampaign --config config.json --plan > plan.json \\\n    --select ${select}`, stderr);
}

/** A check of a sandbox in which not all is well. */
function testSample() {
  const env = {
    TAP_ACTIVECAMPAIGN_API_URL: 'sandbox:contacts=40&forbidden=deals&requests_per_second=0',
    TAP_ACTIVECAMPAIGN_NAIVE_TIMEZONE: 'UTC',
    TAP_ACTIVECAMPAIGN_PAGESIZE: '50',
    TAP_ACTIVECAMPAIGN_MAX_RETRIES: '0',
  };
  const select = 'contacts,deals,tags';
  const {stdout} = run(['--config', 'ENV', '--select', select, '--test'], env);
  return asText(`$ tap-activecampaign --config ENV --select ${select} --test`, stdout);
}

/** What a bounded run says at its end, but for what is not always the same. */
function boundSample() {
  const env = {TAP_ACTIVECAMPAIGN_API_URL: 'sandbox:requests_per_second=0'};
  const args = ['--config', 'ENV', '--select', 'contacts,deals,tags', '--max-records', '150'];
  const line = run(args, env)
    .stderr.split('\n')
    .find(text => text.includes('a bound is reached'));
  return asText(line.replace(/ (?:seconds|requests)=[\d.]+/g, ''));
}

/** The first settings, of what can be read by tools. */
function aboutSample() {
  const {settings, ...about} = JSON.parse(run(['--about', '--format', 'json'], {}).stdout);
  const properties = Object.fromEntries(Object.entries(settings.properties).slice(1, 3));
  const {name, description, version, capabilities} = about;
  return asJson({name, description, version, capabilities, settings: {...settings, properties}});
}

/** A record of which little is left to be seen. */
function maskSample() {
  const env = {
    TAP_ACTIVECAMPAIGN_API_URL: 'sandbox:requests_per_second=0',
    TAP_ACTIVECAMPAIGN_MASK: '{"*.email": "hash", "contacts.phone": "drop", "contacts.first_name": "null"}',
    TAP_ACTIVECAMPAIGN_MASK_KEY: 'a key of this page alone',
  };
  const fields = ['email', 'phone', 'first_name', 'ip'].map(field => `contacts.${field}`);
  const line = run(['--config', 'ENV', '--select', fields.join()], env)
    .stdout.split('\n')
    .find(text => text.startsWith('{"type":"RECORD"'));
  return asJson(JSON.parse(line).record);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(samples()));
