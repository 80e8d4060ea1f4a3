import { prepareObjectField } from '../common/fields.editor';

RED.nodes.registerType('sync-consume', {
  category: 'edge sync',
  color: '#8FC9A3',
  icon: 'sync-consume.svg',
  paletteLabel: 'sync consume',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    service: { value: '', type: 'sync-service', required: true },
    object: { value: 'object' },
    objectType: { value: 'msg' },
    mark: { value: 'consumed' },
    checkVersion: { value: true },
  },
  label() {
    return this.name || 'sync consume';
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    prepareObjectField();
  },
});
