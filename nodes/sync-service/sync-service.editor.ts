import { connectionFields, postJson, type SyncServiceNode } from '../common/service.editor';

interface SyncServiceEditor extends SyncServiceNode {
  address: string;
  organization: string;
  edgeType: string;
  edgeID: string;
}

interface Diagnosis {
  good: boolean;
  finding: string;
  detail: string;
}

/** What the form says now, while it is open; otherwise what the node says. */
function current(node: SyncServiceEditor, property: 'connection' | 'side'): string {
  const field = $(`#node-config-input-${property}`);
  return field.length > 0 ? String(field.val()) : node[property];
}

/** The form as it is now: a connection can be tried before it is deployed. */
function draftOf(id: string): object {
  const read = (field: string): unknown => {
    const input = $(`#node-config-input-${field}`);
    return input.is(':checkbox') ? input.is(':checked') : String(input.val() ?? '');
  };
  const settings = Object.fromEntries(connectionFields.map((field) => [field, read(field)]));
  // A choice among config nodes that has none yet.
  if (settings.tls === '_ADD_') settings.tls = '';
  return { id, settings, credentials: { key: read('key'), secret: read('secret') } };
}

function prepareTest(node: SyncServiceEditor): void {
  const button = $('#sync-service-test');
  const result = $('#sync-service-test-result');
  const show = (icon: string, color: string, text: string): void => {
    result
      .css('color', color)
      .empty()
      .append($('<i>').addClass(`fa ${icon}`), document.createTextNode(` ${text}`));
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
}

RED.nodes.registerType<SyncServiceEditor>('sync-service', {
  category: 'config',
  defaults: {
    name: { value: '' },
    connection: { value: 'local' },
    side: { value: 'cloud' },
    address: {
      value: '',
      validate(value, _options) {
        if (current(this, 'connection') !== 'address') return true;
        return (
          /^(https?:\/\/|(secure-)?unix:\/\/\/).+|^\$\{.+\}$/.test(value) ||
          this._('sync-service.invalid.address')
        );
      },
    },
    organization: {
      value: 'demo',
      validate(value, _options) {
        const connection = current(this, 'connection');
        const needed =
          connection === 'local' || (connection === 'address' && current(this, 'side') === 'cloud');
        return !needed || value !== '' || this._('sync-service.invalid.organization');
      },
    },
    edgeType: { value: 'gateway' },
    edgeID: { value: 'edge1' },
    caFile: { value: '' },
    tls: { value: '', type: 'tls-config', required: false },
    proxy: { value: false },
  },
  credentials: { key: { type: 'text' }, secret: { type: 'password' } },
  label() {
    if (this.name) return this.name;
    if (this.connection === 'openhorizon') return this._('sync-service.connection.openhorizon');
    const where = this.connection === 'local' ? 'local' : this.address;
    if (this.side === 'cloud') return `${where} ${this.organization}`;
    return this.connection === 'local' ? `${where} ${this.edgeType}/${this.edgeID}` : where;
  },
  oneditprepare() {
    const showRows = (): void => {
      const connection = current(this, 'connection');
      const side = current(this, 'side');
      $('.sync-service-side').toggle(connection !== 'openhorizon');
      $('.sync-service-address').toggle(connection === 'address');
      $('.sync-service-local-edge').toggle(connection === 'local' && side === 'edge');
      $('.sync-service-organization').toggle(
        connection === 'local' || (connection === 'address' && side === 'cloud'),
      );
      $('.sync-service-cloud-address').toggle(connection === 'address' && side === 'cloud');
    };
    $('#node-config-input-connection, #node-config-input-side').on('change', showRows);
    showRows();
    prepareTest(this);
  },
});
