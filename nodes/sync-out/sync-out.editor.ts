import { isPositive } from '../common/fields.editor';
import { closeDialog, formOf, openDialog, type SyncOutEditor } from './dialog.editor';
import { problems } from './form';

/** Those without a type beside them; `destinationType` is a field of its own. */
const choices = ['destination', 'waitFor'];

/** A field with what can be wrong with it, by itself or with the rest of the form. */
function checked(field: string, value: string): EditorProperty<SyncOutEditor> {
  return {
    value,
    validate(given, options) {
      const form = formOf(this);
      const problem = problems[field]?.(form);
      if (problem) return this._(`sync-out.${problem}`);
      return (
        !given ||
        choices.includes(field) ||
        RED.utils.validateTypedProperty(given, form.value(`${field}Type`), options)
      );
    },
  };
}

RED.nodes.registerType<SyncOutEditor>('sync-out', {
  category: 'edge sync',
  color: '#8FC9A3',
  icon: 'sync-out.svg',
  paletteLabel: 'sync out',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    service: { value: '', type: 'sync-service', required: true },
    action: { value: 'publish' },
    objectType: checked('objectType', 'object.objectType'),
    objectTypeType: { value: 'msg' },
    objectID: checked('objectID', ''),
    objectIDType: { value: 'auto' },
    source: { value: 'value' },
    data: { value: 'payload' },
    dataType: { value: 'msg' },
    metaOnly: { value: 'false' },
    metaOnlyType: { value: 'bool' },
    noData: { value: '' },
    noDataType: { value: 'auto' },
    destination: checked('destination', ''),
    destinationType: checked('destinationType', ''),
    destinationTypeType: { value: 'str' },
    destinationID: checked('destinationID', ''),
    destinationIDType: { value: 'str' },
    destinationsList: checked('destinationsList', ''),
    destinationsListType: { value: 'str' },
    destinationPolicy: checked('destinationPolicy', ''),
    destinationPolicyType: { value: 'json' },
    waitFor: checked('waitFor', 'published'),
    timeout: { value: '60', validate: isPositive },
    version: checked('version', ''),
    versionType: { value: 'str' },
    description: checked('description', ''),
    descriptionType: { value: 'str' },
    expiration: checked('expiration', ''),
    expirationType: { value: 'str' },
    inactive: checked('inactive', 'false'),
    inactiveType: { value: 'bool' },
    activationTime: checked('activationTime', ''),
    activationTimeType: { value: 'str' },
    consumers: checked('consumers', ''),
    consumersType: { value: 'num' },
    autodelete: checked('autodelete', 'false'),
    autodeleteType: { value: 'bool' },
    link: checked('link', ''),
    linkType: { value: 'str' },
    signingKey: checked('signingKey', ''),
    signingKeyType: { value: 'none' },
  },
  credentials: { privateKey: { type: 'password' }, passphrase: { type: 'password' } },
  label() {
    return this.name || 'sync out';
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    openDialog(this);
  },
  oneditsave() {
    closeDialog();
  },
  oneditcancel() {
    closeDialog();
  },
  oneditdelete() {
    closeDialog();
  },
});
