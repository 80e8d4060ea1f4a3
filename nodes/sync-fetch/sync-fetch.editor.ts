import { isPositive, prepareObjectField } from '../common/fields.editor';

RED.nodes.registerType('sync-fetch', {
  category: 'edge sync',
  color: '#C7E9C0',
  icon: 'sync-fetch.svg',
  paletteLabel: 'sync fetch',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    service: { value: '', type: 'sync-service', required: true },
    object: { value: 'object' },
    objectType: { value: 'msg' },
    output: { value: 'buffer' },
    encoding: { value: 'utf8' },
    folder: { value: '' },
    filename: { value: '' },
    filenameType: { value: 'str' },
    limit: { value: '16', validate: isPositive },
  },
  label() {
    return this.name || 'sync fetch';
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    prepareObjectField();
    $('#node-input-filename').typedInput({
      default: 'str',
      types: ['str', 'msg', 'flow', 'global', 'env', 'jsonata'],
      typeField: '#node-input-filenameType',
    });
    const showRows = (): void => {
      const output = String($('#node-input-output').val());
      $('.sync-fetch-text').toggle(output === 'text');
      $('.sync-fetch-file').toggle(output === 'file');
      $('.sync-fetch-message').toggle(output !== 'file');
    };
    $('#node-input-output').on('change', showRows);
    showRows();
  },
});
