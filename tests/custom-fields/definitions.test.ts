import {afterEach, describe, expect, test} from '@jest/globals';
import {readDefinitions} from '../../src/custom-fields/definitions.js';
import {type CustomFieldSource, fieldsOfContacts, fieldsOfDeals} from '../../src/custom-fields/source.js';
import {findStream} from '../../src/streams.js';
import {type ListAnswer, type ListQuery, startListServer} from '../support/list-server.js';
import {createContext} from '../support/reading.js';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

async function read(source: CustomFieldSource, answer: (query: ListQuery) => ListAnswer) {
  const server = await startListServer(answer);
  const {client} = createContext(server.url);
  closing.push(server.stop, client.close);
  const stream = findStream(source.definitions.tapStreamId);
  if (!stream) throw new Error('the stream table lacks the definitions');
  const {fields} = await readDefinitions(client, stream, source.definitions, new AbortController().signal);
  return {fields, server};
}

describe('the fields of contacts', () => {
  const rows = Array.from({length: 250}, (_, index) => ({
    id: String(250 - index),
    title: `Field ${250 - index}`,
    perstag: `TAG_${250 - index}`,
    type: index === 240 ? 'dropdown' : 'text',
    options: index === 240 ? ['7', '8'] : [],
  }));
  const fieldOptions = [
    {id: '7', field: '10', value: 'red', label: 'Red'},
    {id: '8', field: '10', value: 'blue', label: ''},
    {id: '9', field: '11', value: 'of another', label: 'field'},
  ];

  test('come in pages, with their options beside them, by ascending ids', async () => {
    const {fields, server} = await read(fieldsOfContacts, ({params}) => {
      const offset = Number(params.get('offset'));
      const some = rows.slice(offset, offset + Number(params.get('limit')));
      const beside = offset === 200 ? fieldOptions : [];
      return {body: {fields: some, fieldOptions: beside, meta: {total: '250'}}};
    });
    expect(server.queries).toHaveLength(3);
    expect(fields.map(({id}) => id)).toEqual(Array.from({length: 250}, (_, index) => String(index + 1)));
    expect(fields.find(({id}) => id === '10')).toEqual({
      id: '10',
      title: 'Field 10',
      tag: 'TAG_10',
      kind: 'text',
      options: [
        {id: '7', value: 'red', label: 'Red'},
        {id: '8', value: 'blue', label: 'blue'},
      ],
      currency: undefined,
    });
  });

  test.each([[{}], [{fields: [], fieldOptions: [], meta: {total: '0'}}], [{fields: [], fieldOptions: null}]])(
    'are none where the answer is %j',
    async body => {
      expect((await read(fieldsOfContacts, () => ({body}))).fields).toEqual([]);
    },
  );

  test.each<[string, object, object]>([
    ['nothing at all', {}, {fields: rows.slice(0, 3)}],
    ['none of those that it counts', {fields: [], meta: {total: '3'}}, {fields: rows.slice(0, 3), meta: {total: '3'}}],
  ])('are asked for again where an answer shows %s', async (_, first, then) => {
    const {fields} = await read(fieldsOfContacts, ({number}) => ({body: number === 0 ? first : then}));
    expect(fields).toHaveLength(3);
  });

  test.each([
    [{message: 'odd'}, 'fields: HTTP 200, the answer has no list "fields"'],
    [{fields: [], meta: {total: '3'}}, 'fields: HTTP 200, the list counts 3 fields, and shows none'],
  ])('are not none where the answer is %j', async (body, fault) => {
    await expect(read(fieldsOfContacts, () => ({body}))).rejects.toThrow(fault);
  });
});

describe('the fields of deals', () => {
  test('come without a total, and end where no page brings new ones', async () => {
    const row = {
      ...{id: 4, fieldLabel: 'Price', personalization: '', fieldType: 'currency', fieldDefaultCurrency: 'usd'},
      fieldOptions: null,
    };
    const {fields, server} = await read(fieldsOfDeals, () => ({body: {dealCustomFieldMeta: [row]}}));
    expect(server.queries).toHaveLength(2);
    const known = {id: '4', title: 'Price', tag: '', kind: 'currency', options: [], currency: 'usd'};
    expect(fields).toEqual([known]);
  });

  test.each([
    [
      ['Option 1', 2020],
      ['Option 1', '2020'],
    ],
    [{0: 'a', 2: 'b'}, ['a', 'b']],
    [[{id: 3, value: 'x', label: 'X'}], ['x']],
    [null, []],
  ])('have the options %j', async (fieldOptions, values) => {
    const row = {id: '1', fieldType: 'multiselect', fieldOptions};
    const {fields} = await read(fieldsOfDeals, () => ({body: {dealCustomFieldMeta: [row]}}));
    expect(fields[0]?.kind).toBe('list');
    expect(fields[0]?.options.map(({value}) => value)).toEqual(values);
  });
});
