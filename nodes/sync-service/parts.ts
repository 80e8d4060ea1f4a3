import type { Node, NodeAPI, NodeDef } from 'node-red';
import { FieldReader } from '../common/fields';
import { checkSaved } from '../common/saved-check';
import { type Labels, type Settings, settingsOf } from '../common/settings';
import { StatusLine } from '../common/status';
import type { Fields, NodeTable } from '../common/table';
import { TypedFields } from '../common/typed';
import type { ServiceConnection } from './connection';
import { useService } from './use';

/** What a node with an input stands on. */
export interface Parts<F extends Fields> {
  readonly settings: Settings<F>;
  readonly connection: ServiceConnection;
  readonly fields: TypedFields;
  readonly status: StatusLine;
}

/**
 * Makes that of what the dialog of a node has saved; the node is a user of its service from now on.
 *
 * @throws NodeFailure SYNC_INVALID_ARGUMENT as checkSaved and useService.
 */
export function partsOf<F extends Fields>(
  RED: NodeAPI,
  node: Node<object>,
  config: NodeDef,
  table: NodeTable<F>,
  labels: Labels,
): Parts<F> {
  checkSaved(table, config, labels, node);
  const settings = settingsOf(table, config);
  const connection = useService(RED, node, String((settings as { service?: unknown }).service));
  const fields = new TypedFields(new FieldReader(RED, node, connection.clock), table, labels, config);
  const status = new StatusLine(RED, node, connection.clock);
  status.addRemark(connection.remark);
  return { settings, connection, fields, status };
}
