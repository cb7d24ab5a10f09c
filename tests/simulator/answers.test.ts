// Answers that are no plain lists, against what is known of the provider's: the keys and JSON types of its examples, or
// of its document where it prints none.

import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals';
import {type Simulator, startSimulator} from '../../src/simulator/simulator.js';
import {ask, asRow, type Json, type Row} from './support.js';

type Shape = string | readonly Shape[] | {readonly [key: string]: Shape};
type Shapes = {
  readonly answers: Readonly<Record<string, Shape>>;
  readonly rows: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

const {answers, rows}: Shapes = JSON.parse(readFileSync(new URL('./answer-shapes.json', import.meta.url), 'utf8'));
// What differs from one schema of custom objects to the next.
const free = ['schemas[].fields[]', 'records[].fields[].value', 'records[].relationships'];
const rowKeys = ['broadcasts', 'lists', 'recipients', 'failures', 'results'];

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({requestsPerSecond: 0, contacts: 1000});
});

afterAll(() => simulator.stop());

describe.each(Object.entries(answers))('%s', (path, shape) => {
  test("has the keys and JSON types of the provider's example, and no others", async () => {
    let filled = 0;
    for (const asked of askedFor(path)) {
      const {status, body} = await ask(simulator, asked);
      expect(status).toBe(200);
      // A sub-resource without content is a bare object.
      if (Object.keys(body).length === 0) continue;
      filled++;
      expect(misfits(body, shape, '')).toEqual([]);
    }
    expect(filled).toBeGreaterThan(0);
  });
});

describe.each(Object.entries(rows))('%s', (path, types) => {
  test("has rows with the keys and types of the provider's document, and no others", async () => {
    let seen = 0;
    for (const asked of askedFor(path)) {
      for (const row of rowsIn(await ask(simulator, asked).then(({body}) => body))) {
        seen++;
        expect(Object.keys(row).sort()).toEqual(Object.keys(types).sort());
        const wrong = Object.entries(types).filter(([key, known]) => !isOfType(row[key], known.split('|')));
        expect({row, wrong}).toEqual({row, wrong: []});
      }
    }
    expect(seen).toBeGreaterThan(0);
  });
});

// The path, or what it is for the first hundred ids that can stand in it.
function askedFor(path: string): string[] {
  if (!path.includes('{id}')) return [path];
  const [owner = ''] = [
    ['contacts/', 'contacts'],
    ['geoIps/', 'contacts/{id}/geoIps'],
    ['customObjects/', 'customObjects/schemas'],
    ['sms/', 'sms/broadcasts'],
  ]
    .filter(([start = '']) => path.startsWith(start))
    .map(([, name = '']) => name);
  return [...simulator.ids(owner)].slice(0, 100).map(id => path.replace('{id}', id));
}

function rowsIn(body: Row): Row[] {
  const key = rowKeys.find(name => Array.isArray(body[name]));
  const found = body[key ?? ''];
  return Array.isArray(found) ? found.map(asRow) : [];
}

function misfits(value: Json, shape: Shape, at: string): string[] {
  if (free.includes(at) || shape === 'links') return [];
  if (typeof shape === 'string') {
    return value === null || shape === 'null' || typeof value === shape
      ? []
      : [`${at} is ${typeof value}, not ${shape}`];
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${at} is no list`];
    return value.flatMap(item => misfits(item, shape[0] ?? 'null', `${at}[]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is no object`];
  const keys = Object.entries(shape);
  const foreign = Object.keys(value).filter(key => !keys.some(([known]) => known === key));
  return [
    ...foreign.map(key => `${at}.${key} is not known`),
    ...keys.flatMap(([key, inner]) =>
      value[key] === undefined
        ? [`${at}.${key} is missing`]
        : misfits(value[key], inner, at === '' ? key : `${at}.${key}`),
    ),
  ];
}

// PHP's empty array stands for an empty object.
function isOfType(value: Json | undefined, types: readonly string[]): boolean {
  if (value === null || types.includes('any')) return true;
  if (Array.isArray(value)) return types.includes('array') || (value.length === 0 && types.includes('object'));
  return types.includes(typeof value === 'number' ? 'integer' : typeof value);
}
