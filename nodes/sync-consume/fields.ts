import { checkbox, choice, nameField, nodeTable, objectField, serviceField } from '../common/table';

export const table = nodeTable({
  type: 'sync-consume',
  inputs: 1,
  outputs: 1,
  label: () => 'sync consume',
  fields: {
    name: nameField,
    service: serviceField,
    object: objectField,
    mark: choice({ consumed: {}, received: {} }, { icon: 'check' }),
    checkVersion: checkbox(true),
  },
});
