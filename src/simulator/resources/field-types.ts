// The types that custom fields have, dealt out by a field's place, and values that fit them. A value keeps to the type
// that its field was made with: who changes the type of a field leaves the values as they are.

import type {RowSource} from '../row-source.js';
import {words} from '../texts.js';
import type {WireValue} from '../wire.js';

const choices = ['dropdown', 'listbox', 'radio', 'checkbox'] as const;
const others = ['text', 'textarea', 'date', 'datetime', 'number', 'currency', 'hidden', ''] as const;
const typed = [
  ...['text', 'multiselect', 'number', 'date', 'currency', 'datetime'],
  ...['dropdown', 'radio', 'checkbox', 'textarea', 'hidden', 'listbox'],
];
const several = ['listbox', 'checkbox', 'multiselect'];
const options = ['Option 1', 'Option 2'];

/** Every third field of contacts offers choices, of which `fieldOptions` has the texts. Twelve fields have all types. */
export function contactFieldType(index: number): string {
  return (index % 3 === 0 ? choices[(index / 3) % 4] : others[(index - Math.ceil(index / 3)) % 8]) ?? 'text';
}

/** Types of deal fields, or of account fields, which begin in the middle, so that six of each have all types. */
export function typeOf(kind: 'deal' | 'account', index: number): string {
  return typed[(index + (kind === 'deal' ? 0 : 6)) % typed.length] ?? 'text';
}

/** The choices of a deal or account field; null for the types without. */
export function optionsOf(type: string, r: RowSource): WireValue {
  const isChoice = several.includes(type) || ['dropdown', 'radio'].includes(type);
  return isChoice ? [...options, r.pick(words)] : null;
}

/** What a contact has in a field, always a text: several choices are framed by `||`, money is in cents. */
export function contactValue(r: RowSource, fieldIndex: number): string | null {
  if (r.index % 7 === 3) return '';
  if (r.index % 7 === 4) return null;
  const type = contactFieldType(fieldIndex);
  if (type === 'currency') return r.count(1_000_000);
  if (fieldIndex % 3 !== 0) return String(plainValue(r, type));
  // A value stays what it is when its choice goes, or others come.
  const values = r.relations.firstValues('fieldOptions', fieldIndex, 'value');
  const chosen = values.length === 0 ? [] : [r.int(values.length), r.int(values.length)].sort((a, b) => a - b);
  const texts = [...new Set(chosen)].map(at => String(values[at]));
  return several.includes(type) ? `||${texts.join('||')}||` : (texts[0] ?? '');
}

/** What a deal or an account has in a field: several choices are a list, money is a number of cents. */
export function typedValue(r: RowSource, type: string): WireValue {
  if (r.index % 7 === 5) return null;
  if (r.index % 7 === 6) return '';
  if (type === 'currency') return r.index % 4 === 2 ? 9007199254740993n : r.int(1_000_000);
  if (several.includes(type)) return r.index % 2 === 0 ? [...options] : ['Option 1', r.text('Option 2')];
  if (type === 'dropdown' || type === 'radio') return r.pick(['Option 1', 'Option 2']);
  return plainValue(r, type);
}

function plainValue(r: RowSource, type: string): string {
  switch (type) {
    case 'date':
      return r.later(-86400 * 365).slice(0, 10);
    case 'datetime':
      return r.later(0);
    case 'number':
      return String(r.int(100_000) / 100);
    case 'textarea':
      return r.text(`${r.pick(words)}\n${r.pick(words)}`);
    default:
      return r.text(r.pick(words));
  }
}
