import { has } from '../common/form';
import { checkbox, choice, nameField, nodeTable, serviceField, typed } from '../common/table';

const ofObject = ['metadata', 'status', 'destinations'];
const ofType = [...ofObject, 'updates', 'all'];
const ofOutbox = ['waiting', 'deadLetters', 'ended'];
const filters = has('query', 'list');
const ofDestination = has('query', 'destinationObjects');
const destination = { icon: 'map-marker', shown: has('query', 'list', 'destinationObjects') };
const filter = { icon: 'filter', shown: filters };

function either(): ReturnType<typeof choice<'' | 'true' | 'false'>> {
  const options = { '': { text: 'any' }, true: { text: 'yes' }, false: { text: 'no' } };
  return choice(options, { ...filter, texts: 'choice' }, '');
}

export const table = nodeTable({
  type: 'sync-query',
  inputs: 1,
  outputs: 1,
  label: (form, translate) => translate(`query.${form.value('query')}`),
  fields: {
    name: nameField,
    service: serviceField,
    query: choice(
      {
        metadata: {},
        status: {},
        destinations: { only: 'CSS' },
        updates: {},
        all: {},
        list: { only: 'CSS' },
        types: { only: 'CSS' },
        registered: { only: 'CSS' },
        destinationObjects: { only: 'CSS' },
        health: {},
        waiting: {},
        deadLetters: {},
        ended: {},
      },
      { icon: 'search' },
    ),
    objectType: typed({
      variables: true,
      icon: 'cubes',
      suggestions: { what: 'objectTypes' },
      shown: has('query', ...ofType, ...ofOutbox, 'list'),
      required: has('query', ...ofType),
    }),
    objectID: typed({
      variables: true,
      icon: 'cube',
      suggestions: { what: 'objectIDs', within: 'objectType' },
      shown: has('query', ...ofObject, ...ofOutbox, 'list'),
      required: has('query', ...ofObject),
    }),
    received: checkbox(false, { shown: has('query', 'updates') }),
    destinationType: typed({
      variables: true,
      ...destination,
      suggestions: { what: 'destinationTypes' },
      required: ofDestination,
    }),
    destinationID: typed({
      variables: true,
      ...destination,
      suggestions: { what: 'destinationIDs', within: 'destinationType' },
      required: ofDestination,
    }),
    destinationPolicy: either(),
    policyService: typed(filter),
    policyProperty: typed(filter),
    since: typed(filter),
    noData: either(),
    expiresBefore: typed(filter),
    deleted: either(),
  },
});
