interface SyncServiceEditor extends EditorNode {
  connection: 'address' | 'local';
  side: 'cloud' | 'edge';
  address: string;
  organization: string;
  edgeType: string;
  edgeID: string;
}

/** What the form says now, while it is open; otherwise what the node says. */
function current(node: SyncServiceEditor, property: 'connection' | 'side'): string {
  const field = $(`#node-config-input-${property}`);
  return field.length > 0 ? String(field.val()) : node[property];
}

RED.nodes.registerType<SyncServiceEditor>('sync-service', {
  category: 'config',
  defaults: {
    name: { value: '' },
    connection: { value: 'local' },
    side: { value: 'cloud' },
    address: {
      value: '',
      validate(value) {
        if (current(this, 'connection') !== 'address') return true;
        return (
          /^(https?:\/\/|(secure-)?unix:\/\/\/).+|^\$\{.+\}$/.test(value) ||
          this._('sync-service.invalid.address')
        );
      },
    },
    organization: {
      value: 'demo',
      validate(value) {
        const needed = current(this, 'side') === 'cloud' || current(this, 'connection') === 'local';
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
    const where = this.connection === 'local' ? 'local' : this.address;
    return this.side === 'cloud'
      ? `${where} ${this.organization}`
      : `${where} ${this.connection === 'local' ? `${this.edgeType}/${this.edgeID}` : ''}`;
  },
  oneditprepare() {
    const showRows = (): void => {
      const connection = current(this, 'connection');
      const side = current(this, 'side');
      $('.sync-service-address').toggle(connection === 'address');
      $('.sync-service-local-edge').toggle(connection === 'local' && side === 'edge');
      $('.sync-service-organization').toggle(connection === 'local' || side === 'cloud');
      $('.sync-service-cloud-address').toggle(connection === 'address' && side === 'cloud');
    };
    $('#node-config-input-connection, #node-config-input-side').on('change', showRows);
    showRows();
  },
});
