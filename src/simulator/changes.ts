// An account that moves: random inserts, edits and removals, the same ones for the same seed.

import type {Account, RowName} from './account.js';
import {Dice, mix} from './random.js';
import {resources} from './resources/index.js';

export type Changes = {
  readonly inserted: readonly RowName[];
  readonly edited: readonly RowName[];
  readonly removed: readonly RowName[];
};

// What changes most in a real account comes first, so that a handful of changes shows in the streams people look at.
const busiest = [
  'contacts',
  'deals',
  'contactTags',
  'contactLists',
  'fieldValues',
  'activities',
  'dealTasks',
  'ecomOrders',
  'dealActivities',
];
const inTurn = [...busiest, ...resources.map(({name}) => name).filter(name => !busiest.includes(name))];

/**
 * Makes `count` changes, resource by resource in turn, so that with as many as there are resources each one moves.
 * `from` is the number of the first one, for those who make them one by one.
 */
export function change(account: Account, count: number, seed: number, from = 0): Changes {
  const inserted: RowName[] = [];
  const edited: RowName[] = [];
  const removed: RowName[] = [];
  for (let number = from; number < from + count; number++) {
    const dice = new Dice(mix(seed, number, 19));
    const name = inTurn[number % inTurn.length] ?? 'contacts';
    const {isLog, isRemovable, size} = account.resource(name);
    const isAlone = size[1] === 'never';
    const table = account.table(name);
    const draw = dice.fraction();
    const id = table.count === 0 ? undefined : table.idAt(table.indexAt(dice.int(table.count)));
    if (!isAlone && (id === undefined || isLog === true || draw < 0.3)) {
      inserted.push({resource: name, id: account.insert(name)});
    } else if (id !== undefined && isRemovable === true && draw < 0.45) {
      removed.push(...account.remove(name, id));
    } else if (id !== undefined) {
      account.edit(name, id);
      edited.push({resource: name, id});
    }
  }
  return {inserted, edited, removed};
}
