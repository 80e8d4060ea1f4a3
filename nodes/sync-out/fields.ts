import { all, flagOf, has, placeOf, type Rule } from '../common/form';
import { labelStyle, underInput } from '../common/layout';
import type { Settings } from '../common/settings';
import {
  checkbox,
  choice,
  credential,
  flag,
  nameField,
  nodeTable,
  number,
  own,
  serviceField,
  typed,
} from '../common/table';
import {
  autodeleteProblem,
  consumersProblem,
  destinationProblem,
  goesTo,
  hasMetadata,
  isDestinationShown,
  keyProblem,
  linkProblem,
  listProblem,
  mayBe,
  onEdge,
  timeProblem,
  waitProblem,
} from './rules';

const publishes = has('action', 'publish');
const withoutData = has('action', 'metadata');
const withData = { shown: has('action', 'publish', 'data') };
const lasts: Rule<boolean> = (form) => !has('action', 'delete')(form);
const keeps = has('whenAway', 'keep');
const toCloud: Rule<boolean> = (form) => hasMetadata(form) && onEdge(form) && !isDestinationShown(form);
const delivery = { section: 'delivery' };
const life = { section: 'life' };
const signing = { section: 'signing' };

export const table = nodeTable({
  type: 'sync-out',
  inputs: 1,
  outputs: 1,
  label: (form, translate) =>
    translate(`called.${form.value('action')}`, { type: placeOf(form, 'objectType') }).trim(),
  sections: { delivery: hasMetadata, life: hasMetadata, signing: publishes },
  fields: {
    name: nameField,
    service: serviceField,
    action: choice({ publish: {}, metadata: {}, data: {}, activate: {}, delete: {} }, { icon: 'bolt' }),
    objectType: typed({
      icon: 'cubes',
      variables: true,
      suggestions: { what: 'objectTypes' },
      required: true,
      formerly: { value: 'object.objectType', type: 'msg' },
    }),
    objectID: typed({ icon: 'cube', variables: true, plain: ['auto', 'unique'], required: true }),
    metaOnly: flag({ icon: 'archive', shown: withoutData }),
    noData: flag({
      icon: 'ban',
      plain: ['auto'],
      shown: (form) => withoutData(form) && flagOf(form, 'metaOnly') !== true,
    }),
    source: choice({ value: {}, file: {} }, { icon: 'database', ...withData }),
    data: typed({
      icon: 'sign-in',
      value: 'payload',
      types: ['msg', 'flow', 'global', 'str', 'json', 'bin'],
      ...withData,
    }),
    destination: choice(
      { '': { text: 'none' }, all: {}, type: {}, node: {}, list: {}, policy: {} },
      { icon: 'map-marker', shown: isDestinationShown, problem: destinationProblem },
    ),
    cloud: own(
      `<div class="form-row sync-out-cloud">
    <label style="${labelStyle}"><i class="fa fa-map-marker"></i> <span data-i18n="sync-out.label.destination"></span></label>
    <span data-i18n="sync-out.destination.cloud"></span>
  </div>`,
      { shown: toCloud },
    ),
    edges: own(
      `<div class="form-row sync-out-edges">
    <div id="sync-out-edges" role="status" style="${underInput}"></div>
  </div>`,
      { shown: (form) => form.kind === 'CSS' && goesTo('all')(form) },
    ),
    destinationType: typed({
      icon: 'map-marker',
      variables: true,
      suggestions: { what: 'destinationTypes' },
      shown: goesTo('type', 'node'),
      required: true,
    }),
    destinationID: typed({
      icon: 'map-marker',
      variables: true,
      suggestions: { what: 'destinationIDs', within: 'destinationType' },
      shown: goesTo('node'),
      required: true,
    }),
    destinationsList: typed({
      icon: 'list',
      placeholder: 'gateway:edge1, gateway:edge2',
      types: ['str', 'json'],
      variables: true,
      suggestions: { what: 'destinations' },
      several: true,
      shown: goesTo('list'),
      required: true,
      problem: listProblem,
    }),
    destinationPolicy: typed({
      icon: 'file-text-o',
      types: ['json'],
      shown: goesTo('policy'),
      required: true,
    }),
    whenAway: choice({ fail: {}, keep: {} }, { icon: 'umbrella', formerly: 'fail' }, 'keep'),
    onlyWhenChanged: checkbox(false, { shown: publishes }),
    keptFile: choice(
      { copy: {}, path: {} },
      { icon: 'files-o', shown: all(keeps, has('source', 'file'), has('action', 'publish', 'data')) },
    ),
    waitFor: choice(
      { queued: {}, published: {}, delivered: {}, consumed: {} },
      {
        icon: 'hourglass',
        shown: (form) => keeps(form) || lasts(form),
        problem: waitProblem,
        formerly: 'published',
      },
    ),
    timeout: number('60', {
      icon: 'clock-o',
      unit: 's',
      shown: all(lasts, has('waitFor', 'delivered', 'consumed')),
    }),
    inactive: flag({ icon: 'pause', ...delivery }),
    activationTime: typed({
      icon: 'calendar-check-o',
      placeholder: 'in 2 h',
      shown: mayBe('inactive'),
      problem: timeProblem('activationTime'),
      ...delivery,
    }),
    consumers: typed({
      icon: 'users',
      placeholder: '1',
      types: ['num'],
      problem: consumersProblem,
      ...delivery,
    }),
    autodelete: flag({ icon: 'trash', only: 'CSS', problem: autodeleteProblem, ...delivery }),
    version: typed({ icon: 'code-fork', ...life }),
    description: typed({ icon: 'commenting-o', ...life }),
    expiration: typed({
      icon: 'calendar-times-o',
      placeholder: 'in 24 h',
      only: 'CSS',
      problem: timeProblem('expiration'),
      ...life,
    }),
    link: typed({ icon: 'link', problem: linkProblem, ...life }),
    signingKey: typed({
      icon: 'pencil-square-o',
      plain: ['none', 'stored'],
      path: true,
      variables: true,
      shown: publishes,
      required: true,
      problem: keyProblem,
      ...signing,
    }),
    privateKey: credential('lines', {
      icon: 'key',
      placeholder: '-----BEGIN PRIVATE KEY-----',
      shown: all(publishes, has('signingKeyType', 'stored')),
      ...signing,
    }),
    passphrase: credential('password', {
      icon: 'lock',
      shown: (form) => publishes(form) && !has('signingKeyType', '', 'none')(form),
      ...signing,
    }),
  },
});

export type OutSettings = Settings<typeof table.fields>;
