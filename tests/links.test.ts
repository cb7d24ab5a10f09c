import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {canDropLinks, withoutLinks} from '../src/links.js';
import {loadSchema} from '../src/schemas.js';
import {streams} from '../src/streams.js';

const cut = (json: string) => withoutLinks(Buffer.from(json)).json.toString('utf8');

describe('the links of rows', () => {
  test.each([
    ['[]', '[]'],
    ['{"id":1}', '{"id":1}'],
    ['{"links":{"a":"b"},"id":1}', '{"links":{},"id":1}'],
    ['[{"links":{}},{"id":1,"links":{"a":"https:\\/\\/x\\/1","b":null}}]', '[{"links":{}},{"id":1,"links":{}}]'],
    ['{"links":[{"id":1,"name":"ë","links":{"a":"b"}}]}', '{"links":[{"id":1,"name":"ë","links":{}}]}'],
    ['{"a":{"links":{"b":"c"}},"links":"5"}', '{"a":{"links":{}},"links":"5"}'],
    [
      '{"text":"\\"links\\":{\\"a\\":5}","my_links":{"a":"b"}}',
      '{"text":"\\"links\\":{\\"a\\":5}","my_links":{"a":"b"}}',
    ],
  ])('are cut out of %s', (json, left) => expect(cut(json)).toBe(left));

  test('are all that is cut out of any JSON: what is left is the same without them, or no JSON', () => {
    const text = fc.string({unit: fc.constantFrom('a', '"', '\\', '{', '}', '[', ']', ',', ':', 'é', 'links')});
    const key = fc.oneof(fc.constant('links'), fc.constant('id'), text);
    const json = fc.letrec<{value: unknown}>(tie => ({
      value: fc.oneof(
        {depthSize: 'medium', withCrossShrink: true},
        fc.oneof(text, fc.integer(), fc.constant(null)),
        fc.array(tie('value'), {maxLength: 4}),
        fc.array(fc.tuple(key, tie('value')), {maxLength: 4}).map(entries => Object.fromEntries(entries)),
      ),
    })).value;
    let wereCut = 0;
    fc.assert(
      fc.property(json, value => {
        const left = cut(JSON.stringify(value));
        const parsed = parse(left);
        if (parsed === undefined) return;
        expect(parsed).toEqual(emptied(value));
        if (left.length < JSON.stringify(value).length) wereCut += 1;
      }),
      {seed: 5, numRuns: 5_000},
    );
    expect(wereCut).toBeGreaterThan(200);
  });

  test('are wanted by no stream but those that take any JSON', () => {
    const taking = streams.filter(({tapStreamId}) => !canDropLinks(loadSchema(tapStreamId)));
    expect(taking.map(({tapStreamId}) => tapStreamId).sort()).toEqual([
      'automation_blocks',
      'custom_object_records',
      'forms',
      'segments_v2',
      'site_messages',
      'whatsapp_conversations',
      'whatsapp_flow_execution_contacts',
      'whatsapp_flow_executions',
      'whatsapp_templates',
    ]);
  });
});

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The value with nothing in its objects under a key `links`. */
function emptied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(emptied);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === 'links' && typeof item === 'object' && item !== null && !Array.isArray(item) ? {} : emptied(item),
    ]),
  );
}
