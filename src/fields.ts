// The fields of a schema as dotted paths (`options.id`, `actiondata.actions.email`), and a schema cut down to some of
// them. Arrays take no step of their own in a path.

import type {PropertySchema, StreamSchema} from './schemas.js';

/** One field and where it is. */
export type Field = {
  readonly path: string;
  /** Its place in Singer's spelling: `["properties", "a", "items", "properties", "b"]`. */
  readonly breadcrumb: readonly string[];
  /** The path of the object that holds it; undefined at the top. */
  readonly parent: string | undefined;
};

/** Every field of a schema, an object before the fields in it, in the order of the schema. */
export function fieldsOf(schema: StreamSchema): readonly Field[] {
  return fieldsIn(schema.properties, [], undefined);
}

/** The part of a schema whose paths are selected. An object of which nothing is left is left out itself. */
export function selectFields(schema: StreamSchema, isSelected: (path: string) => boolean): StreamSchema {
  return {...schema, properties: selectProperties(schema.properties, '', isSelected)};
}

/** The path of a breadcrumb, or undefined when it does not lead to a field. `items` steps may be missing (Meltano's SDK). */
export function pathOf(breadcrumb: readonly string[]): string | undefined {
  const names: string[] = [];
  for (let at = 0; at < breadcrumb.length; at++) {
    const name = breadcrumb[at] === 'properties' ? breadcrumb[++at] : undefined;
    if (name !== undefined) names.push(name);
    else if (breadcrumb[at] !== 'items') return undefined;
  }
  return names.length === 0 ? undefined : names.join('.');
}

type Properties = Readonly<Record<string, PropertySchema>>;

function fieldsIn(properties: Properties, at: readonly string[], parent: string | undefined): readonly Field[] {
  return Object.entries(properties).flatMap(([name, property]) => {
    const path = parent === undefined ? name : `${parent}.${name}`;
    const breadcrumb = [...at, 'properties', name];
    const {holder, steps} = holderOf(property);
    return [{path, breadcrumb, parent}, ...fieldsIn(holder.properties ?? {}, [...breadcrumb, ...steps], path)];
  });
}

/** The schema with the inner fields: of a list, that of its items. */
function holderOf(property: PropertySchema): {readonly holder: PropertySchema; readonly steps: readonly string[]} {
  if (property.items === undefined) return {holder: property, steps: []};
  const {holder, steps} = holderOf(property.items);
  return {holder, steps: ['items', ...steps]};
}

function selectProperties(properties: Properties, prefix: string, isSelected: (path: string) => boolean): Properties {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => isSelected(prefix + name))
      .map(([name, property]) => [name, selectInside(property, `${prefix}${name}.`, isSelected)] as const)
      .filter((entry): entry is readonly [string, PropertySchema] => entry[1] !== undefined),
  );
}

function selectInside(
  property: PropertySchema,
  prefix: string,
  isSelected: (path: string) => boolean,
): PropertySchema | undefined {
  if (property.items !== undefined) {
    const items = selectInside(property.items, prefix, isSelected);
    return items && {...property, items};
  }
  if (property.properties === undefined) return property;
  const properties = selectProperties(property.properties, prefix, isSelected);
  // An object without properties would be a free-form one.
  return Object.keys(properties).length === 0 ? undefined : {...property, properties};
}
