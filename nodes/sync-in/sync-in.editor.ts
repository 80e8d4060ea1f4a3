import { isPositive } from '../common/fields.editor';
import { suggest, suggestLast } from '../common/service.editor';
import { wordsOf } from '../common/words';

interface SyncInEditor extends EditorNode {
  objectTypes: string;
  trigger: 'poll' | 'webhook';
}

/** A path that nobody can guess: whoever knows it can have this Node-RED poll. */
function newHookPath(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

RED.nodes.registerType<SyncInEditor>('sync-in', {
  category: 'edge sync',
  color: '#8FC9A3',
  icon: 'sync-in.svg',
  paletteLabel: 'sync in',
  inputs: 0,
  outputs: 2,
  defaults: {
    name: { value: '' },
    service: { value: '', type: 'sync-service', required: true },
    objectTypes: { value: '', required: true },
    objectID: { value: '' },
    trigger: { value: 'poll' },
    baseURL: {
      value: '',
      validate(value, _options) {
        const open = $('#node-input-trigger').val();
        const webhook = (open === undefined ? this.trigger : open) === 'webhook';
        return !webhook || /^(https?:\/\/.+|\$\{.+\})$/.test(value) || this._('sync-in.invalid.baseURL');
      },
    },
    interval: { value: '5', validate: isPositive },
    window: { value: '32', validate: isPositive },
    redeliverAfter: { value: '300', validate: isPositive },
    maxAttempts: { value: '5', validate: isPositive },
    acknowledge: { value: 'flow' },
    expired: { value: false },
  },
  credentials: { hookPath: { type: 'password' } },
  label() {
    return this.name || this.objectTypes || 'sync in';
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  outputLabels(index) {
    return this._(index === 0 ? 'sync-in.output.updated' : 'sync-in.output.deleted');
  },
  onadd() {
    this.credentials = { hookPath: newHookPath() };
  },
  oneditprepare() {
    const types = $('#node-input-objectTypes');
    types.autoComplete({ minLength: 0, search: suggestLast({ what: 'objectTypes' }) });
    const objectType = (): string => wordsOf(String(types.val()))[0] ?? '';
    $('#node-input-objectID').autoComplete({
      minLength: 0,
      search: suggest({ what: 'objectIDs', objectType }),
    });
    const showRows = (): void => {
      $('.sync-in-webhook').toggle($('#node-input-trigger').val() === 'webhook');
    };
    $('#node-input-trigger').on('change', showRows);
    showRows();
  },
});
