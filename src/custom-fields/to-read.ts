// The values that a stream's records are to have, as the reading is to ask for them.

import {zonesOf} from '../bookmarks.js';
import {shiftSeconds} from '../dates.js';
import type {Proof} from '../reading/list.js';
import type {ValuesToRead} from '../reading/stream-to-read.js';
import {replicationOf} from '../replication.js';
import {loadSchema} from '../schemas.js';
import type {SelectedStream} from '../selection.js';
import {sideLoadingOf} from '../side-loading.js';
import type {State} from '../state-entry.js';
import {memoryOf} from '../stream-memory.js';
import {findStream} from '../streams.js';
import type {Column} from './columns.js';
import {OBJECT_FIELD, OBJECT_KEY} from './stream.js';
import {createFiller} from './values.js';

/** A value can show an earlier time than that at which it could first be seen. */
const MARGIN_SECONDS = 60;

export type ValuesWanted = {
  readonly state: State;
  /** Zone of the API's date-times that name none. */
  readonly naiveTimezone: string;
  /** From when on changed values count; undefined where all rows come. */
  readonly since: string | undefined;
  /** How many seconds before that they are read again. */
  readonly lookback: number;
};

/** Whether a stream's records are to have values of custom fields, whose change makes them come again. */
export function hasColumns(stream: SelectedStream): boolean {
  return selectedColumns(stream).length > 0;
}

/** How the values of a stream's rows are read; undefined where its records are to have none. */
export function valuesOf(stream: SelectedStream, wanted: ValuesWanted): ValuesToRead | undefined {
  const {customFields: source, custom} = stream.definition;
  if (!source || !custom) return undefined;
  const columns = selectedColumns(stream);
  if (columns.length === 0 && custom.fault === undefined) return undefined;
  const {state, naiveTimezone, since, lookback} = wanted;
  const definition = findStream(source.values.tapStreamId);
  if (!definition)
    throw new Error(`the values of custom fields are in ${source.values.tapStreamId}, which is no stream`);
  const own = {
    definition,
    fullSchema: loadSchema(definition.tapStreamId),
    replicationKey: definition.replicationKey,
  };
  const sideLoading = sideLoadingOf(own, naiveTimezone);
  const ofValues = memoryOf(state, definition.tapStreamId);
  const proofPrefix = `${definition.path}: `;
  const proofs = latest(
    ofValues.proofs,
    unprefixed(memoryOf(state, stream.definition.tapStreamId).proofs, proofPrefix),
  );
  return {
    source,
    filler: createFiller(columns, custom.fields, custom.shape ? OBJECT_KEY : undefined),
    list: {
      definition,
      since: undefined,
      replication: replicationOf(own, zonesOf(definition, naiveTimezone).read),
      memory: {rows: ofValues.rows, proofs},
      // Rows that change with their values come by themselves: the list is not needed then.
      sideLoading: sideLoading && {...sideLoading, isWanted: false},
      checkpoint: undefined,
    },
    since: since === undefined ? undefined : shiftSeconds(since, -lookback - MARGIN_SECONDS),
    proofPrefix,
    fault: custom.fault,
  };
}

function selectedColumns({definition, schema}: SelectedStream): readonly Column[] {
  const {columns, shape} = definition.custom ?? {columns: [], shape: undefined};
  if (shape) return Object.hasOwn(schema.properties, OBJECT_FIELD) ? columns : [];
  return columns.filter(({name}) => Object.hasOwn(schema.properties, name));
}

type Proofs = Readonly<Record<string, Proof>>;

function unprefixed(proofs: Proofs, prefix: string): Proofs {
  const own = Object.entries(proofs).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, proof]) => [name.slice(prefix.length), proof]));
}

/** Of what two places say about the same parameter, what was found out last. */
function latest(one: Proofs, other: Proofs): Proofs {
  const newer = Object.entries(other).filter(([name, {at}]) => (one[name]?.at ?? '') < at);
  return {...one, ...Object.fromEntries(newer)};
}
