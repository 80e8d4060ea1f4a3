import { has } from '../common/form';
import { checkbox, choice, nameField, nodeTable, number, objectField, serviceField } from '../common/table';

export const table = nodeTable({
  type: 'sync-consume',
  inputs: 1,
  outputs: 1,
  label: (form, translate) => translate(`called.${form.value('mark')}`),
  fields: {
    name: nameField,
    service: serviceField,
    object: objectField,
    mark: choice({ consumed: {}, received: {}, giveBack: {}, reject: {} }, { icon: 'check' }),
    after: number('60', { icon: 'repeat', unit: 's', shown: has('mark', 'giveBack') }),
    checkVersion: checkbox(true, { shown: has('mark', 'consumed', 'received') }),
  },
});
