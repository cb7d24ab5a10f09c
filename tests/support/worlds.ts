// Servers as they might be: any subset of orders and filters obeyed, any lists without an order of their own.

import {Dice, mix} from '../../src/simulator/random.js';
import type {SimulatorOptions} from '../../src/simulator/simulator.js';

/** What a server obeys and how it answers, which follows from the seed; the account itself does not depend on it. */
export function randomWorld(seed: number, resources: readonly string[]): SimulatorOptions {
  const dice = new Dice(mix(seed, 71));
  const some = (share: number) => resources.filter(() => dice.chance(share));
  const subset = () => dice.pick([[], ['*'], some(0.5), some(0.5)]);
  const unstable = dice.pick([[], some(0.2), some(0.6)]);
  return {
    obeyOrders: subset(),
    ignoreOrders: dice.pick([[], [], some(0.3), ['*']]),
    obeyFilters: subset(),
    ignoreFilters: dice.pick([[], [], some(0.3), ['*']]),
    directionOnlyOrders: dice.pick([[], some(0.3)]),
    nulls: dice.pick(['lowest', 'highest']),
    unstable,
    unstableTies: dice.pick([[], ['*'], some(0.5)]),
    // A list that has neither an order nor an end that it tells of cannot be known to be read.
    totals: Object.fromEntries(
      resources.map(name => [
        name,
        dice.pick(unstable.includes(name) ? ['string', 'number'] : ['string', 'number', 'string', 'absent']),
      ]),
    ),
    dealsFilterGranularity: dice.pick(['second', 'day']),
    updatedAfterInclusive: dice.chance(0.5),
    totalAfterIdGreater: dice.pick(['shrunk', 'all']),
    pageCap: dice.pick([100, 100, 60]),
  };
}
