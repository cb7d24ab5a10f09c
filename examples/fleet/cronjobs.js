// Prints the Kubernetes manifests of a fleet: those of ../kubernetes/cronjob.yaml, once for each account.
//   node cronjobs.js accounts.json | kubectl apply --filename -
// Starts are spread over the hour, and over the night, by the name. Secrets (activecampaign-NAME) are made apart.

import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';

const template = readFileSync(new URL('../kubernetes/cronjob.yaml', import.meta.url), 'utf8');
const accounts = JSON.parse(readFileSync(process.argv[2], 'utf8'));

for (const {name, api_url: url, every = 'hour', settings = {}} of accounts) {
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) throw new Error(`${name} is no name of an account`);
  const at = createHash('sha256').update(name).digest().readUInt32BE();
  const schedule = every === 'day' ? `${at % 60} ${(at >>> 8) % 6} * * *` : `${at % 60} * * * *`;
  const variables = Object.entries(settings).map(([key, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `\n                - {name: TAP_ACTIVECAMPAIGN_${key.toUpperCase()}, value: ${JSON.stringify(text)}}`;
  });
  const manifests = template
    .replaceAll('activecampaign-acme', `activecampaign-${name}`)
    .replaceAll('account: acme', `account: ${name}`)
    .replace("'17 * * * *'", `'${schedule}'`)
    .replace(
      /(API_URL, value: )'[^']*'(.*)/,
      (_, before, after) => before + JSON.stringify(url) + after + variables.join(''),
    );
  console.log(`---\n${manifests.trimEnd()}`);
}
