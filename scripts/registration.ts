import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { credentialsOf, type Field, isRequiredByEditor, type NodeTable } from '../nodes/common/table';

/** The script that registers a node in the editor, with its defaults spelled out: Node-RED's tools read them there. */
export function registrationOf(table: NodeTable): string {
  const { outputFiles } = buildSync({
    stdin: { contents: sourceOf(table), resolveDir: join('nodes', table.type), loader: 'ts' },
    bundle: true,
    format: 'iife',
    target: 'es2020',
    charset: 'utf8',
    // Each node brings what they share: small, since a package of 1 MiB is large for a gateway.
    minify: true,
    lineLimit: 120,
    write: false,
  });
  return outputFiles.map(({ text }) => text).join('');
}

function sourceOf(table: NodeTable): string {
  const { type, config } = table;
  const own = ownOf(type);
  const imports = [
    `import { labelOf, openDialog } from '../common/dialog.editor';`,
    `import { validators } from '../common/form.editor';`,
    `import { table } from './fields';`,
    ...(own.size > 0 ? [`import * as own from './${type}.editor';`] : []),
  ];
  const look = config
    ? [`category: 'config',`]
    : [
        `category: 'edge sync',`,
        `color: '#8FC9A3',`,
        `icon: '${type}.svg',`,
        `paletteLabel: '${type.replace('-', ' ')}',`,
        `inputs: ${table.inputs ?? 0},`,
        `outputs: ${Array.isArray(table.outputs) ? table.outputs.length : (table.outputs ?? 0)},`,
      ];
  const behaviour = [
    `label() { return labelOf(this, table); },`,
    ...(config ? [] : [`labelStyle() { return this.name ? 'node_label_italic' : ''; },`]),
    ...(Array.isArray(table.outputs)
      ? [`outputLabels(index) { return this._('${type}.output.' + table.outputs[index]); },`]
      : []),
    ...(own.has('onadd') ? [`onadd() { own.onadd(this); },`] : []),
    `oneditprepare() { openDialog(this, table${own.has('prepare') ? ', own.prepare' : ''}); },`,
  ];
  const credentials = credentialsOf(table);
  return `${imports.join('\n')}
const validator = validators(table);
RED.nodes.registerType('${type}', {
  ${look.join('\n  ')}
  defaults: {
    ${Object.entries(table.fields)
      .flatMap(([name, field]) => defaultsOf(name, field))
      .join('\n    ')}
  },
  ${Object.keys(credentials).length > 0 ? `credentials: ${JSON.stringify(credentials)},` : ''}
  ${behaviour.join('\n  ')}
});`;
}

/** What the editor side of a node adds of its own. */
function ownOf(type: string): Set<string> {
  const path = join('nodes', type, `${type}.editor.ts`);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return new Set(Array.from(text.matchAll(/^export (?:const|function) (\w+)/gm), ([, name]) => String(name)));
}

function defaultsOf(name: string, field: Field): string[] {
  if (field.kind === 'own' || field.kind === 'credential') return [];
  // Node-RED reads it as a number.
  const value = name === 'inputs' ? Number(field.value) : JSON.stringify(field.value);
  if (field.kind === 'config') {
    return [`${name}: { value: ${value}, type: '${field.of}', required: ${Boolean(field.required)} },`];
  }
  const required = isRequiredByEditor(field) ? ', required: true' : '';
  const validate = isChecked(field) ? `, validate: validator('${name}')` : '';
  const property = `${name}: { value: ${value}${required}${validate} },`;
  return field.kind === 'typed'
    ? [property, `${name}Type: { value: ${JSON.stringify(field.type)} },`]
    : [property];
}

function isChecked(field: Exclude<Field, { kind: 'own' }>): boolean {
  if (field.kind === 'typed' || field.kind === 'number') return true;
  if (field.kind === 'choice' && Object.values(field.options).some(({ only }) => only)) return true;
  return Boolean(field.problem || field.only || (field.required && !isRequiredByEditor(field)));
}
