// The kinds of filters and orders that lists have. `obeyed` ones are documented or were seen live; `relied` ones are
// only known from public code, and the server ignores them unless it is told to obey.

import {parseMoment} from './central-time.js';
import type {Candidate, Filter, FilterContext, Order, StampRange} from './resource.js';

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

/** A lower bound of a stamp. Exclusive or inclusive as the simulator is set where it is not documented. */
export function since(parameter: string, column: string, isInclusive?: true): Filter {
  return bounds(parameter, column, (bound, context) => ({
    least: isInclusive || context.isAfterInclusive ? Math.ceil(bound) : Math.floor(bound) + 1,
  }));
}

/** The other side of `since`: instants before the bound, which is exclusive. */
export function before(parameter: string, column: string): Filter {
  return bounds(parameter, column, bound => ({most: Math.ceil(bound) - 1}));
}

/** Bounds of a stamp, in whole seconds; a value that cannot be read makes the server ignore the filter. */
export function bounds(
  parameter: string,
  column: string,
  boundsOf: (bound: number, context: FilterContext, text: string) => Partial<StampRange>,
): Filter {
  const range = (value: string, context: FilterContext): StampRange | undefined => {
    const bound = parseMoment(value);
    if (bound === undefined) return undefined;
    return {
      column,
      least: Number.NEGATIVE_INFINITY,
      most: Number.POSITIVE_INFINITY,
      ...boundsOf(bound, context, value),
    };
  };
  return {
    parameter,
    isObeyed: true,
    range,
    test: (value, context) => {
      const asked = range(value, context);
      return asked === undefined ? undefined : candidate => isWithin(candidate.rankOf(column), asked);
    },
  };
}

/** The same filter where only public code relies on it, or where it was seen to be ignored. */
export function unproven(filter: Filter): Filter {
  return {...filter, isObeyed: false};
}

/** An order by a stamp. */
export function byStamp(name: string, column = name, isObeyed = true): Order {
  return {name, isObeyed, rank: candidate => candidate.rankOf(column)};
}

/** An order by a text of the row. */
export function byText(name: string, key = name, isObeyed = true): Order {
  return {
    name,
    isObeyed,
    rank: candidate => {
      const value = candidate.row()[key] ?? null;
      return value === null ? null : String(value).toLowerCase();
    },
  };
}

/** An order by a number of the row, which is mostly written as a string. */
export function byNumber(name: string, key = name, isObeyed = true): Order {
  return {
    name,
    isObeyed,
    rank: candidate => {
      const value = Number(candidate.row()[key] ?? Number.NaN);
      return Number.isNaN(value) ? null : value;
    },
  };
}

/** An order by id, which is the order of the rows themselves. */
export function byId(isObeyed = true): Order {
  return {name: 'id', isObeyed, rank: candidate => candidate.index};
}

function isWithin(rank: number | null, {least, most}: StampRange): boolean {
  return rank !== null && rank >= least && rank <= most;
}

function containing(key: string, value: string): (candidate: Candidate) => boolean {
  const wanted = value.toLowerCase();
  return candidate =>
    String(candidate.row()[key] ?? '')
      .toLowerCase()
      .includes(wanted);
}
