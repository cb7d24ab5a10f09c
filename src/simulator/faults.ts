// What goes wrong: faults by plan and by chance, and how the provider's front end words them.

import {Dice, mix} from './random.js';

/** All that can be put in the place of an answer: a status, or what else can happen. */
export const faultAnswers = [
  400,
  401,
  403,
  404,
  422,
  429,
  500,
  502,
  503,
  504,
  520,
  /** The connection is reset before the answer. */
  'reset',
  /** The connection ends in the middle of the body. */
  'cut',
  /** A whole answer whose JSON stops half-way. */
  'truncated',
  /** 200 without a body, with `X-Ac-Error`. */
  'empty',
  /** 200 with a page of HTML. */
  'html',
  /** 200 with a bare `{}`. */
  'bare',
  /** The right answer, late. */
  'slow',
  /** No answer while the connection lasts. */
  'hang',
] as const;

export type FaultAnswer = (typeof faultAnswers)[number];

export type FaultPlan = {
  /** The path relative to `/api/3/`, with an id or with `{id}` for any; `*` stands for every path. */
  readonly path: string;
  readonly answer: FaultAnswer;
  /** Only this page, counted from 1 by the offset and the rows of a page; pages may overlap a little. */
  readonly page?: number | undefined;
  /** Only this offset. */
  readonly offset?: number | undefined;
  /** Only queries (decoded) that contain this text. */
  readonly query?: string | undefined;
  /** So many matching requests pass before it begins. Default 0. */
  readonly skip?: number | undefined;
  /** How often it strikes. Default 1; Infinity for good. */
  readonly times?: number | undefined;
  /** `Retry-After`: seconds or an HTTP date. Default none. */
  readonly retryAfter?: number | string | undefined;
  /** How late a slow answer comes. Default 2000. */
  readonly delayMs?: number | undefined;
  /** The body of a status, instead of one of the provider's. */
  readonly body?: string | undefined;
};

export type AskedPage = {
  readonly path: string;
  /** The path with `{id}` where an id stands. */
  readonly name: string;
  readonly query: string;
  readonly offset: number;
  readonly pageRows: number;
};

export type Faults = {
  add(plan: FaultPlan): void;
  /** The fault that the next request for this page meets. */
  next(asked: AskedPage): FaultPlan | undefined;
};

// What passes when the request is made again.
const transientAnswers: readonly [FaultAnswer, ...FaultAnswer[]] = [
  403,
  500,
  502,
  503,
  504,
  520,
  'reset',
  'cut',
  'truncated',
  'empty',
  'html',
];

/** Faults by plan first, then by chance: a share of all requests, from the seed and the request's number. */
export function faults(plans: readonly FaultPlan[], {rate, seed}: {rate: number; seed: number}): Faults {
  const pending = plans.map(plan => ({plan, seen: 0, struck: 0}));
  let number = 0;
  return {
    add(plan) {
      pending.push({plan, seen: 0, struck: 0});
    },
    next(asked) {
      number++;
      for (const entry of pending) {
        const {plan} = entry;
        if (!strikes(plan, asked)) continue;
        entry.seen++;
        if (entry.seen <= (plan.skip ?? 0) || entry.struck >= (plan.times ?? 1)) continue;
        entry.struck++;
        return plan;
      }
      const dice = new Dice(mix(seed, number, 11));
      return dice.chance(rate) ? {path: asked.path, answer: dice.pick(transientAnswers)} : undefined;
    },
  };
}

/** The status and body of a fault; the forms vary from one path to the next, as the provider's do. */
export function faultBody(status: number, path: string): {type: string; body: string} {
  if (status >= 500 && status !== 500) return {type: 'text/html; charset=UTF-8', body: htmlPage(status)};
  const words =
    status === 403
      ? 'You do not have permission to view this resource.'
      : status === 404
        ? `No Result found for ${path}`
        : 'The request could not be processed.';
  const forms = [
    {type: 'application/json', body: JSON.stringify({message: words})},
    {
      type: 'application/json',
      body: JSON.stringify({
        errors: [{title: words, detail: '', code: 'forbidden', error: 'error', source: {pointer: '/data'}}],
      }),
    },
    {type: 'application/json', body: JSON.stringify({errors: [words]})},
    {type: 'application/json', body: JSON.stringify({errors: words})},
    {type: 'application/json', body: JSON.stringify(words)},
    {type: 'text/plain', body: JSON.stringify({message: words, code: status})},
    {type: 'application/json', body: '{}'},
    {type: 'text/html; charset=UTF-8', body: htmlPage(status)},
    {type: 'application/json', body: ''},
  ];
  return forms[mix(status, path.length, path.charCodeAt(0)) % forms.length] ?? {type: 'application/json', body: '{}'};
}

/** A page of the provider's front end, which says nothing but the status. */
export function htmlPage(status: number): string {
  return `<!DOCTYPE html><html><head><title>${status}</title></head><body><center><h1>${status}</h1></center><hr><center>cloudflare</center></body></html>`;
}

function strikes(plan: FaultPlan, {path, name, query, offset, pageRows}: AskedPage): boolean {
  return (
    ['*', path, name].includes(plan.path) &&
    (plan.page === undefined || Math.ceil(offset / pageRows) + 1 === plan.page) &&
    (plan.offset === undefined || offset === plan.offset) &&
    (plan.query === undefined || query.includes(plan.query))
  );
}
