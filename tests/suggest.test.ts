import {expect, test} from '@jest/globals';
import {didYouMean, nearest} from '../src/suggest.js';

const words = ['api_token', 'api_url', 'page_size', 'contacts', 'contact_tags', 'sms', 'tags'];

test.each([
  ['page_sise', 'page_size'],
  ['pagesize', 'page_size'],
  ['API_TOKEN', 'api_token'],
  ['apitoken', 'api_token'],
  ['contcts', 'contacts'],
  ['conatcts', 'contacts'],
  ['sm', 'sms'],
  ['contacttags', 'contact_tags'],
  ['smss', 'sms'],
  ['tgas', 'tags'],
  ['invoices', undefined],
  ['sag', undefined],
  ['', undefined],
])('takes "%s" for %s', (word, expected) => {
  expect(nearest(word, words)).toBe(expected);
});

test('gives the first of two candidates that are equally near', () => {
  expect(nearest('dealx', ['deals', 'dealz'])).toBe('deals');
});

test('asks "did you mean" only when there is a guess', () => {
  expect(didYouMean('contcts', words)).toBe('; did you mean "contacts"?');
  expect(didYouMean('zzz', words)).toBe('');
  expect(didYouMean('zzz', words, '; see the list')).toBe('; see the list');
});
