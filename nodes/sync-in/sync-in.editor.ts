import { isPositive } from '../common/fields.editor';

interface SyncInEditor extends EditorNode {
  objectTypes: string;
}

RED.nodes.registerType<SyncInEditor>('sync-in', {
  category: 'edge sync',
  color: '#C7E9C0',
  icon: 'sync-in.svg',
  paletteLabel: 'sync in',
  inputs: 0,
  outputs: 2,
  defaults: {
    name: { value: '' },
    service: { value: '', type: 'sync-service', required: true },
    objectTypes: { value: '', required: true },
    objectID: { value: '' },
    interval: { value: '5', validate: isPositive },
    window: { value: '32', validate: isPositive },
    redeliverAfter: { value: '300', validate: isPositive },
    maxAttempts: { value: '5', validate: isPositive },
    acknowledge: { value: 'flow' },
    expired: { value: false },
  },
  label() {
    return this.name || this.objectTypes || 'sync in';
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  outputLabels(index) {
    return this._(index === 0 ? 'sync-in.output.updated' : 'sync-in.output.deleted');
  },
});
