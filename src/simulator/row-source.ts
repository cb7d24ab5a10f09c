// What a row is made from: its place in the resource, its instants, the draws that belong to it, and its relations.

import {doubleHour, utcClock, utcWithOffset, wallClock, withOffset} from './central-time.js';
import {Dice, mix} from './random.js';
import {userText} from './texts.js';
import type {WireValue} from './wire.js';

// The account began on 2019-01-02 and was last touched on 2026-06-15, unless it changes while it is served.
const accountBegins = Date.UTC(2019, 0, 2, 12) / 1000;
const accountRests = Date.UTC(2026, 5, 15, 12) / 1000;

/** The rest of the account, as a row sees it. */
export type Relations = {
  /** The id of a row of `resource` that follows from the draw, or undefined if there are no rows. */
  idAt(resource: string, draw: number): string | undefined;
  /** The id of the row that the row with this index hangs on. */
  parentId(resource: string, index: number): string | undefined;
  /** The same for a row of any resource by its id. */
  parentOf(resource: string, id: string): string | undefined;
  /** The ids of the rows of `child` that hang on this row. */
  childIds(child: string, parentIndex: number): readonly string[];
  readonly hasUtcOffsets: boolean;
  readonly partialDeals: 'mixed' | 'with-status' | 'without-status' | 'none';
};

export type RowPlace = {
  readonly resource: string;
  readonly salt: number;
  readonly index: number;
  readonly baseCount: number;
  /** When the row was inserted or last changed while it was served; absent for a row as the seed made it. */
  readonly insertedAt?: number | undefined;
  readonly editedAt?: number | undefined;
  readonly touchedAt?: number | undefined;
};

/** Ids ascend with gaps, and both ways are arithmetic, so that a million rows need no list of ids. */
export function idOf(salt: number, index: number): number {
  return 2 * index + 1 + (mix(salt, index) & 1);
}

/** The index whose id this is, undefined where no row has it. */
export function indexOfId(salt: number, id: number): number | undefined {
  const index = Math.floor((id - 1) / 2);
  return Number.isInteger(id) && id > 0 && idOf(salt, index) === id ? index : undefined;
}

export class RowSource {
  readonly index: number;
  readonly id: string;
  /** Seconds since 1970. `touched` is `updated` or later: sends and opens move it too. */
  readonly created: number;
  readonly updated: number;
  readonly touched: number;
  /** The row was inserted or edited while it was served, so fields that start as null are filled. */
  readonly isChanged: boolean;
  readonly relations: Relations;
  readonly #place: RowPlace;
  #dice: Dice | undefined;

  constructor(place: RowPlace, relations: Relations) {
    const {salt, index, baseCount, insertedAt, editedAt, touchedAt} = place;
    this.#place = place;
    this.relations = relations;
    this.index = index;
    this.id = String(idOf(salt, index));
    this.isChanged = insertedAt !== undefined || editedAt !== undefined;
    this.created = insertedAt ?? firstInstant(salt, index, baseCount);
    this.updated = editedAt ?? insertedAt ?? lastInstant(salt, index, this.created);
    this.touched = Math.max(touchedAt ?? insertedAt ?? openedInstant(salt, index, this.updated), this.updated);
  }

  /** A deal in a pipeline that the token's user may not see. */
  get isPartial(): boolean {
    const {resource, index} = this.#place;
    return resource === 'deals' && this.relations.partialDeals !== 'none' && !this.isChanged && index % 29 === 11;
  }

  get dice(): Dice {
    this.#dice ??= new Dice(mix(this.#place.salt, this.index, 7));
    return this.#dice;
  }

  int(bound: number): number {
    return this.dice.int(bound);
  }

  /** A count as the API writes it. */
  count(bound: number): string {
    return String(this.dice.int(bound));
  }

  flag(share = 0.5): string {
    return this.dice.chance(share) ? '1' : '0';
  }

  pick<Value>(values: readonly [Value, ...Value[]]): Value {
    return this.dice.pick(values);
  }

  hex(length: number): string {
    return this.dice.hex(length);
  }

  text(plain: string): string {
    return userText(plain, this.index);
  }

  /** The id of some row of another resource; null if it has none. */
  ref(resource: string): string | null {
    return this.relations.idAt(resource, this.dice.fraction()) ?? null;
  }

  /** The same where the API writes "0" for nothing. */
  refOrZero(resource: string): string {
    return this.ref(resource) ?? '0';
  }

  parent(): string | null {
    return this.relations.parentId(this.#place.resource, this.index) ?? null;
  }

  /** The id of the row that a row of another resource hangs on. */
  parentOf(resource: string, id: string): string | null {
    return this.relations.parentOf(resource, id) ?? null;
  }

  children(resource: string): readonly string[] {
    return this.relations.childIds(resource, this.index);
  }

  get cdate(): string {
    return withOffset(this.created);
  }

  get udate(): string {
    return withOffset(this.updated);
  }

  get createdClock(): string {
    return wallClock(this.created);
  }

  get updatedClock(): string {
    return wallClock(this.updated);
  }

  /** Custom fields and their values keep true UTC. */
  get createdUtc(): string {
    return this.relations.hasUtcOffsets ? utcWithOffset(this.created) : utcClock(this.created);
  }

  get updatedUtc(): string {
    return this.relations.hasUtcOffsets ? utcWithOffset(this.updated) : utcClock(this.updated);
  }

  /** An instant some seconds after the creation, with its offset. */
  later(seconds: number): string {
    return withOffset(this.created + seconds);
  }

  /** URLs that the API puts into every row. */
  links(path: string, ...names: readonly string[]): WireValue {
    return Object.fromEntries(
      names.map(name => [name, `https://sandbox.api-us1.com/api/3/${path}/${this.id}/${name}`]),
    );
  }
}

// Creations ascend with the index, as ids do.
function firstInstant(salt: number, index: number, baseCount: number): number {
  const draw = mix(salt, index, 1) / 2 ** 32;
  const share = (index + draw) / Math.max(baseCount, 1);
  return gathered(Math.floor(accountBegins + share * (accountRests - accountBegins)));
}

function lastInstant(salt: number, index: number, created: number): number {
  const draw = mix(salt, index, 2) / 2 ** 32;
  if (draw < 0.4) return created;
  const share = ((draw - 0.4) / 0.6) ** 2;
  return Math.max(created, gathered(Math.floor(created + share * (accountRests - created))));
}

function openedInstant(salt: number, index: number, updated: number): number {
  const draw = mix(salt, index, 3) / 2 ** 32;
  return draw < 0.7 ? updated : Math.min(accountRests, updated + Math.floor((draw - 0.7) * 90 * 86400));
}

// Ten days around each autumn change are pressed into the two hours that the Central clock shows as one, so that an
// account of some hundred rows has a few there. What came earlier stays earlier.
const pressedSeconds = 10 * 86400;
const doubleHourSeconds = 2 * 3600;

function gathered(instant: number): number {
  const start = doubleHour(new Date(instant * 1000).getUTCFullYear());
  const from = start - pressedSeconds / 2;
  if (instant < from || instant >= from + pressedSeconds) return instant;
  return start + Math.floor(((instant - from) / pressedSeconds) * doubleHourSeconds);
}
