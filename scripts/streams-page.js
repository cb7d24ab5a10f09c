// The page that describes every stream and every field, made of the stream table and the schemas.

import {isSelectedByDefault} from '../dist/catalog.js';
import {fieldsOf} from '../dist/fields.js';
import {schemaOf, typesOf} from '../dist/schemas.js';
import {
  keyPropertiesOf,
  livesBelowParents,
  replicationMethodOf,
  validReplicationKeys,
} from '../dist/stream-definition.js';
import {code, plain, table, wrap} from './markdown.js';

const INTRODUCTION = `# Streams

Every stream with its keys and fields, as the catalog has them. This page is made by \`npm run generate\`.

Endpoints are relative to \`/api/3/\`; \`:id\` stands for the key of a row of the parent stream, each of which takes a
request, unless its list brings the rows along. The first replication key is the one that is used, another one may be
chosen in a catalog. Fields inside objects and lists of objects are written with dots. All fields but keys may be null,
and date-times are in UTC.

An account's custom objects are streams of their own besides, which \`--config … --discover\` shows.`;

/** The whole page. */
export function streamsPage(streams) {
  const index = table(
    ['stream', 'endpoint', 'method', 'replication key', 'selected by default'],
    streams.map(stream => [
      linkTo(stream.tapStreamId),
      code(endpointOf(stream)),
      replicationMethodOf(stream),
      replicationKeysOf(stream),
      isSelectedByDefault(stream) ? 'yes' : 'no',
    ]),
  );
  return `${[INTRODUCTION, streamsList(streams), index, ...streams.map(section)].join('\n\n')}\n`;
}

/** The names of all streams: those synced by default, and the others by what speaks against it. */
function streamsList(streams) {
  const names = of => `${of.map(({tapStreamId}) => code(tapStreamId)).join(', ')}.`;
  const chosen = streams.filter(isSelectedByDefault);
  const others = streams.filter(stream => !isSelectedByDefault(stream));
  const reasons = [...new Set(others.map(({unselected}) => unselected))].map(reason => {
    const item = wrap(`- ${reason}: ${names(others.filter(({unselected}) => unselected === reason))}`, 118);
    return item.replaceAll('\n', '\n  ');
  });
  return [
    wrap(`Synced by default, ${chosen.length} streams: ${names(chosen)}`),
    `Only when they are selected, ${others.length} streams:`,
    reasons.join('\n'),
  ].join('\n\n');
}

function section(stream) {
  const schema = schemaOf(stream);
  return [
    `## ${stream.tapStreamId}`,
    plain(schema.description ?? ''),
    facts(stream)
      .map(([name, value]) => `- ${name}: ${value}`)
      .join('\n'),
    table(['field', 'type', 'description'], fieldRows(schema)),
  ].join('\n\n');
}

function facts(stream) {
  const method = replicationMethodOf(stream);
  const keys = replicationKeysOf(stream);
  return [
    ['Endpoint', code(endpointOf(stream))],
    ...(stream.perParent ? [['Parent', parentOf(stream)]] : []),
    ['Key', keyPropertiesOf(stream).map(code).join(', ')],
    ['Replication', keys === '' ? method : `${method} by ${keys}`],
    ['Selected by default', isSelectedByDefault(stream) ? 'yes' : `no: ${plain(stream.unselected)}`],
  ];
}

function endpointOf({path, perParent}) {
  return perParent?.parameter === undefined ? path : `${path}?${perParent.parameter}=:id`;
}

function parentOf(stream) {
  const {tapStreamId, path, isBelowChanged} = stream.perParent;
  const link = linkTo(tapStreamId);
  if (!livesBelowParents(stream)) return `${link}, at ${code(path)}, where an account lacks the endpoint`;
  return isBelowChanged ? `${link}; later runs ask below those that changed` : link;
}

function replicationKeysOf(stream) {
  return validReplicationKeys(stream).map(code).join(' or ');
}

function linkTo(tapStreamId) {
  return `[${tapStreamId}](#${tapStreamId})`;
}

function fieldRows(schema) {
  return fieldsOf(schema).map(({path, breadcrumb}) => {
    const property = breadcrumb.reduce((node, step) => node[step], schema);
    return [code(path), typeName(property), plain(property.description ?? '')];
  });
}

/** The type in a word or two, such as `date-time` or `list of integer`. */
function typeName(property) {
  const names = typesOf(property).filter(type => type !== 'null');
  return names
    .map(name => {
      if (name === 'array') return property.items === undefined ? 'list' : `list of ${typeName(property.items)}`;
      return name === 'string' && property.format !== undefined ? property.format : name;
    })
    .join(' or ');
}
