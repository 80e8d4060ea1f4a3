import { type Form, has } from '../common/form';
import {
  choice,
  nameField,
  nodeTable,
  number,
  objectField,
  serviceField,
  text,
  typed,
} from '../common/table';

const toFile = has('output', 'file');

/** An empty text trusts every key; an empty path into a message would be a mistake that does so too. */
function trustsByMistake(form: Form): boolean {
  return form.value('trustedKey') === '' && !['', 'str'].includes(form.value('trustedKeyType'));
}

export const table = nodeTable({
  type: 'sync-fetch',
  inputs: 1,
  outputs: 1,
  label: (form, translate) => translate(`called.${form.value('output')}`),
  fields: {
    name: nameField,
    service: serviceField,
    object: objectField,
    output: choice({ buffer: {}, text: {}, json: {}, file: {} }, { icon: 'sign-out' }),
    encoding: text({ icon: 'font', shown: has('output', 'text') }, 'utf8'),
    folder: typed({ icon: 'folder', variables: true, required: true, shown: toFile }),
    filename: typed({ icon: 'file', variables: true, shown: toFile }),
    trustedKey: typed({
      icon: 'key',
      variables: true,
      problem: (form) => (trustsByMistake(form) ? 'invalid.trustedKey' : undefined),
    }),
    concurrency: number('4', { icon: 'tasks', optional: true }),
    limit: number('16', { icon: 'balance-scale', unit: 'MiB', shown: (form) => !toFile(form) }),
  },
});
