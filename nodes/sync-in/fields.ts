import { has, placeOf } from '../common/form';
import { underInput } from '../common/layout';
import {
  checkbox,
  choice,
  credential,
  nameField,
  nodeTable,
  number,
  own,
  serviceField,
  text,
  typed,
} from '../common/table';

const more = { section: 'more' };

export const table = nodeTable({
  type: 'sync-in',
  outputs: ['updated', 'deleted', 'givenUp'],
  label: (form) => placeOf(form, 'objectTypes') || 'sync in',
  sections: { more: () => true },
  fields: {
    name: nameField,
    service: serviceField,
    hears: own(
      `<div class="form-row sync-in-hears">
    <div style="${underInput}" data-i18n="sync-in.hears.cloud"></div>
  </div>`,
      { shown: (form) => form.kind === 'CSS' },
    ),
    objectTypes: typed({
      icon: 'cubes',
      atStart: true,
      variables: true,
      several: true,
      suggestions: { what: 'objectTypes' },
      required: (form) => form.value('inputs') !== '1',
    }),
    objectID: typed({
      icon: 'cube',
      atStart: true,
      variables: true,
      suggestions: { what: 'objectIDs', within: 'objectTypes' },
    }),
    /** How many inputs the node has: the name is Node-RED's. */
    inputs: choice({ '0': { text: 'none' }, '1': { text: 'messages' } }, { icon: 'arrow-right' }),
    trigger: choice({ poll: {}, webhook: {} }, { icon: 'bell' }),
    baseURL: text({
      icon: 'globe',
      variables: true,
      placeholder: 'http://host:1880',
      shown: has('trigger', 'webhook'),
      problem: (form) =>
        /^(https?:\/\/.|\$\{.+\})/.test(form.value('baseURL')) ? undefined : 'invalid.baseURL',
    }),
    acknowledge: choice({ flow: {}, delivery: {}, look: {} }, { icon: 'check' }),
    interval: number('5', { icon: 'clock-o', unit: 's', ...more }),
    window: number('32', { icon: 'inbox', ...more }),
    redeliverAfter: number('300', { icon: 'repeat', unit: 's', ...more }),
    maxAttempts: number('5', { icon: 'hashtag', ...more }),
    received: checkbox(true, more),
    expired: checkbox(false, more),
    acknowledgeExpired: checkbox(false, {
      ...more,
      shown: (form) => form.value('expired') !== 'true' && form.value('acknowledge') !== 'look',
    }),
    /** The path of the webhook: kept, so that it is the same after a restart or a crash. */
    hookPath: credential('hidden'),
  },
});
