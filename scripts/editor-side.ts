import { join, resolve } from 'node:path';
import type { NodeTable } from '../nodes/common/table';
import { dialogOf } from './dialog';
import { registrationOf } from './registration';

/** The table of a node. */
export function tableOf(type: string): NodeTable {
  const { table } = require(resolve(join('nodes', type, 'fields.ts'))) as { table: NodeTable };
  return table;
}

/** What the editor gets of a node: its registration as a script, then its dialog; both say what its table says. */
export function editorSide(type: string): string {
  const table = tableOf(type);
  return `<script type="text/javascript">\n${registrationOf(table)}</script>\n${dialogOf(table)}`;
}
