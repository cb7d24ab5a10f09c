// What the simulator serves against what is known of the provider: the keys of every list, and the JSON types of the
// provider's own examples.

import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals';
import {type Simulator, startSimulator} from '../../src/simulator/simulator.js';
import {type Row, readAll} from './support.js';

type WireFields = {readonly resources: Readonly<Record<string, readonly string[]>>};
type SampleShapes = {
  readonly examples: Readonly<
    Record<string, {readonly example: string; readonly keys: Readonly<Record<string, string>>}>
  >;
};

const {resources}: WireFields = facts('wire-fields.json');
const {examples}: SampleShapes = facts('sample-shapes.json');
const served = new Map<string, Row[]>();
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({requestsPerSecond: 0, records: 7500});
  for (const name of Object.keys(resources)) {
    const path = name === 'fieldOptions' || name === 'fieldRels' ? 'fields' : name;
    served.set(name, await readAll(simulator, path, name));
  }
});

afterAll(() => simulator.stop());

test('there are 59 resources', () => {
  expect(served.size).toBe(59);
});

describe.each(Object.entries(resources))('%s', (name, keys) => {
  test('is served', () => {
    expect(served.get(name)?.length).toBeGreaterThan(0);
  });

  test('has the known keys, links beside them, and no others', () => {
    const found = new Set((served.get(name) ?? []).flatMap(row => Object.keys(row)));
    found.delete('links');
    expect([...found].sort()).toEqual([...keys].sort());
  });

  test('every row has every key, but for deals without permission', () => {
    const whole = (served.get(name) ?? []).filter(row => row['isDisabled'] !== true && row['isDisabled'] !== 1);
    expect(whole.filter(row => keys.some(key => row[key] === undefined))).toEqual([]);
  });

  test('ids are texts of digits, each once', () => {
    const ids = (served.get(name) ?? []).map(row => row['id']);
    expect(ids.filter(id => typeof id !== 'string' || !/^\d+$/.test(id))).toEqual([]);
    if (name !== 'contactLists' && name !== 'deals') expect(new Set(ids).size).toBe(ids.length);
  });
});

test.each(Object.entries(examples))("%s has the JSON types of the provider's example", (name, {example, keys}) => {
  const rows = served.get(name) ?? [];
  const foreign = Object.entries(keys).flatMap(([key, known]) => {
    const types = [...new Set(rows.map(row => typeOf(row[key])))].filter(type => type !== 'absent');
    if (types.length === 0) return [`${key} is missing`];
    const others = types.filter(
      type => !fits(type, [...known.split(' '), ...(looserKeys[key] ?? [])], example.endsWith('POST')),
    );
    return others.map(type => `${key} is ${type}, not ${known}`);
  });
  expect(foreign).toEqual([]);
});

// What is known to vary beyond the examples: values of custom fields, and the fields of a form.
const looserKeys: Readonly<Record<string, readonly string[]>> = {fieldValue: ['number', 'array'], cfields: ['object']};

// Null may stand in for anything and says nothing about a type; PHP's empty array stands for an empty object; the
// answer to a creation repeats numbers as they were sent.
function fits(type: string, known: readonly string[], isCreation: boolean): boolean {
  const types = known.filter(other => other !== 'null');
  if (type === 'null' || types.length === 0 || types.includes(type)) return true;
  if (type === 'empty array') return types.includes('array') || types.includes('object');
  return isCreation && ['string', 'number'].includes(type) && types.some(other => ['string', 'number'].includes(other));
}

function typeOf(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'empty array' : 'array';
  return typeof value;
}

function facts<Facts>(file: string): Facts {
  return JSON.parse(readFileSync(new URL(`../support/facts/${file}`, import.meta.url), 'utf8'));
}
