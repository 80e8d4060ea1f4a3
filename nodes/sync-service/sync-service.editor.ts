import type { Prepare } from '../common/dialog.editor';
import { postJson } from '../common/service.editor';
import { usualKind } from '../common/sides';
import { propertiesOf } from '../common/table';
import { table } from './fields';

interface Diagnosis {
  good: boolean;
  finding: string;
  detail: string;
}

/** The form as it is now: a connection can be tried before it is deployed. */
function draftOf(id: string): object {
  const read = (field: string): unknown => {
    const input = $(`#node-config-input-${field}`);
    return input.is(':checkbox') ? input.is(':checked') : String(input.val() ?? '');
  };
  const settings = Object.fromEntries(Object.keys(propertiesOf(table)).map((field) => [field, read(field)]));
  // A choice among config nodes that has none yet.
  if (settings.tls === '_ADD_') settings.tls = '';
  return { id, settings, credentials: { key: read('key'), secret: read('secret') } };
}

/** A local service is what the node needs from whose dialog it is made: an edge to receive, a cloud to send. */
function presetSide(node: EditorNode): void {
  if (RED.nodes.node(node.id)) return;
  const opener = RED.editor.getEditStack().at(-2);
  const side = opener && usualKind(opener.type) === 'ESS' ? 'edge' : 'cloud';
  const connection = $('#node-config-input-connection');
  connection.on('change', () => {
    $('#node-config-input-side').val(connection.val() === 'local' ? side : 'cloud');
  });
}

/** Lets a connection be tried. */
export const prepare: Prepare = (node) => {
  presetSide(node);
  const button = $('#sync-service-test');
  const result = $('#sync-service-test-result');
  const show = (icon: string, color: string, text: string): void => {
    // The text has the colour of the theme: not every theme's green and red can be read on its background.
    result
      .empty()
      .append($('<i>').addClass(`fa ${icon}`).css('color', color), document.createTextNode(` ${text}`));
  };
  const tell = ({ good, finding, detail }: Diagnosis): void => {
    const [icon, color] = good
      ? ['fa-check-circle', 'var(--red-ui-text-color-success, green)']
      : ['fa-exclamation-triangle', 'var(--red-ui-text-color-error, #ad1625)'];
    show(icon, color, node._(`sync-service.test.${finding}`, { detail }));
  };
  button.on('click', () => {
    button.prop('disabled', true);
    show('fa-spinner fa-spin', 'inherit', node._('sync-service.test.running'));
    postJson('sync-service/test', draftOf(node.id))
      .then(tell, (answer: JQuery.jqXHR) => {
        const forbidden = answer.status === 401 || answer.status === 403;
        tell({ good: false, finding: forbidden ? 'forbidden' : 'noNodeRed', detail: '' });
      })
      .always(() => button.prop('disabled', false));
  });
};
