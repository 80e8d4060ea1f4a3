import { isPositive } from '../common/fields.editor';

RED.nodes.registerType('sync-out', {
  category: 'edge sync',
  color: '#C7E9C0',
  icon: 'sync-out.svg',
  paletteLabel: 'sync out',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    service: { value: '', type: 'sync-service', required: true },
    action: { value: 'publish' },
    objectType: { value: 'object.objectType' },
    objectTypeType: { value: 'msg' },
    objectID: { value: 'object.objectID' },
    objectIDType: { value: 'msg' },
    source: { value: 'value' },
    data: { value: 'payload' },
    dataType: { value: 'msg' },
    destination: { value: '' },
    destinationType: { value: '' },
    destinationID: { value: '' },
    waitFor: { value: 'published' },
    timeout: { value: '60', validate: isPositive },
  },
  label() {
    return this.name || 'sync out';
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    const values = ['msg', 'str', 'flow', 'global', 'env', 'jsonata'];
    const unique = { value: 'unique', label: this._('sync-out.unique'), hasValue: false };
    $('#node-input-objectType').typedInput({
      default: 'msg',
      types: values,
      typeField: '#node-input-objectTypeType',
    });
    $('#node-input-objectID').typedInput({
      default: 'msg',
      types: [...values, unique],
      typeField: '#node-input-objectIDType',
    });
    $('#node-input-data').typedInput({ default: 'msg', types: values, typeField: '#node-input-dataType' });
    const showRows = (): void => {
      const action = String($('#node-input-action').val());
      const destination = String($('#node-input-destination').val());
      const waits = $('#node-input-waitFor').val() !== 'published';
      $('.sync-out-data').toggle(action === 'publish');
      $('.sync-out-publish').toggle(action !== 'delete');
      $('.sync-out-destination-type').toggle(
        action !== 'delete' && (destination === 'type' || destination === 'node'),
      );
      $('.sync-out-destination-id').toggle(action !== 'delete' && destination === 'node');
      $('.sync-out-timeout').toggle(action !== 'delete' && waits);
    };
    $('#node-input-action, #node-input-destination, #node-input-waitFor').on('change', showRows);
    showRows();
  },
});
