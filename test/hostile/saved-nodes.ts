import { savedIn } from '../../nodes/common/saved';
import { type Labels, labelsOf } from '../../nodes/common/settings';
import type { Field, NodeTable } from '../../nodes/common/table';
import { catalogueOf } from '../support/texts';
import { type Config, doings, tables } from './fields';
import { savedTypes, savedValues } from './saved-values';

/** A node whose saved configuration has something in it that no dialog saves. */
export interface HostileNode {
  /** Type of the node, what it does, the field, and what stands there. */
  readonly name: string;
  readonly type: string;
  /** The field that is hostile; that of its type, too. */
  readonly field: string;
  readonly config: Config;
  /** Whether it is a credential, which flows do not hold. */
  readonly isCredential: boolean;
  /** What the dialog calls the field. */
  readonly label: string;
  /** Whether no dialog saves such a thing there, so that the node refuses it. */
  readonly isRefused: boolean;
}

/** What is handed out rests with them: nobody else waits for their word on this type. */
const received = { service: 'ess', objectTypes: 'quiet', objectTypesType: 'str', interval: '3600' };
const published = {
  ...{ service: 'css', action: 'publish', destination: 'all', data: 'payload', dataType: 'msg' },
  ...{ objectType: 'hostile', objectTypeType: 'str', objectID: 'good', objectIDType: 'str' },
};
/** To an edge that is there, and an object that nobody deletes: it arrives. */
const toOne = {
  ...{ destination: 'node', destinationType: 'gateway', destinationTypeType: 'str' },
  ...{ destinationID: 'edge1', destinationIDType: 'str', objectID: 'arrives' },
};
const byAddress = { connection: 'address', organization: 'demo' };

/** Everything that nodes of each type do: beside what takes values of messages, what they do by themselves. */
const all: readonly { type: string; by?: string; config: Config }[] = [
  ...doings,
  { type: 'sync-in', config: { ...received, acknowledge: 'look' } },
  {
    type: 'sync-in',
    config: { ...received, inputs: '1', trigger: 'webhook', baseURL: 'http://127.0.0.1:1' },
  },
  { type: 'sync-out', config: { ...published, ...toOne, waitFor: 'delivered' } },
  { type: 'sync-out', config: { ...published, source: 'file', whenAway: 'keep', waitFor: 'queued' } },
  { type: 'sync-out', config: { ...published, signingKey: '', signingKeyType: 'stored' } },
  {
    type: 'sync-service',
    config: { connection: 'local', organization: 'demo', side: 'edge', edgeID: 'edge1' },
  },
  { type: 'sync-service', config: { ...byAddress, side: 'cloud', transferHours: '00:00-23:59' } },
  { type: 'sync-service', config: { ...byAddress, side: 'edge' } },
];

/** Folders of the machine itself: what is fetched must not be written there. */
const foldersOfOthers = new Set(['two dots', 'slash']);

/** Whether the dialog shows a field on either service, so that the node reads it. */
function isShown(table: NodeTable, field: Field, config: Config): boolean {
  if (!field.shown) return true;
  const { shown } = field;
  const saved = savedIn(table, config);
  const value = (name: string): string => String(saved[name] ?? '');
  return (['CSS', 'ESS'] as const).some((kind) => shown({ kind, value }));
}

/** In what of all that the nodes of a type do a field is read: the first is enough. */
function configWith(type: string, name: string, field: Field): Config | undefined {
  const table = tables[type] as NodeTable;
  for (const { by, config, ...doing } of all) {
    if (doing.type !== type) continue;
    const choices = by === undefined ? undefined : table.fields[by];
    const options = choices?.kind === 'choice' ? Object.keys(choices.options) : [undefined];
    for (const option of options) {
      const chosen = by === undefined ? config : { ...config, [by]: option };
      if (isShown(table, field, chosen)) return chosen;
    }
  }
  throw new Error(`Nothing that ${type} does reads ${name}`);
}

function* nodesOf(type: string, table: NodeTable): Generator<HostileNode> {
  for (const [name, field] of Object.entries(table.fields)) {
    if (field.kind === 'own') continue;
    const isCredential = field.kind === 'credential';
    const config = isCredential && type === 'sync-service' ? { ...byAddress } : configWith(type, name, field);
    const label = labelsOf(catalogueOf(type)[type] as { label: Labels })[name] ?? name;
    const hostileNode = (what: string, value: string, hostile: object, isRefused = false): HostileNode => ({
      ...{ name: `${type}: ${what} <- ${value}`, type, field: name, isCredential, isRefused, label },
      config: { ...config, ...hostile },
    });
    yield hostileNode(name, 'nothing', { [name]: undefined });
    for (const [value, hostile] of Object.entries(savedValues)) {
      if (name === 'folder' && foldersOfOthers.has(value)) continue;
      const isRefused = !isCredential && isNeverSaved(field, hostile);
      yield hostileNode(name, value, { [name]: hostile }, isRefused);
      if (field.kind !== 'typed') continue;
      yield hostileNode(`${name} (text)`, value, { [name]: hostile, [`${name}Type`]: 'str' }, isRefused);
    }
    if (field.kind !== 'typed') continue;
    for (const [value, hostile] of Object.entries(savedTypes)) {
      yield hostileNode(
        `${name}Type`,
        value,
        { [name]: 'good', [`${name}Type`]: hostile },
        isNoType(hostile),
      );
    }
  }
}

/** Whether it is neither nothing nor of a kind that a value may have there, or none of a choice. */
function isNeverSaved(field: Field, hostile: unknown): boolean {
  if (hostile === null || hostile === undefined || hostile === '') return false;
  if (typeof hostile === 'object') return true;
  if (field.kind === 'checkbox') return !['true', 'false'].includes(String(hostile));
  return field.kind === 'choice' && !Object.hasOwn(field.options, String(hostile));
}

/** Of what else there is Node-RED knows how to find a value by it. */
const types = ['', 'date', 're', 'bin', 'json', 'jsonata'];

/** Whether it is a type by which no value is found. */
function isNoType(hostile: unknown): boolean {
  return hostile !== null && !types.includes(hostile as string);
}

/** Each value in each field of each type of node. */
export const hostileNodes: readonly HostileNode[] = Object.entries(tables).flatMap(([type, table]) =>
  Array.from(nodesOf(type, table)),
);
