// Answers that no table holds: their rows follow from those of others. The views themselves are under views/.

import type {Account} from './account.js';
import type {Envelope} from './envelopes.js';
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

/** The ids of the living rows of a resource, ascending by their place. @throws RangeError if there is no such resource */
export function* idsOf(account: Account, name: string): Iterable<string> {
  const table = account.table(name);
  for (let position = 0; position < table.count; position++) yield table.idAt(table.indexAt(position));
}
