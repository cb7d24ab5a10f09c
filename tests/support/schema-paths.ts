// Every node of a stream's schema under the name that the fact tables give it: `a`, `a.b`, `a[]`, `a[].b`.

import type {PropertySchema, StreamSchema} from '../../src/schemas.js';

/** Lists the nodes of a schema, its root left out, in the order of the file. */
export function schemaPaths(schema: StreamSchema): [path: string, node: PropertySchema][] {
  return Object.entries(schema.properties).flatMap(([name, node]) => nodesAt(name, node));
}

function nodesAt(path: string, node: PropertySchema): [string, PropertySchema][] {
  return [
    [path, node],
    ...(node.items === undefined ? [] : nodesAt(`${path}[]`, node.items)),
    ...Object.entries(node.properties ?? {}).flatMap(([name, inner]) => nodesAt(`${path}.${name}`, inner)),
  ];
}
