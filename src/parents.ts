// The parents below which a stream's rows hang, as the reading is to ask for them.

import {zonesOf} from './bookmarks.js';
import type {StreamToRead} from './reading/stream-to-read.js';
import {replicationOf} from './replication.js';
import {loadSchema} from './schemas.js';
import type {State} from './state.js';
import type {StreamDefinition} from './stream-definition.js';
import {memoryOf} from './stream-memory.js';
import {findStream} from './streams.js';

export type ParentsWanted = {
  readonly state: State;
  /** Zone of the API's date-times that name none. */
  readonly naiveTimezone: string;
  /** Parents that changed earlier are not wanted, and neither is what hangs below them; undefined when all are. */
  readonly since: string | undefined;
};

/** How the parents of a stream are read; undefined for a stream that hangs below no other. */
export function parentsOf({tapStreamId, perParent}: StreamDefinition, wanted: ParentsWanted): StreamToRead | undefined {
  if (!perParent) return undefined;
  const {state, naiveTimezone, since} = wanted;
  const parent = findStream(perParent.tapStreamId);
  if (!parent) throw new Error(`${tapStreamId} hangs below ${perParent.tapStreamId}, which is no stream`);
  const {rows, proofs} = memoryOf(state, parent.tapStreamId);
  const stream = {
    definition: parent,
    fullSchema: loadSchema(parent.tapStreamId),
    replicationKey: parent.replicationKey,
  };
  // Of what hangs below others in turn, what changed is told by those.
  const isTold = parent.perParent?.isBelowChanged === true;
  const replication =
    since === undefined || isTold ? undefined : replicationOf(stream, zonesOf(parent, naiveTimezone).read);
  return {
    definition: parent,
    since: replication && since,
    replication,
    memory: {rows, proofs},
    parents: parentsOf(parent, {state, naiveTimezone, since: isTold ? since : undefined}),
    checkpoint: undefined,
  };
}
