import { has } from '../common/form';
import { choice, nameField, nodeTable, own, serviceField, typed } from '../common/table';

const cloud = { only: 'CSS' } as const;
const objectACL = ['objectACL', 'addToObjectACL', 'removeFromObjectACL'];
const destinationACL = ['destinationACL', 'addToDestinationACL', 'removeFromDestinationACL'];
const destinations = ['setDestinations', 'addDestinations', 'removeDestinations'];
const users = has(
  'action',
  'addToObjectACL',
  'removeFromObjectACL',
  'addToDestinationACL',
  'removeFromDestinationACL',
);

export const table = nodeTable({
  type: 'sync-admin',
  inputs: 1,
  outputs: 1,
  label: (form, translate) => translate(`action.${form.value('action')}`),
  fields: {
    name: nameField,
    service: serviceField,
    action: choice(
      {
        objectACL: cloud,
        addToObjectACL: cloud,
        removeFromObjectACL: cloud,
        objectACLs: cloud,
        destinationACL: cloud,
        addToDestinationACL: cloud,
        removeFromDestinationACL: cloud,
        destinationACLs: cloud,
        setDestinations: cloud,
        addDestinations: cloud,
        removeDestinations: cloud,
        organizations: cloud,
        updateOrganization: cloud,
        deleteOrganization: cloud,
        resend: { only: 'ESS' },
        tryAgain: {},
        retryEntries: {},
        dropEntries: {},
      },
      { icon: 'wrench' },
    ),
    warning: own('<div class="form-tips" id="sync-admin-warning" style="margin-bottom: 12px"></div>'),
    objectType: typed({
      variables: true,
      icon: 'cubes',
      suggestions: { what: 'objectTypes' },
      shown: has('action', ...objectACL, ...destinations, 'tryAgain'),
      required: has('action', ...objectACL, ...destinations),
    }),
    objectID: typed({
      variables: true,
      icon: 'cube',
      suggestions: { what: 'objectIDs', within: 'objectType' },
      shown: has('action', ...destinations, 'tryAgain'),
      required: has('action', ...destinations),
    }),
    destinationType: typed({
      variables: true,
      icon: 'map-marker',
      suggestions: { what: 'destinationTypes' },
      shown: has('action', ...destinationACL),
      required: true,
    }),
    destinations: typed({
      variables: true,
      icon: 'map-marker',
      suggestions: { what: 'destinations' },
      shown: has('action', ...destinations),
      required: true,
    }),
    userNames: typed({ icon: 'users', value: 'payload', type: 'msg', shown: users, required: true }),
    userType: choice({ user: {}, node: {} }, { icon: 'user', shown: users }),
    role: choice({ aclReader: {}, aclWriter: {} }, { icon: 'key', shown: has('action', 'addToObjectACL') }),
    orgID: typed({
      variables: true,
      icon: 'building',
      shown: has('action', 'updateOrganization', 'deleteOrganization'),
      required: true,
    }),
    address: typed({ icon: 'globe', variables: true, shown: has('action', 'updateOrganization') }),
    entries: typed({
      icon: 'inbox',
      value: 'payload',
      type: 'msg',
      types: ['msg', 'flow', 'global', 'num', 'json'],
      shown: has('action', 'retryEntries', 'dropEntries'),
      required: true,
    }),
  },
});
