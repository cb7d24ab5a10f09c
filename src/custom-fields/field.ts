// A custom field, as an account has defined it.

/** What a field holds, whatever the API calls its type. */
export type FieldKind = 'text' | 'date' | 'datetime' | 'number' | 'currency' | 'list';

/** A choice of a field. What has no id has a value alone. */
export type FieldOption = {readonly id: string | undefined; readonly value: string; readonly label: string};

export type FieldDefinition = {
  readonly id: string;
  readonly title: string;
  /** The personalization tag; empty where there is none. */
  readonly tag: string;
  readonly kind: FieldKind;
  readonly options: readonly FieldOption[];
  /** The currency of values that name none. */
  readonly currency: string | undefined;
};
