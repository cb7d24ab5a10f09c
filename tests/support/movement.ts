// An account that moves while it is read. Changes are tied to the answers of the server, not to time: the same seed
// moves the account in the same places, however fast the machine is.

import {Dice, mix} from '../../src/simulator/random.js';
import type {Simulator} from '../../src/simulator/simulator.js';
import {NOON} from './account.js';

// Rows that are written once: an edit would leave no stamp that any reader could find.
const LOGS = [
  'activities',
  'emailActivities',
  'contactConversions',
  'contactEmails',
  'dealGroupUsers',
  'dealActivities',
];

/** Rows that change with one answer when much happens at once: more than a page holds, so that lists shift by pages. */
const BURST = 130;

/**
 * A clock for accounts whose reads are interrupted: what a checkpoint is worth depends on the machine's time as well. No
 * row of the account is stamped later.
 */
export const PRESENT = Math.max(NOON, Date.now());

type Kind = 'insert' | 'edit' | 'remove';

export type MovementOptions = {
  readonly seed: number;
  /** The resources that move, by their data keys. */
  readonly resources: readonly string[];
  /** Changes with each answer, on the average. Default 2. */
  readonly changesPerAnswer?: number;
  /** The clock at the beginning: milliseconds since 1970. */
  readonly from: number;
};

export type Movement = {
  /** The server's clock, to be given to the simulator. It goes on with every answer. */
  readonly now: () => number;
  /** The account moves from now on. */
  readonly begin: (sim: Simulator) => void;
  readonly end: () => void;
  /** What was done so far. */
  readonly done: () => Readonly<Record<Kind, number>>;
  /** Lets time pass without a change. */
  readonly wait: (ms: number) => void;
};

/** The movement that follows from the seed and from what is asked. */
export function createMovement({seed, resources, changesPerAnswer = 2, from}: MovementOptions): Movement {
  const dice = new Dice(mix(seed, 101));
  const ids = new Map<string, string[]>();
  const done = {insert: 0, edit: 0, remove: 0};
  let at = from;
  let sim: Simulator | undefined;

  // Where a change hurts: at the front, which has been read; about where the reader is; or anywhere.
  function place(resource: string, length: number, account: Simulator): number {
    const last = account.requests.findLast(({path}) => path === resource);
    const reader = Number(last?.params['offset'] ?? Number.NaN);
    const draw = dice.fraction();
    if (draw < 0.35) return dice.int(Math.min(length, 120));
    if (draw < 0.6 && reader > 0) return Math.min(length - 1, Math.max(0, reader - 100 + dice.int(200)));
    return dice.int(length);
  }

  function change(kind: Kind, resource: string, account: Simulator): void {
    const known = ids.get(resource) ?? [];
    if (kind === 'insert' || known.length === 0) {
      known.push(account.insert(resource));
      done.insert += 1;
      return;
    }
    const position = place(resource, known.length, account);
    const id = known[position] ?? '';
    try {
      if (kind === 'edit') account.edit(resource, id);
      else {
        account.remove(resource, id);
        known.splice(position, 1);
      }
      done[kind] += 1;
    } catch (error) {
      // It went with the row that it hung on.
      if (!(error instanceof RangeError)) throw error;
      known.splice(position, 1);
    }
  }

  function kindFor(resource: string): Kind {
    const draw = dice.fraction();
    if (draw < 0.25) return 'insert';
    if (draw < 0.6) return 'remove';
    return LOGS.includes(resource) ? 'insert' : 'edit';
  }

  function move(account: Simulator): void {
    at += dice.int(2_500);
    const read = account.requests.at(-1)?.path ?? '';
    const near = resources.includes(read) && dice.chance(0.6) ? read : undefined;
    const resource = near ?? resources[dice.int(resources.length)] ?? '';
    if (dice.chance(0.02)) {
      const kind = dice.chance(0.6) ? 'remove' : 'insert';
      for (let count = dice.int(BURST); count > 0; count--) change(kind, resource, account);
    }
    for (let count = dice.int(2 * changesPerAnswer + 1); count > 0; count--) {
      const kind = kindFor(resource);
      change(kind, resource, account);
      // Another row at once in the place of one that went: the list's own count does not tell of it.
      if (kind === 'remove' && dice.chance(0.5)) change('insert', resource, account);
    }
  }

  return {
    // The server looks at its clock when it dates an answer whose body is made: what happens here falls between two
    // answers. Changes look at the clock as well, while the account is moving.
    now: () => {
      const shown = at;
      const account = sim;
      if (account) {
        sim = undefined;
        move(account);
        sim = account;
      }
      return shown;
    },
    begin: account => {
      for (const resource of resources)
        ids.set(
          resource,
          [...account.rows(resource)].map(row => String(row['id'])),
        );
      sim = account;
    },
    end: () => {
      sim = undefined;
    },
    done: () => ({...done}),
    wait: ms => {
      at += ms;
    },
  };
}
