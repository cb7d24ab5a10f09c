// What is to be said of the setting `naive_timezone`, by rows that show one moment with its zone and without. Pure.

import {plural} from '../figures.js';
import {fits, type Twin, zoneThatFits} from '../zone-twins.js';
import {type Finding, ok, skip, warn} from './finding.js';

/** The finding on the setting `naive_timezone`, by the rows of some list. */
export function judgeZone(twins: readonly Twin[], naiveTimezone: string): Finding {
  if (twins.length === 0) {
    return skip('zone', 'since no row was found that shows one moment with its zone and without');
  }
  const rows = plural(twins.length, 'row');
  if (fits(twins, naiveTimezone))
    return ok('zone', `date-times without a zone are of ${naiveTimezone}, as ${rows} show`);
  const zone = zoneThatFits(twins);
  // The Python tap read them so, and whoever came from it may want to go on.
  const wanted = naiveTimezone === 'UTC' ? ', unless they are to be read as the Python tap does' : '';
  const advice = zone === undefined ? 'please report it' : `set naive_timezone to ${zone}${wanted}`;
  const finding = `date-times without a zone are not of ${naiveTimezone}`;
  return warn(
    'zone',
    zone === undefined ? `${finding}, and of no one zone` : `${finding}: ${rows} fit ${zone}`,
    advice,
  );
}
