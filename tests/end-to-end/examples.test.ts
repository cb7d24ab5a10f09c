// The pipelines of examples/ and the workflows: each is run, parsed or checked as far as a machine without the services
// behind them can. run.sh is also run with a database, in postgres.test.ts.

import {spawn} from 'node:child_process';
import {chmodSync, cpSync, existsSync, mkdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {afterAll, describe, expect, test} from '@jest/globals';
import {Ajv} from 'ajv';
import {parse, parseAllDocuments} from 'yaml';
import {about} from '../../src/about.js';
import {settings} from '../../src/settings.js';
import {type Ended, runProgram} from '../support/programs.js';
import {createWorkspace, type Workspace} from '../support/tap.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string) => readFileSync(`${root}${name}`, 'utf8');

/** Whether this machine has a program. What needs one that not every machine has is tested where it is. */
async function has(program: string): Promise<boolean> {
  return (await runProgram('bash', ['-c', `command -v ${program}`])).code === 0;
}

const hasPython = await has('python3');
const hasSystemd = await has('systemd-analyze');

describe('run.sh', () => {
  const TARGET = `#!/usr/bin/env bash
# Prints the state of each STATE line, as targets do; the environment says what goes wrong.
while IFS= read -r line; do
  case $line in '{"type":"STATE"'*) line=\${line#*\\"value\\":}; echo "\${line%\\}}" ;; esac
done
if [ "\${HALF_A_LINE:-}" ]; then printf '{"bookmarks": {"conta'; fi
exit "\${TARGET_CODE:-0}"
`;

  /** A directory with the script, a config, and commands of the script's names on the PATH. */
  function install(at: Workspace, tap: string): () => Promise<Ended> {
    mkdirSync(at.path('bin'));
    const commands = {'tap-activecampaign': tap, 'target-postgres': TARGET};
    for (const [name, text] of Object.entries(commands)) chmodSync(at.file(`bin/${name}`, text), 0o755);
    cpSync(`${root}examples/run.sh`, at.path('run.sh'));
    at.file('config.json', {api_url: 'sandbox:contacts=20&requests_per_second=0', requests_per_second: 0});
    at.file('target.json', {});
    return () => runProgram(at.path('run.sh'), [], {...process.env, PATH: `${at.path('bin')}:${process.env['PATH']}`});
  }

  const TAP = `#!/usr/bin/env bash\nexec "${process.execPath}" "${root}bin/tap-activecampaign.js" "$@" --select tags,contacts\n`;
  const stateOf = (at: Workspace) => JSON.parse(readFileSync(at.path('state.json'), 'utf8'));

  const workspaces: Workspace[] = [];
  const create = () => {
    const at = createWorkspace();
    workspaces.push(at);
    return at;
  };
  afterAll(() => {
    for (const at of workspaces) at.remove();
  });

  test('keeps the last state, and the next run goes on from it', async () => {
    const at = create();
    const start = install(at, TAP);
    expect((await start()).code).toBe(0);
    const first = stateOf(at);
    expect(first).toMatchObject({bookmarks: {contacts: {udate: expect.any(String)}}, currently_syncing: null});
    at.file('config.json', {
      api_url: 'sandbox:contacts=20&requests_per_second=0&changes=60',
      requests_per_second: 0,
    });
    const second = await start();
    expect(second.code).toBe(0);
    expect(stateOf(at).bookmarks.contacts.udate > first.bookmarks.contacts.udate).toBe(true);
    // An incremental run: the contacts that did not change do not come again.
    const records = Number(/stream finished stream=contacts records=(\d+)/.exec(second.stderr)?.[1]);
    expect(records).toBeGreaterThan(0);
    expect(records).toBeLessThan(10);
    expect(existsSync(at.path('state.tmp'))).toBe(false);
  });

  test('keeps what a run that failed has got, and tells of the failure', async () => {
    const at = create();
    const start = install(at, TAP);
    at.file('config.json', {
      api_url: 'sandbox:contacts=20&requests_per_second=0&faults=tags:500x99',
      requests_per_second: 0,
      max_retries: 0,
    });
    expect((await start()).code).toBe(1);
    expect(Object.keys(stateOf(at).bookmarks)).toEqual(['contacts']);
  });

  test('leaves the state alone when the tap does not start, and tells of that', async () => {
    const at = create();
    const start = install(at, TAP);
    at.file('config.json', '{}');
    at.file('state.json', '{"bookmarks":{"tags":{"synced_at":"2024-01-01T00:00:00.000000Z"}}}');
    expect((await start()).code).toBe(2);
    expect(Object.keys(stateOf(at).bookmarks)).toEqual(['tags']);
  });

  test('is not misled by a target that fails or is cut off in the middle of a line', async () => {
    const at = create();
    const start = install(at, TAP);
    at.file(
      'bin/target-postgres',
      TARGET.replace('#!/usr/bin/env bash', '#!/usr/bin/env bash\nHALF_A_LINE=1 TARGET_CODE=3'),
    );
    expect((await start()).code).toBe(3);
    expect(Object.keys(stateOf(at).bookmarks).sort()).toEqual(['contacts', 'tags']);
  });

  test('stops the tap when it is stopped, and keeps what the target has taken in', async () => {
    const at = create();
    install(at, TAP.replace('tags,contacts', 'accounts,contacts'));
    at.file('config.json', {
      api_url: 'sandbox:contacts=20000&requests_per_second=0&latency_ms=20',
      requests_per_second: 0,
    });
    const env = {...process.env, PATH: `${at.path('bin')}:${process.env['PATH']}`};
    const child = spawn(at.path('run.sh'), [], {env, stdio: ['ignore', 'ignore', 'pipe']});
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (!said.includes('stream finished') && (said + text).includes('stream finished')) child.kill('SIGTERM');
      said += text;
    });
    expect(await new Promise(resolve => child.on('close', resolve))).toBe(143);
    expect(said).toContain('sync stopped by a signal');
    expect(stateOf(at)).toMatchObject({bookmarks: {accounts: expect.anything()}, currently_syncing: 'contacts'});
  });

  test('does not start while the last run is still going', async () => {
    const at = create();
    const start = install(at, TAP);
    at.file('state.json', '');
    const held = `flock --nonblock 9 || exit 9; "$0" ${at.path('run.sh')}; exit $?`;
    const {code, stderr} = await runProgram('bash', ['-c', `exec 9> ${at.path('.lock')}; ${held}`, 'bash']);
    expect({code, stderr}).toEqual({code: 0, stderr: 'the last run is still going\n'});
    expect(readFileSync(at.path('state.json'), 'utf8')).toBe('');
    expect((await start()).code).toBe(0);
  });
});

describe('the plugin definition for Meltano', () => {
  const project = parse(read('examples/meltano/meltano.yml'));
  const [plugin] = project.plugins.extractors;

  // What the schema of Meltano 3 and 4 for meltano.yml admits of a plugin and of a setting.
  const SETTING = {
    type: 'object',
    required: ['name', 'kind', 'label', 'description'],
    additionalProperties: false,
    properties: {
      name: {type: 'string'},
      aliases: {type: 'array', items: {type: 'string'}},
      label: {type: 'string'},
      description: {type: 'string'},
      kind: {enum: ['date_iso8601', 'integer', 'decimal', 'options', 'object', 'array', 'boolean', 'string']},
      value: {},
      sensitive: {type: 'boolean'},
      options: {
        type: 'array',
        items: {
          type: 'object',
          required: ['label', 'value'],
          additionalProperties: false,
          properties: {label: {type: 'string'}, value: {}},
        },
      },
    },
  };
  const CAPABILITIES = [
    ...['properties', 'catalog', 'discover', 'state', 'about', 'stream-maps', 'activate-version', 'batch', 'test'],
    ...['log-based', 'schema-flattening', 'structured-logging'],
  ];
  const PLUGIN = {
    type: 'object',
    required: ['name', 'namespace', 'executable', 'capabilities', 'settings'],
    additionalProperties: false,
    properties: {
      name: {const: 'tap-activecampaign'},
      namespace: {const: 'tap_activecampaign'},
      label: {type: 'string'},
      description: {type: 'string'},
      executable: {type: 'string'},
      capabilities: {type: 'array', items: {enum: CAPABILITIES}},
      log_parser: {enum: ['singer-sdk']},
      settings_group_validation: {type: 'array', items: {type: 'array', items: {type: 'string'}}},
      settings: {type: 'array', items: SETTING},
      config: {type: 'object'},
      select: {type: 'array', items: {type: 'string'}},
    },
  };

  test('has the form that Meltano takes', () => {
    const isPlugin = new Ajv({strict: false, allErrors: true}).compile(PLUGIN);
    isPlugin(plugin);
    expect(isPlugin.errors).toBe(null);
    expect(isPlugin({...plugin, capabilities: ['fly']})).toBe(false);
  });

  test('has every setting, with its default, its choices and what is secret', () => {
    const KINDS: Readonly<Record<string, string>> = {integer: 'integer', number: 'decimal', boolean: 'boolean'};
    expect(plugin.settings.map(({name}: {name: string}) => name)).toEqual(settings.map(({name}) => name));
    for (const [index, {name, schema}] of settings.entries()) {
      const {kind, value, sensitive = false, options, description} = plugin.settings[index];
      expect({name, description, sensitive}).toEqual({
        name,
        description: schema.description,
        sensitive: schema.writeOnly ?? false,
      });
      if (name !== 'user_agent') expect({name, value}).toEqual({name, value: schema.default});
      expect(options?.map((option: {value: string}) => option.value)).toEqual(schema.enum);
      if (typeof schema.type === 'string' && KINDS[schema.type])
        expect({name, kind}).toEqual({name, kind: KINDS[schema.type]});
      expect(kind === 'options').toBe(schema.enum !== undefined);
    }
  });

  test('has the capabilities of --about, and groups and values of settings that there are', () => {
    expect(plugin.capabilities).toEqual(JSON.parse(about('1.2.3', 'json')).capabilities);
    const names = settings.map(({name}) => name);
    for (const name of [...plugin.settings_group_validation.flat(), ...Object.keys(plugin.config)]) {
      expect(names).toContain(name);
    }
  });
});

describe('the manifests for Kubernetes', () => {
  type Container = {
    readonly name: string;
    readonly env?: readonly {readonly name: string; readonly value?: string}[];
    readonly volumeMounts: readonly {readonly name: string}[];
    readonly securityContext: object;
  };
  type CronJob = {
    readonly spec: {
      readonly jobTemplate: {
        readonly spec: {
          readonly template: {
            readonly spec: {
              readonly containers: readonly Container[];
              readonly initContainers?: readonly Container[];
              readonly volumes: readonly {readonly name: string}[];
            };
          };
        };
      };
    };
  };
  const parseAll = (text: string) =>
    parseAllDocuments(text).map(document => {
      expect(document.errors).toEqual([]);
      return document.toJS();
    });
  const variables = [...settings.map(({name}) => `TAP_ACTIVECAMPAIGN_${name.toUpperCase()}`), 'TAP', 'TARGET', 'HOME'];

  function checkCronJob(job: CronJob): readonly Container[] {
    expect(job).toMatchObject({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      spec: {
        schedule: expect.stringMatching(/^[0-9]+ ([0-9]+|\*) \* \* \*$/),
        concurrencyPolicy: 'Forbid',
        jobTemplate: {spec: {template: {spec: {restartPolicy: 'Never', securityContext: {runAsNonRoot: true}}}}},
      },
    });
    const {containers, initContainers = [], volumes} = job.spec.jobTemplate.spec.template.spec;
    const all: readonly Container[] = [...initContainers, ...containers];
    for (const {env = [], volumeMounts, securityContext} of all) {
      for (const {name} of env) expect(variables).toContain(name);
      for (const {name} of volumeMounts) expect(volumes.map(volume => volume.name)).toContain(name);
      expect(securityContext).toMatchObject({allowPrivilegeEscalation: false});
    }
    return all;
  }

  test('keep the state on a volume, with one run at a time and the key in a file', () => {
    const [claim, job] = parseAll(read('examples/kubernetes/cronjob.yaml'));
    expect(claim).toMatchObject({kind: 'PersistentVolumeClaim', spec: {accessModes: ['ReadWriteOnce']}});
    const [container] = checkCronJob(job);
    const {volumes} = job.spec.jobTemplate.spec.template.spec;
    expect(volumes).toContainEqual({name: 'state', persistentVolumeClaim: {claimName: claim.metadata.name}});
    expect(container?.env).toContainEqual({name: 'TAP_ACTIVECAMPAIGN_API_TOKEN_FILE', value: '/secrets/api-token'});
  });

  test('or in object storage: fetched before the sync and saved behind it, whatever became of it', () => {
    const [job] = parseAll(read('examples/kubernetes/cronjob-object-storage.yaml'));
    expect(checkCronJob(job).map(({name}) => name)).toEqual(['fetch', 'sync', 'save']);
    const {initContainers, containers} = job.spec.jobTemplate.spec.template.spec;
    expect(initContainers.map(({name}: Container) => name)).toEqual(['fetch', 'sync']);
    expect(initContainers[1].env).toContainEqual({
      name: 'TAP_ACTIVECAMPAIGN_API_TOKEN',
      valueFrom: {secretKeyRef: {name: 'activecampaign-acme', key: 'api-token'}},
    });
    expect(containers[0].command[0]).toBe('bash');
  });

  // The two commands, with stand-ins for what they call: a sync that fails with 1, and a storage that shows what it got.
  test.each([
    ['has a state', 'echo "{}" > state.json', 'cp state.json s3://BUCKET/activecampaign/acme/state.json'],
    ['has none', 'touch state.json', ''],
  ])('in which a run that fails and %s is saved as far as it came, and still fails', async (_, sync, saved) => {
    const at = createWorkspace();
    try {
      const [{spec}] = parseAll(read('examples/kubernetes/cronjob-object-storage.yaml'));
      const {initContainers, containers} = spec.jobTemplate.spec.template.spec;
      const programs = {'run.sh': `cd $1; ${sync}; exit 1`, aws: 'shift; echo "$@" | sed "s#$PWD/##g"'};
      for (const [name, text] of Object.entries(programs))
        chmodSync(at.file(name, `#!/usr/bin/env bash\n${text}\n`), 0o755);
      const env = {...process.env, PATH: `${at.path('')}:${process.env['PATH']}`};
      const start = ({command}: {command: readonly string[]}) =>
        runProgram(
          'bash',
          [
            '-c',
            `cd ${at.path('.')}; ${command[2]?.replaceAll('/state/', `${at.path('')}/`).replace('/state;', `${at.path('.')};`)}`,
          ],
          env,
        );
      expect((await start(initContainers[1])).code).toBe(0);
      const {code, stdout} = await start(containers[0]);
      expect({code, stdout: stdout.replaceAll(`${at.path('')}/`, '').trim()}).toEqual({code: 1, stdout: saved});
    } finally {
      at.remove();
    }
  });

  test('are made for each account of a fleet, spread over the hour', async () => {
    const args = [`${root}examples/fleet/cronjobs.js`, `${root}examples/fleet/accounts.json`];
    const {code, stdout} = await runProgram(process.execPath, args);
    expect(code).toBe(0);
    const jobs = parseAll(stdout).filter(({kind}) => kind === 'CronJob');
    const accounts: {name: string; api_url: string; settings?: object}[] = JSON.parse(
      read('examples/fleet/accounts.json'),
    );
    expect(jobs.map(({metadata}) => metadata.labels.account)).toEqual(accounts.map(({name}) => name));
    expect(new Set(jobs.map(({spec}) => spec.schedule)).size).toBe(accounts.length);
    expect(stdout).not.toContain(`activecampaign-acme\n  labels: {app: activecampaign, account: globex`);
    for (const [index, {name, api_url: url}] of accounts.entries()) {
      const [container] = checkCronJob(jobs[index]);
      expect(container?.env).toContainEqual({name: 'TAP_ACTIVECAMPAIGN_API_URL', value: url});
      expect(JSON.stringify(jobs[index])).toContain(`activecampaign-${name}`);
    }
    const [, globex] = jobs.map(job => checkCronJob(job)[0]);
    expect(globex?.env).toContainEqual({name: 'TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND', value: '3'});
  });
});

describe('the DAGs for Airflow', () => {
  if (!hasPython) return;

  const at = createWorkspace();
  afterAll(at.remove);

  // What Airflow's own classes take, as far as the file uses them: an argument that they lack would stop the import.
  const STUB = `
import json
FOUND = []
class DAG:
    def __init__(self, *, dag_id, schedule, start_date, catchup, max_active_runs, tags):
        self.facts = {"dag_id": dag_id, "schedule": schedule, "start": start_date.isoformat(), "catchup": catchup,
                      "max_active_runs": max_active_runs, "tasks": []}
        FOUND.append(self.facts)
    def __enter__(self):
        DAG.current = self
        return self
    def __exit__(self, *_):
        DAG.current = None
class BashOperator:
    def __init__(self, *, task_id, bash_command, env, append_env, pool, retries, retry_delay, execution_timeout):
        DAG.current.facts["tasks"].append({"task_id": task_id, "bash_command": bash_command, "env": env,
            "append_env": append_env, "pool": pool, "retries": retries})
`;

  test.each(['2', '3'])('are one for each account, under Airflow %s', async version => {
    mkdirSync(at.path(`dags${version}`));
    for (const name of ['airflow/dag.py', 'airflow/activecampaign_fleet.py', 'fleet/accounts.json']) {
      cpSync(`${root}examples/${name}`, at.path(`dags${version}/${name.split('/')[1]}`));
    }
    at.file(
      `dags${version}/check.py`,
      `import sys, types, json
stub = types.ModuleType("stub")
exec(${JSON.stringify(STUB)}, stub.__dict__)
names = {"2": {"airflow": "DAG", "airflow.operators": "", "airflow.operators.bash": "BashOperator"},
         "3": {"airflow": "", "airflow.sdk": "DAG", "airflow.providers": "", "airflow.providers.standard": "",
               "airflow.providers.standard.operators": "", "airflow.providers.standard.operators.bash": "BashOperator"}}
for name, what in names["${version}"].items():
    module = types.ModuleType(name)
    module.__path__ = []
    if what:
        setattr(module, what, getattr(stub, what))
    sys.modules[name] = module
import dag
assert all(f["dag_id"] in vars(dag) for f in stub.FOUND)
import activecampaign_fleet as fleet
from pathlib import Path
print(json.dumps({"dags": stub.FOUND, "pools": fleet.pools(fleet.load_accounts(Path(__file__).with_name("accounts.json")))}))
`,
    );
    const {code, stdout, stderr} = await runProgram('python3', ['-B', at.path(`dags${version}/check.py`)]);
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    const {dags, pools} = JSON.parse(stdout);
    expect(dags.map(({dag_id: id}: {dag_id: string}) => id)).toEqual([
      'activecampaign_acme',
      'activecampaign_globex',
      'activecampaign_initech',
    ]);
    for (const dag of dags) {
      expect(dag).toMatchObject({
        catchup: false,
        max_active_runs: 1,
        schedule: expect.stringMatching(/^\d+ (\d|\*) \* \* \*$/),
      });
      const [task] = dag.tasks;
      expect(task).toMatchObject({
        pool: dag.dag_id,
        append_env: true,
        bash_command: expect.stringMatching(/run\.sh \/srv\//),
      });
      expect(pools[task.pool]).toMatchObject({slots: 1});
      expect(task.env['TAP_ACTIVECAMPAIGN_API_TOKEN']).toBe(`{{ conn.${dag.dag_id}.password }}`);
    }
    expect(dags[1].tasks[0].env['TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND']).toBe('3');
    expect(new Set(dags.map(({schedule}: {schedule: string}) => schedule)).size).toBe(3);
  });

  test('refuse accounts that are there twice, and names that are none', async () => {
    const program = `${root}examples/airflow/activecampaign_fleet.py`;
    const account = {name: 'acme', api_url: 'https://acme.api-us1.com'};
    const twice = await runProgram('python3', ['-B', program, at.file('twice.json', [account, account])]);
    expect(twice.stderr).toContain('accounts that are there twice: acme');
    const named = await runProgram('python3', ['-B', program, at.file('named.json', [{...account, name: 'A/B'}])]);
    expect(named.stderr).toContain('is no name of an account');
  });
});

describe('the units of systemd', () => {
  if (!hasSystemd) return;

  test('are understood by systemd', async () => {
    const at = createWorkspace();
    try {
      for (const name of ['tap-activecampaign.service', 'tap-activecampaign.timer']) {
        at.file(name, read(`examples/systemd/${name}`).replace('/usr/local/lib/activecampaign', `${root}examples`));
      }
      const units = ['tap-activecampaign.service', 'tap-activecampaign.timer'].map(at.path);
      expect(await runProgram('systemd-analyze', ['verify', ...units])).toEqual({code: 0, stdout: '', stderr: ''});
    } finally {
      at.remove();
    }
  });
});

describe('the workflows', () => {
  type Step = {readonly uses?: string; readonly run?: string};
  type Job = {readonly needs?: string; readonly permissions?: object; readonly steps: readonly Step[]};
  const jobsOf = (name: string): Readonly<Record<string, Job>> => parse(read(`.github/workflows/${name}`)).jobs;

  test.each(['ci.yml', 'release.yml'])('%s runs what CI runs, with actions that cannot change', name => {
    const steps = Object.values(jobsOf(name)).flatMap(job => job.steps);
    expect(steps.map(step => step.run)).toContain('bash .ci/run');
    for (const {uses} of steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
  });

  test('a tag publishes with provenance, behind all tests, and nothing else may sign', () => {
    const {on, permissions} = parse(read('.github/workflows/release.yml'));
    expect({on, permissions}).toEqual({on: {push: {tags: ['v[0-9]+.[0-9]+.[0-9]+']}}, permissions: {}});
    const {check, publish} = jobsOf('release.yml');
    expect(check?.permissions).toEqual({contents: 'read'});
    expect(publish).toMatchObject({needs: 'check', permissions: {contents: 'read', 'id-token': 'write'}});
    expect(publish?.steps.at(-1)?.run).toMatch(/^npm publish .*--provenance/);
  });
});
