// What a row is made from: its place in the resource, its instants, the draws that belong to it, and its relations.

import {doubleHour, utcClock, utcWithOffset, wallClock, withOffset, yearNear, zuluTime} from './central-time.js';
import {Dice, mix} from './random.js';
import {fractionOf, type Stamp} from './stamps.js';
import {userText} from './texts.js';
import type {WireValue} from './wire.js';

// The account began on 2019-01-02 and was last touched on 2026-06-15, unless it changes while it is served.
const accountBegins = Date.UTC(2019, 0, 2, 12) / 1000;
const accountRests = Date.UTC(2026, 5, 15, 12) / 1000;

/** The rest of the account, as a row sees it. */
export type Relations = {
  /** The id of a row of `resource` that follows from the draw, or undefined if there are no rows. */
  idAt(resource: string, draw: number): string | undefined;
  /** How many rows the seed made. */
  countOf(resource: string): number;
  /** The id that the row with this index has, or would have. */
  idOfIndex(resource: string, index: number): string;
  /** The index that leads to this id. */
  indexOfId(resource: string, id: string): number | undefined;
  /** The id of the row that the row with this index hangs on. */
  parentId(resource: string, index: number): string | undefined;
  /** The same for a row of any resource by its id. */
  parentOf(resource: string, id: string): string | undefined;
  /** A column of a row of any resource, undefined if there is no such row. */
  valueOf(resource: string, id: string, key: string): WireValue | undefined;
  /** The ids of the rows of `child` that hang on this row. */
  childIds(child: string, parentIndex: number): readonly string[];
  /** A column of the rows of `child` that the seed hung on this row, as it made them: also of those that are gone. */
  firstValues(child: string, parentIndex: number, key: string): readonly WireValue[];
  readonly hasUtcOffsets: boolean;
  readonly partialDeals: 'mixed' | 'with-status' | 'without-status' | 'none';
};

/** The table that a row is in, as far as its rows follow from it. */
export type RowPlace = {
  readonly name: string;
  readonly salt: number;
  readonly baseCount: number;
  readonly idAt: (index: number) => string;
};

/** When the row was inserted or last changed while it was served; all absent for a row as the seed made it. */
export type RowMoves = {
  readonly insertedAt?: number | undefined;
  readonly editedAt?: number | undefined;
  readonly touchedAt?: number | undefined;
};

// Everything is computed when it is asked for: who sorts a million rows by one instant wants nothing else of them.
export class RowSource {
  readonly index: number;
  /** The row was inserted or edited while it was served, so fields that start as null are filled. */
  readonly isChanged: boolean;
  readonly relations: Relations;
  readonly #place: RowPlace;
  readonly #moves: RowMoves | undefined;
  #created: number | undefined;
  #updated: number | undefined;
  #dice: Dice | undefined;

  constructor(place: RowPlace, index: number, moves: RowMoves | undefined, relations: Relations) {
    this.#place = place;
    this.#moves = moves;
    this.index = index;
    this.isChanged = moves?.insertedAt !== undefined || moves?.editedAt !== undefined;
    this.relations = relations;
  }

  get id(): string {
    return this.#place.idAt(this.index);
  }

  /** Seconds since 1970. */
  get created(): number {
    const {salt, baseCount} = this.#place;
    this.#created ??= this.#moves?.insertedAt ?? firstInstant(salt, this.index, baseCount);
    return this.#created;
  }

  get updated(): number {
    this.#updated ??=
      this.#moves?.editedAt ?? this.#moves?.insertedAt ?? lastInstant(this.#place.salt, this.index, this.created);
    return this.#updated;
  }

  /** `updated` or later: sends and opens move it too. */
  get touched(): number {
    const {salt} = this.#place;
    const touchedAt = this.#moves?.touchedAt ?? this.#moves?.insertedAt;
    return Math.max(touchedAt ?? openedInstant(salt, this.index, this.updated), this.updated);
  }

  /** A deal in a pipeline that the token's user may not see. */
  get isPartial(): boolean {
    const isHidden = this.#place.name === 'deals' && this.relations.partialDeals !== 'none';
    return isHidden && !this.isChanged && this.index % 29 === 11;
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

  /** The rows of another resource in turn, so that neighbours have different ones; id "0" if it has none. */
  inTurn(resource: string): {readonly id: string; readonly index: number} {
    const count = this.relations.countOf(resource);
    const index = count === 0 ? 0 : this.index % count;
    return {id: this.relations.idAt(resource, (index + 0.5) / Math.max(count, 1)) ?? '0', index};
  }

  parent(): string | null {
    return this.relations.parentId(this.#place.name, this.index) ?? null;
  }

  /** The id of the row that a row of another resource hangs on. */
  parentOf(resource: string, id: string): string | null {
    return this.relations.parentOf(resource, id) ?? null;
  }

  /** A column of a row of another resource; null if there is no such row. */
  valueOf(resource: string, id: string | null, key: string): WireValue {
    return (id === null ? undefined : this.relations.valueOf(resource, id, key)) ?? null;
  }

  children(resource: string): readonly string[] {
    return this.relations.childIds(resource, this.index);
  }

  /** A column as the row shows it. */
  at({instantOf, style, digits = 0}: Stamp): string | null {
    const instant = instantOf(this);
    if (instant === null) return null;
    if (style === 'zulu') return zuluTime(instant, fractionOf(this, digits));
    if (style === 'clock') return wallClock(instant);
    return style === 'utc' ? this.#utc(instant) : withOffset(instant);
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
    return this.#utc(this.created);
  }

  get updatedUtc(): string {
    return this.#utc(this.updated);
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

  #utc(instant: number): string {
    return this.relations.hasUtcOffsets ? utcWithOffset(instant) : utcClock(instant);
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
  const start = doubleHour(yearNear(instant));
  const from = start - pressedSeconds / 2;
  if (instant < from || instant >= from + pressedSeconds) return instant;
  return start + Math.floor(((instant - from) / pressedSeconds) * doubleHourSeconds);
}
