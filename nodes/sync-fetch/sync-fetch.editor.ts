import { isPositive, isPositiveOrEmpty, prepareObjectField } from '../common/fields.editor';
import { prepareTyped } from '../common/typed.editor';

interface SyncFetchEditor extends EditorNode {
  trustedKeyType: string;
}

RED.nodes.registerType<SyncFetchEditor>('sync-fetch', {
  category: 'edge sync',
  color: '#8FC9A3',
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
    trustedKey: {
      value: '',
      // An empty text trusts every key; an empty path into a message would be a mistake that does so too.
      validate(value, _options) {
        const type = $('#node-input-trustedKeyType').val() ?? this.trustedKeyType;
        return Boolean(value) || !type || type === 'str' || this._('sync-fetch.invalid.trustedKey');
      },
    },
    trustedKeyType: { value: 'str' },
    concurrency: { value: '4', validate: isPositiveOrEmpty },
  },
  label() {
    return this.name || 'sync fetch';
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    prepareObjectField();
    prepareTyped('filename');
    prepareTyped('trustedKey');
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
