import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {InputError} from '../src/errors.js';
import {readJsonFile, readTextFile} from '../src/files.js';
import {findJsonFault} from '../src/json-fault.js';
import {parseJson} from '../src/parse-json.js';

const folder = mkdtempSync(join(tmpdir(), 'tap-files-'));
afterAll(() => rmSync(folder, {recursive: true}));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a JSON file', () => {
  test('is read with or without a byte order mark', () => {
    expect(readJsonFile(file('plain.json', '{"a": 1}'), 'config')).toEqual({a: 1});
    expect(readJsonFile(file('bom.json', '\uFEFF{"a": "ü"}'), 'config')).toEqual({a: 'ü'});
  });

  test.each([
    ['[1]', 'the config file must hold a JSON object ({…}), not a list'],
    ['null', 'the config file must hold a JSON object ({…}), not null'],
    ['"x"', 'the config file must hold a JSON object ({…}), not text'],
    ['7', 'the config file must hold a JSON object ({…}), not a number'],
    ['', 'the config file is empty; it must hold a JSON object'],
    [' \n', 'the config file is empty; it must hold a JSON object'],
    ['{"a": }', 'the config file is not valid JSON at line 1, column 7; mend it there'],
    ['{\n  "a": 1,\n}', 'the config file is not valid JSON at line 3, column 1; mend it there'],
    ['{"a": 1', 'the config file is not valid JSON at line 1, column 8; mend it there'],
    ["{'a': 1}", 'the config file is not valid JSON at line 1, column 2; mend it there'],
  ])('%j is refused with one clear line', (content, detail) => {
    const path = file('wrong.json', content);
    expect(() => readJsonFile(path, 'config')).toThrow(new InputError(path, detail));
  });

  test('is refused with its path when it is missing, a directory, or no text', () => {
    const missing = join(folder, 'missing.json');
    expect(() => readJsonFile(missing, 'catalog')).toThrow(
      new InputError(missing, 'there is no such catalog file; check its path, or make one with --discover'),
    );
    expect(() => readJsonFile(folder, 'state')).toThrow(
      new InputError(folder, 'is a directory; name the state file in it'),
    );
    const binary = file('binary.json', Buffer.from([0x7b, 0xff, 0xfe]));
    expect(() => readTextFile(binary, 'state')).toThrow('the state file is not UTF-8 text; save it as UTF-8');
  });
});

test('an error about JSON never quotes the text, which may hold the token', () => {
  let message = '';
  try {
    parseJson('{"api_token": s3cr3t}', 'config.json', 'config');
  } catch (error) {
    message = String(error);
  }
  expect(message).toContain('line 1, column 15');
  expect(message).not.toContain('s3cr3t');
});

describe('the place of a JSON fault', () => {
  const isJson = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const mangledJson = fc
    .tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '}', ']', '"', ':', '1', '.', '\\', '\t', 'e', ' ', '{', 'null'),
    )
    .map(([json, at, piece]) => {
      const place = at % (json.length + 1);
      return json.slice(0, place) + piece + json.slice(place + (piece === '' ? 1 : 0));
    });

  test('is found exactly where JSON.parse fails, and nowhere in valid JSON', () => {
    fc.assert(
      fc.property(fc.oneof(mangledJson, fc.json(), fc.string()), text => {
        expect(findJsonFault(text) === undefined).toBe(isJson(text));
      }),
      {seed: 7, numRuns: 3_000},
    );
  });

  test('is found in a text nested deeper than the call stack', () => {
    expect(findJsonFault('['.repeat(200_000))).toEqual({line: 1, column: 200_001});
  });
});
