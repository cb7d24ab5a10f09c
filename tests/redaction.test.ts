import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {createLineRedactor, createRedactor, hideIn} from '../src/redaction.js';
import {createSecretKeeper} from '../src/secret-keeper.js';

const token = fc.string({
  minLength: 16,
  maxLength: 80,
  unit: fc.integer({min: 0x21, max: 0x7e}).map(code => String.fromCharCode(code)),
});
const around = fc.string({maxLength: 20, unit: 'binary-ascii'});

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The ways in which a text travels. */
const spellings: Readonly<Record<string, (text: string) => string>> = {
  'as it is': text => text,
  'in a URL': text => encodeURIComponent(text),
  'in a URL in small letters': text => encodeURIComponent(text).replace(/%../g, code => code.toLowerCase()),
  'in a form': text => new URLSearchParams({text}).toString(),
  'in JSON': text => JSON.stringify({text}),
  'in base64': base64,
  'in the base64 of URLs': text => Buffer.from(text).toString('base64url'),
};

describe('a secret is hidden', () => {
  test.each(Object.entries(spellings))('%s, whatever stands around it', (_, spell) => {
    fc.assert(
      fc.property(token, around, around, (secret, before, after) => {
        // What stands before decides how base64 falls into groups.
        const shown = createRedactor([secret])(spell(`${before}${secret}${after}`));
        expect(shown).toContain('***');
        expect(shown).not.toContain(secret);
        const bits = shown.split('***').map(bit => Buffer.from(bit, 'base64').toString('latin1'));
        expect(bits.filter(bit => bit.includes(secret.slice(2, -2)))).toEqual([]);
      }),
      {seed: 5, numRuns: 200},
    );
  });

  test('in the names and texts of a document, and nothing else of it changes', () => {
    const hide = createRedactor(['c0ffee']);
    const document = {a: ['x c0ffee y', 1, null, true], c0ffee: {deep: [{b: 'c0ffee'}]}};
    expect(hideIn(document, hide)).toEqual({a: ['x *** y', 1, null, true], '***': {deep: [{b: '***'}]}});
  });

  test('in lines of JSON, which stay JSON', () => {
    fc.assert(
      fc.property(token, around, (secret, text) => {
        fc.pre(!/^[\d.eE+-]+$/.test(secret));
        const line = JSON.stringify({a: `${text}${secret}`, b: text});
        const shown: unknown = JSON.parse(String(createLineRedactor([secret])(Buffer.from(line))));
        expect(JSON.stringify(shown)).not.toContain(JSON.stringify(secret).slice(1, -1));
      }),
      {seed: 5, numRuns: 200},
    );
  });

  test('but no record changes for a token that is an ordinary word or a number', () => {
    const line = '{"record":{"tag":"secret sandbox","amount":12345678901234567890}}';
    expect(String(createLineRedactor(['secret', 'sandbox', '12345678901234567890'])(Buffer.from(line)))).toBe(line);
  });
});

test('what the environment holds is a secret from the first moment on, and what is learnt later, too', () => {
  const keeper = createSecretKeeper({TAP_ACTIVECAMPAIGN_API_KEY: 'key1 ', TAP_ACTIVECAMPAIGN_MASK_KEY: 'key2'});
  keeper.keep(['key3']);
  expect(keeper.hide('key1 key2 key3 key4')).toBe('*** *** *** key4');
  keeper.keep(['a key that is long enough']);
  expect(keeper.hideInDocument({key1: 'key2', a: ['it is a key that is long enough']})).toEqual({
    key1: 'key2',
    a: ['it is ***'],
  });
});
