// Answers that no table holds: their rows follow from those of others.

import type {Account} from './account.js';
import type {Envelope} from './envelopes.js';
import {object} from './envelopes.js';
import type {WireRow} from './wire.js';

export type View = Envelope & {
  /** As of a resource: the path with `{id}` where an id stands. */
  readonly name: string;
  readonly key: string;
  /** The rows of one answer; undefined where the id in the path stands for nothing. */
  readonly rowsOf: (account: Account, id: string) => readonly WireRow[] | undefined;
  /** The ids that may stand in the path. */
  readonly ids: (account: Account) => Iterable<string>;
};

/** The user whom the token belongs to. */
const currentUser: View = {
  name: 'users/me',
  key: 'user',
  form: object,
  paging: 'none',
  rowsOf: account => {
    const users = account.table('users');
    return [
      users.count === 0 ? {id: '1', username: 'admin'} : account.row(account.resource('users'), users.indexAt(0)),
    ];
  },
  ids: () => [''],
};

/** The list of all products is another path to the same rows. */
const productsOfOrder: View = {
  name: 'ecomOrders/{id}/orderProducts',
  key: 'ecomOrderProducts',
  rowsOf: (account, id) => {
    const order = account.table('ecomOrders').indexOf(id);
    return order === undefined ? undefined : account.childRows('ecomOrderProducts', order);
  },
  ids: account => idsOf(account, 'ecomOrders'),
};

export const views: readonly View[] = [currentUser, productsOfOrder];

export function viewNamed(name: string): View | undefined {
  return views.find(view => view.name === name);
}

/** The ids of the living rows of a resource, ascending by their place. @throws RangeError if there is no such resource */
export function* idsOf(account: Account, name: string): Iterable<string> {
  const table = account.table(name);
  for (let position = 0; position < table.count; position++) yield table.idAt(table.indexAt(position));
}
