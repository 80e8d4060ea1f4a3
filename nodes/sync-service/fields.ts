import { areHours, isTimeZone } from '../../src/system/day-windows';
import { all, has, type Rule } from '../common/form';
import { labelStyle, underInput } from '../common/layout';
import {
  type ConfigField,
  checkbox,
  choice,
  credential,
  nameField,
  nodeTable,
  number,
  own,
  text,
} from '../common/table';
import { addressForm, endsInApi } from './address';

const byAddress = has('connection', 'address');
const local = has('connection', 'local');
const localEdge = all(local, has('side', 'edge'));
const cloudByAddress = all(byAddress, has('side', 'cloud'));

const outbox = { section: 'outbox' };
const transfers = { section: 'transfers' };

const tls: ConfigField = { kind: 'config', of: 'tls-config', icon: 'shield', value: '', shown: byAddress };

const hoursProblem: Rule<string | undefined> = (form) => {
  const text = form.value('transferHours').trim();
  return text === '' || hasVariable(text) || areHours(text) ? undefined : 'invalid.hours';
};

const zoneProblem: Rule<string | undefined> = (form) => {
  const text = form.value('timeZone').trim();
  return text === '' || hasVariable(text) || isTimeZone(text) ? undefined : 'invalid.timeZone';
};

export const table = nodeTable({
  type: 'sync-service',
  config: true,
  label(form, translate) {
    const connection = form.value('connection');
    if (connection === 'openhorizon') return translate('connection.openhorizon');
    const [organization, host] = [form.value('organization'), hostOf(form.value('address'))];
    const isLocal = connection === 'local';
    if (form.value('side') === 'cloud') {
      return translate('called.cloud', { where: isLocal ? organization : `${organization}, ${host}` });
    }
    const where = isLocal ? `${form.value('edgeType')}/${form.value('edgeID')}` : host;
    return translate('called.edge', { where });
  },
  sections: {
    transfers: (form) => form.value('connection') !== '',
    outbox: (form) => form.value('connection') !== '',
  },
  fields: {
    name: nameField,
    /** `openhorizon`: the ESS that HZN_ESS_* names. */
    connection: choice(
      { '': { text: 'none' }, local: {}, address: {}, openhorizon: {} },
      {
        icon: 'plug',
        problem: (form) => (form.value('connection') === '' ? 'needs.connection' : undefined),
        formerly: 'local',
      },
    ),
    side: choice({ cloud: {}, edge: {} }, { icon: 'cloud', shown: has('connection', 'local', 'address') }),
    /** http://, https://, unix:/// or secure-unix:///. */
    address: text({
      icon: 'globe',
      variables: true,
      shown: byAddress,
      problem: (form) => addressProblem(form.value('address')),
    }),
    /** Of a cloud, and of a local edge. */
    organization: text(
      {
        icon: 'building',
        variables: true,
        shown: (form) => local(form) || cloudByAddress(form),
        problem: (form) => (form.value('organization') === '' ? 'invalid.organization' : undefined),
      },
      'demo',
    ),
    /** The node type and ID of a local edge. */
    edgeType: text({ icon: 'microchip', variables: true, shown: localEdge }, 'gateway'),
    edgeID: text({ icon: 'microchip', variables: true, shown: localEdge }, 'edge1'),
    key: credential('text', { icon: 'user', shown: byAddress }),
    secret: credential('password', { icon: 'lock', shown: byAddress }),
    /** Path of a PEM file with the certificates to trust, instead of a tls-config node. */
    caFile: text({ icon: 'certificate', variables: true, shown: byAddress }),
    tls,
    /** Reach a cloud by the proxy that the environment names. */
    proxy: checkbox(false, { shown: cloudByAddress }),
    test: own(
      `<div class="form-row sync-service-test">
    <label style="${labelStyle}"></label>
    <button type="button" id="sync-service-test" class="red-ui-button"><i class="fa fa-plug"></i> <span data-i18n="sync-service.test.button"></span></button>
    <div id="sync-service-test-result" role="status" style="${underInput}; margin-top: 8px"></div>
  </div>`,
      { shown: (form) => form.value('connection') !== '' },
    ),
    /** A second, of large ones in both directions together. Empty: as fast as the line is. */
    transferRate: number('', { icon: 'tachometer', unit: 'KiB', optional: true, ...transfers }),
    /** Of the day, in which large ones may go. Empty: always. */
    transferHours: text({
      icon: 'clock-o',
      placeholder: '22:00-05:00',
      variables: true,
      problem: hoursProblem,
      ...transfers,
    }),
    /** Whose hours they are. Empty: those of Node-RED. */
    timeZone: text({
      icon: 'globe',
      placeholder: 'Europe/Berlin',
      variables: true,
      shown: (form) => form.value('transferHours') !== '',
      problem: zoneProblem,
      ...transfers,
    }),
    /** Large data goes to a cloud on MongoDB in chunks. */
    inChunks: checkbox(false, { shown: cloudByAddress, ...transfers }),
    outboxSize: number('256', { icon: 'hdd-o', unit: 'MiB', ...outbox }),
    outboxEntries: number('100000', { icon: 'list-ol', ...outbox }),
    /** Empty: for ever. */
    outboxAge: number('', { icon: 'hourglass-end', unit: 'h', optional: true, ...outbox }),
    outboxWhenFull: choice({ refuse: {}, drop: {} }, { icon: 'ban', ...outbox }),
    outboxOrder: choice({ latest: {}, every: {} }, { icon: 'sort-amount-asc', ...outbox }),
    outboxRate: number('50', { icon: 'tachometer', ...outbox }),
    outboxAtOnce: number('4', { icon: 'bars', ...outbox }),
  },
});

function hasVariable(text: string): boolean {
  return /\$\{.+\}/.test(text);
}

function addressProblem(address: string): string | undefined {
  if (endsInApi(address)) return 'invalid.apiPath';
  return addressForm.test(address) || /^\$\{.+\}/.test(address) ? undefined : 'invalid.address';
}

/** Where it listens, without how. */
function hostOf(address: string): string {
  return address.replace(/^[\w-]+:\/\//, '');
}
