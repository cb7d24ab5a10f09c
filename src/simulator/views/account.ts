// Further paths to rows that have lists of their own.

import {object} from '../envelopes.js';
import {idsOf, type View} from '../view.js';

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

/**
 * The group whose rights a user has. The path stands among the links of every user; nobody published an answer, so that
 * its row is written like those of other relations.
 */
const groupOfUser: View = {
  name: 'users/{id}/userGroup',
  key: 'userGroup',
  form: object,
  paging: 'none',
  rowsOf: (account, id) => {
    const users = account.table('users');
    const groups = account.table('groups');
    const index = users.indexOf(id);
    if (index === undefined) return undefined;
    return groups.count === 0 ? [] : [{user: id, group: groups.idAt(groups.indexAt(index % groups.count)), id}];
  },
  ids: account => idsOf(account, 'users'),
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

export const accountViews = [currentUser, groupOfUser, productsOfOrder];
