// The kinds of filters and orders that lists have. `obeyed` ones are documented or were seen live; `relied` ones are
// only known from public code, and the server ignores them unless it is told to obey.

import {parseMoment} from './central-time.js';
import type {Candidate, Filter, FilterContext, Order} from './resource.js';

/** Equality with a key of the row. */
export function equals(parameter: string, key: string, isObeyed = true): Filter {
  return {
    parameter,
    isObeyed,
    test: (value, context) => {
      if (context.operator === 'contains') return containing(key, value);
      return candidate => String(candidate.row()[key] ?? '') === value;
    },
  };
}

/** A piece of a text of the row, in any case. */
export function contains(parameter: string, key: string, isObeyed = true): Filter {
  return {
    parameter,
    isObeyed,
    test: (value, context) =>
      context.operator === 'eq' && parameter.startsWith('filters')
        ? equals(parameter, key).test(value, context)
        : containing(key, value),
  };
}

/** A comparison of an instant of the row. Exclusive or inclusive as the simulator is set where it is not documented. */
export function since(parameter: string, instantOf: (candidate: Candidate) => number, isInclusive?: true): Filter {
  return moment(parameter, (bound, context) =>
    isInclusive || context.isAfterInclusive
      ? candidate => instantOf(candidate) >= bound
      : candidate => instantOf(candidate) > bound,
  );
}

/** The other side of `since`: instants before the bound, which is exclusive. */
export function before(parameter: string, instantOf: (candidate: Candidate) => number): Filter {
  return moment(parameter, bound => candidate => instantOf(candidate) < bound);
}

/** A filter whose value is an instant; a value that cannot be read makes the server ignore the filter. */
export function moment(
  parameter: string,
  test: (bound: number, context: FilterContext, text: string) => (candidate: Candidate) => boolean,
  isObeyed = true,
): Filter {
  return {
    parameter,
    isObeyed,
    test: (value, context) => {
      const bound = parseMoment(value);
      return bound === undefined ? undefined : test(bound, context, value);
    },
  };
}

export const created = (candidate: Candidate): number => candidate.created;
export const updated = (candidate: Candidate): number => candidate.updated;

/** An order by an instant; rows without one rank lowest, as nulls do in MySQL. */
export function byInstant(name: string, instantOf: (candidate: Candidate) => number, isObeyed = true): Order {
  return {name, isObeyed, rank: candidate => (candidate.isPartial ? Number.NEGATIVE_INFINITY : instantOf(candidate))};
}

/** An order by a text of the row. */
export function byText(name: string, key = name, isObeyed = true): Order {
  return {name, isObeyed, rank: candidate => String(candidate.row()[key] ?? '').toLowerCase()};
}

/** An order by a number of the row, which is mostly written as a string. */
export function byNumber(name: string, key = name, isObeyed = true): Order {
  return {name, isObeyed, rank: candidate => Number(candidate.row()[key] ?? Number.NEGATIVE_INFINITY)};
}

/** An order by id, which is the order of the rows themselves. */
export function byId(isObeyed = true): Order {
  return {name: 'id', isObeyed, rank: candidate => candidate.index};
}

function containing(key: string, value: string): (candidate: Candidate) => boolean {
  const wanted = value.toLowerCase();
  return candidate =>
    String(candidate.row()[key] ?? '')
      .toLowerCase()
      .includes(wanted);
}
