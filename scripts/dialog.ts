import { inspect } from 'node:util';
import { besideBox, inputStyle, labelStyle, underInput } from '../nodes/common/layout';
import type { Field, NodeTable } from '../nodes/common/table';

/** The dialog of a node, as Node-RED's editor takes it: a row for each field of its table. */
export function dialogOf(table: NodeTable): string {
  const rows = Object.entries(table.fields).map(([name, field]) => ({
    section: field.section,
    html: rowOf(table, name, field),
  }));
  const lines: string[] = [];
  for (const [index, { section, html }] of rows.entries()) {
    const isFirst = section !== undefined && rows[index - 1]?.section !== section;
    const isLast = section !== undefined && rows[index + 1]?.section !== section;
    if (isFirst) lines.push(headOf(table, section));
    if (html) lines.push(indented(html, section === undefined ? 2 : 6));
    if (isLast) lines.push('    </div>\n  </div>');
  }
  return `<script type="text/html" data-template-name="${table.type}">\n${lines.join('\n')}\n</script>\n`;
}

function headOf({ type }: NodeTable, section: string): string {
  return `  <div id="${type}-${section}">
    <div class="red-ui-palette-header">
      <i class="fa fa-angle-down"></i><span data-i18n="${type}.section.${section}"></span>
    </div>
    <div class="section-content" style="padding-top: 12px">`;
}

function indented(html: string, by: number): string {
  return html.replace(/^(?=.)/gm, ' '.repeat(by));
}

function rowOf(table: NodeTable, name: string, field: Field): string {
  if (field.kind === 'own') return field.html;
  if (field.kind === 'credential' && field.input === 'hidden') return '';
  const { type } = table;
  const id = `${table.config ? 'node-config-input' : 'node-input'}-${name}`;
  const row = `<div class="form-row${field.shown ? ` ${type}-${name}` : ''}">`;
  if (field.kind === 'checkbox') {
    return `${row}
  <label style="${labelStyle}"></label>
  <input type="checkbox" id="${id}" style="width: auto; margin-top: 0" />
  <label for="${id}" style="${besideBox}" data-i18n="${type}.label.${name}"></label>
</div>`;
  }
  return `${row}
  <label for="${id}" style="${labelStyle}"><i class="fa fa-${field.icon}"></i> <span data-i18n="${type}.label.${name}"></span></label>
${indented(inputOf(type, id, name, field), 2)}${field.only ? refusedNote(type, field.only) : ''}
</div>`;
}

function refusedNote(type: string, only: 'CSS' | 'ESS'): string {
  const style = underInput;
  const text = only === 'CSS' ? 'needs.cloud' : 'needs.edge';
  return `\n  <div class="${type}-refused" data-only="${only}" style="${style}" data-i18n="${type}.${text}"></div>`;
}

function inputOf(type: string, id: string, name: string, field: Exclude<Field, { kind: 'own' }>): string {
  const style = `style="${inputStyle}"`;
  const placeholder = placeholderOf(field);
  const hint = placeholder ? ` placeholder="${placeholder}"` : '';
  const input = (kind: string): string => `<input type="${kind}" id="${id}"${hint} ${style} />`;
  switch (field.kind) {
    case 'typed':
      return `${input('text')}\n<input type="hidden" id="${id}Type" />`;
    case 'number':
      // One that takes numbers alone would lose an environment variable.
      return `<input type="text" inputmode="decimal" id="${id}"${hint} ${style} />`;
    case 'choice':
      return `<select id="${id}" ${style}>\n${Object.entries(field.options)
        .map(([value, { text = value }]) => {
          const key = `${type}.${field.texts ?? name}.${text}`;
          return `  <option value="${value}" data-i18n="${key}"></option>`;
        })
        .join('\n')}\n</select>`;
    case 'credential':
      return field.input === 'lines'
        ? `<textarea id="${id}" rows="3" autocomplete="off" spellcheck="false"${hint} style="${inputStyle}; -webkit-text-security: disc"></textarea>`
        : input(field.input);
    case 'text':
    case 'config':
      return input('text');
    default:
      throw new Error(`No row is known for ${inspect(field)}`);
  }
}

function placeholderOf(field: Field): string | undefined {
  if (field.kind === 'own') return undefined;
  return field.kind === 'number' && field.optional ? field.value : field.placeholder;
}
