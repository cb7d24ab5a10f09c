// Singer messages (Singer specification, 0.3.0), as the engine yields them and stdout gets them.

import type {State} from './state-entry.js';

export type SchemaMessage = {
  readonly type: 'SCHEMA';
  readonly stream: string;
  readonly schema: object;
  readonly key_properties: readonly string[];
  readonly bookmark_properties?: readonly string[];
};

export type RecordMessage = {
  readonly type: 'RECORD';
  readonly stream: string;
  readonly record: Readonly<Record<string, unknown>>;
  /** That of the whole read to which the record belongs: when it began, in milliseconds since 1970, or a bit more. */
  readonly version?: number;
  /** UTC, six decimals. */
  readonly time_extracted: string;
};

export type StateMessage = {readonly type: 'STATE'; readonly value: State};

/** Tells the target that all there is of the stream was written under this version: what has a lower one is gone. */
export type ActivateVersionMessage = {
  readonly type: 'ACTIVATE_VERSION';
  readonly stream: string;
  readonly version: number;
};

export type Message = SchemaMessage | RecordMessage | StateMessage | ActivateVersionMessage;
