import { savedIn } from '../../nodes/common/saved';
import type { Field, NodeTable } from '../../nodes/common/table';
import { table as admin } from '../../nodes/sync-admin/fields';
import { table as consume } from '../../nodes/sync-consume/fields';
import { table as fetched } from '../../nodes/sync-fetch/fields';
import { table as input } from '../../nodes/sync-in/fields';
import { table as out } from '../../nodes/sync-out/fields';
import { table as query } from '../../nodes/sync-query/fields';
import { table as service } from '../../nodes/sync-service/fields';

export type Config = Readonly<Record<string, unknown>>;

/** A node that takes something of a message that is hostile. */
export interface HostileField {
  /** Type of the node, what it does, and the field. */
  readonly name: string;
  readonly type: string;
  readonly config: Config;
  /** The property of the message that is hostile. */
  readonly property: string;
  /** What else the message has. */
  readonly message?: Config;
  /** A value that is meant there. */
  readonly good: unknown;
}

export const tables: Readonly<Record<string, NodeTable>> = {
  'sync-service': service,
  'sync-in': input,
  'sync-fetch': fetched,
  'sync-consume': consume,
  'sync-out': out,
  'sync-query': query,
  'sync-admin': admin,
};

const object = { objectType: 'hostile', objectTypeType: 'str', objectID: 'good', objectIDType: 'str' };
const user = { userNames: 'somebody', userNamesType: 'str' };
const place = {
  destinationType: 'gateway',
  destinationTypeType: 'str',
  destinations: 'gateway:edge1',
  destinationsType: 'str',
};
const toAll = { data: 'payload', dataType: 'msg', destination: 'all' };

/** What each type of node does, by the field that says so, with what it needs for it. */
export const doings: readonly { type: string; by?: string; config: Config }[] = [
  { type: 'sync-out', by: 'action', config: { ...object, ...toAll, service: 'css' } },
  { type: 'sync-out', by: 'destination', config: { ...object, ...toAll, service: 'css', action: 'publish' } },
  { type: 'sync-out', by: 'source', config: { ...object, ...toAll, service: 'css' } },
  { type: 'sync-out', by: 'whenAway', config: { ...object, ...toAll, service: 'css', waitFor: 'queued' } },
  {
    type: 'sync-out',
    config: { ...object, ...toAll, service: 'css', inactive: 'true', inactiveType: 'bool' },
  },
  { type: 'sync-out', config: { ...object, ...toAll, service: 'ess', destination: '' } },
  { type: 'sync-fetch', by: 'output', config: { service: 'ess' } },
  { type: 'sync-consume', by: 'mark', config: { service: 'ess' } },
  { type: 'sync-query', by: 'query', config: { ...object, ...place, service: 'css' } },
  {
    type: 'sync-admin',
    by: 'action',
    config: { ...object, ...place, ...user, service: 'css', orgID: 'other', orgIDType: 'str' },
  },
];

/** Of fields that take no text such as `good`. */
const goods: Readonly<Record<string, unknown>> = {
  object: { objectType: 'hostile', objectID: 'good' },
  destinationPolicy: { properties: [{ name: 'a', value: 1 }] },
  destinationsList: 'gateway:edge1',
  destinations: 'gateway:edge1',
  activationTime: 'in 1 h',
  expiration: 'in 1 h',
  since: '2031-01-01T00:00:00Z',
  expiresBefore: '2031-01-01T00:00:00Z',
  consumers: 1,
  metaOnly: false,
  noData: true,
  inactive: false,
  autodelete: false,
  entries: [],
  delivery: { receiver: 'in', attempt: 1, redelivered: false },
};

/** Whether the dialog shows a field, so that the node reads it. */
function isShown(table: NodeTable, field: Field, config: Config): boolean {
  if (!field.shown) return true;
  const saved = savedIn(table, config);
  const form = {
    kind: config.service === 'ess' ? ('ESS' as const) : ('CSS' as const),
    value: (name: string) => String(saved[name] ?? ''),
  };
  return field.shown(form);
}

function* fieldsOf(type: string, does: string, config: Config): Generator<HostileField> {
  const table = tables[type] as NodeTable;
  for (const [field, row] of Object.entries(table.fields)) {
    if (row.kind !== 'typed' || !isShown(table, row, config)) continue;
    const name = `${type} (${does}): ${field}`;
    const good = goods[field] ?? 'good';
    yield {
      name,
      type,
      property: 'hostile',
      good,
      config: { ...config, [field]: 'hostile', [`${field}Type`]: 'msg' },
    };
  }
}

function* all(): Generator<HostileField> {
  for (const { type, by, config } of doings) {
    const choices = by === undefined ? undefined : tables[type]?.fields[by];
    const options = choices?.kind === 'choice' ? Object.keys(choices.options) : [undefined];
    for (const option of options) {
      const chosen = by === undefined ? config : { ...config, [by]: option };
      yield* fieldsOf(type, `${by ?? 'as it is'} ${option ?? ''} ${config.service}`, chosen);
    }
  }
  // What nodes read of a message beside their fields.
  for (const type of ['sync-fetch', 'sync-consume']) {
    const message = { object: goods.object };
    yield {
      name: `${type}: msg.delivery`,
      type,
      property: 'delivery',
      message,
      good: goods.delivery,
      config: { service: 'ess' },
    };
    yield {
      name: `${type}: msg.object`,
      type,
      property: 'object',
      good: goods.object,
      config: { service: 'ess' },
    };
  }
  const auto = { ...object, ...toAll, service: 'css', objectIDType: 'auto', objectID: '' };
  yield {
    name: 'sync-out: msg.object',
    type: 'sync-out',
    property: 'object',
    good: goods.object,
    config: auto,
  };
  const asked = {
    service: 'ess',
    inputs: '1',
    // Whoever consumes waits for nobody who only looks.
    acknowledge: 'look',
    objectTypes: 'hostile',
    objectTypesType: 'str',
    interval: '3600',
  };
  yield { name: 'sync-in: msg.action', type: 'sync-in', property: 'action', good: 'ask', config: asked };
  for (const action of ['subscribe', 'unsubscribe'])
    yield {
      name: `sync-in: msg.topic to ${action}`,
      type: 'sync-in',
      property: 'topic',
      good: 'good',
      message: { action },
      config: asked,
    };
}

/** Every typed field of every node that takes messages, in everything that the node can do, once. */
export const hostileFields: readonly HostileField[] = Array.from(
  new Map(
    Array.from(all(), (field) => [
      JSON.stringify([field.type, field.config, field.property, field.message]),
      field,
    ]),
  ).values(),
);
