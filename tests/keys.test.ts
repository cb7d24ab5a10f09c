// The spelling of field names. The expected names were written by the original in Python: decamelize of pyhumps 3.8.0.

import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {snakeCase} from '../src/keys.js';

test.each([
  ['id', 'id'],
  ['userid', 'userid'],
  ['contact_id', 'contact_id'],
  ['updated_utc_timestamp', 'updated_utc_timestamp'],
  ['p_embed_image', 'p_embed_image'],
  ['firstName', 'first_name'],
  ['createdTimestamp', 'created_timestamp'],
  ['Foo', 'foo'],
  ['aB', 'a_b'],
  ['aBC', 'a_bc'],
  ['fooBarB', 'foo_bar_b'],
  ['sizeX', 'size_x'],
  ['testNTest', 'test_n_test'],
])('spells the usual key %s as %s', (key, field) => expect(snakeCase(key)).toBe(field));

test.each([
  ['SMS', 'SMS'],
  ['ID', 'ID'],
  ['_API_', '_API_'],
  ['A1', 'A1'],
  ['1A', '1A'],
  ['MY KEY', 'MY KEY'],
  ['%PERS_1%', '%PERS_1%'],
])('leaves %s, which has capitals and no small letter, as it is', (key, field) => expect(snakeCase(key)).toBe(field));

test.each([
  ['12', '12'],
  ['4711', '4711'],
  ['1 2', '1 2'],
  ['', ''],
])('leaves the numeric or empty key %j as it is', (key, field) => expect(snakeCase(key)).toBe(field));

test.each([
  ['apiURL', 'api_url'],
  ['HTTPResponse', 'http_response'],
  ['APIResponse', 'api_response'],
  ['memMB', 'mem_mb'],
  ['_itemID', '_item_id'],
  ['URLs', 'ur_ls'],
  ['userIDs', 'user_i_ds'],
  ['SMSid', 'sm_sid'],
  ['AWSThing', 'aws_thing'],
])('spells the acronym in %s as %s', (key, field) => expect(snakeCase(key)).toBe(field));

test.each([
  ['geoIp4', 'geo_ip4'],
  ['geoCountry2', 'geo_country2'],
  ['reqApproval1st', 'req_approval1st'],
  ['sender_addr1', 'sender_addr1'],
  ['ip4_last', 'ip4_last'],
  ['ip4Sub', 'ip4_sub'],
  ['ip4Unsub', 'ip4_unsub'],
  ['isP13n', 'is_p13n'],
  ['isP13N', 'is_p13_n'],
  ['B52Thing', 'b52_thing'],
  ['B2BThing', 'b2_b_thing'],
  ['Image2Text', 'image2_text'],
  ['OptIn2', 'opt_in2'],
  ['A1b', 'a1b'],
  ['aB1C3d', 'a_b1_c3d'],
  ['1a', '1a'],
])('spells %s, with digits in it, as %s', (key, field) => expect(snakeCase(key)).toBe(field));

test.each([
  ['foo_', 'foo_'],
  ['_Foo', '_foo'],
  ['Foo__', 'foo__'],
  ['fooBar__', 'foo_bar__'],
  ['fooBar_baz', 'foo_bar_baz'],
  ['foo_Bar', 'foo__bar'],
  ['foo__Bar', 'foo___bar'],
  ['__APIResponse__', '__api_response__'],
  ['primary-contact', 'primary-contact'],
  ['foo-Bar', 'foo_-bar'],
  ['First Name', 'first_name'],
  ['first name', 'firstname'],
])('spells %s, with separators in it, as %s', (key, field) => expect(snakeCase(key)).toBe(field));

test('spells a key the same the second time, and after thousands of others', () => {
  expect(snakeCase('createdBy')).toBe('created_by');
  for (let id = 0; id < 20_000; id += 1) snakeCase(`keyNumber${id}`);
  expect(snakeCase('createdBy')).toBe('created_by');
});

test('spells any key, keeps its letters and digits, and their order', () => {
  const lettersOf = (key: string) => key.toLowerCase().replace(/[\s_-]/g, '');
  fc.assert(
    fc.property(fc.string(), key => expect(lettersOf(snakeCase(key))).toBe(lettersOf(key))),
    {seed: 20260528, numRuns: 500},
  );
});
