// Why text messages did not arrive: the recipients of a broadcast, counted by what went wrong.

import {idsOf, type View} from '../view.js';
import {isRow, type WireRow, type WireValue} from '../wire.js';

const failures: View = {
  name: 'sms/broadcasts/metrics/{id}/failures',
  key: 'failures',
  paging: 'none',
  rowsOf: (account, id) => {
    const broadcast = account.table('sms/broadcasts').indexOf(id);
    if (broadcast === undefined) return undefined;
    const counts = new Map<string, {errorCode: WireValue; errorSource: WireValue; count: number}>();
    for (const {details = null} of account.childRows('sms/broadcasts/{id}/recipients', broadcast)) {
      const {errorCode, errorSource = null}: WireRow = isRow(details) ? details : {};
      if (errorCode === undefined) continue;
      const kind = `${errorCode} ${errorSource}`;
      const counted = counts.get(kind) ?? {errorCode, errorSource, count: 0};
      counts.set(kind, {...counted, count: counted.count + 1});
    }
    return [...counts.values()];
  },
  ids: account => idsOf(account, 'sms/broadcasts'),
};

export const smsViews = [failures];
