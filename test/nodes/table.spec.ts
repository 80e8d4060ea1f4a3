import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { FieldReader } from '../../nodes/common/fields';
import type { Form, Kind } from '../../nodes/common/form';
import { problemOf } from '../../nodes/common/problems';
import { savedIn } from '../../nodes/common/saved';
import { settingsOf } from '../../nodes/common/settings';
import { credentialsOf, type NodeTable, propertiesOf } from '../../nodes/common/table';
import { TypedFields } from '../../nodes/common/typed';
import { table as admin } from '../../nodes/sync-admin/fields';
import { table as fetching } from '../../nodes/sync-fetch/fields';
import { table as receiving } from '../../nodes/sync-in/fields';
import { table as out } from '../../nodes/sync-out/fields';
import { table as query } from '../../nodes/sync-query/fields';
import { table as service } from '../../nodes/sync-service/fields';

/** A dialog, or a saved node: what it does not say is as in a new one. */
function form(table: NodeTable, kind: Kind | undefined, values: object): Form {
  const saved = savedIn(table, values);
  return { kind, value: (field) => String(saved[field] ?? '') };
}

const noNumber = '@edge-sync/node-red/sync-service:sync-service.invalid.number';

describe('the table of a node', () => {
  it('takes a number above zero or an environment variable, and where it is optional nothing', () => {
    const found = (table: NodeTable, field: string, value: string): string | undefined =>
      problemOf(table, field, form(table, 'ESS', { [field]: value }));
    for (const right of ['5', '0.5', '0.001', '1e300', ['$', '{SECONDS}'].join('')]) {
      assert.equal(found(receiving, 'interval', right), undefined, right);
    }
    for (const wrong of ['', '0', '-1', 'soon', '1e-300', '0.0009', '-0'])
      assert.equal(found(receiving, 'interval', wrong), noNumber, wrong);
    assert.equal(found(fetching, 'concurrency', ''), undefined);
    assert.equal(found(fetching, 'concurrency', '0'), noNumber);
  });

  it('says which service a choice needs, once a service is chosen', () => {
    const found = (table: NodeTable, field: string, kind: Kind | undefined, value: string): unknown =>
      problemOf(table, field, form(table, kind, { [field]: value }));
    assert.equal(found(query, 'query', 'ESS', 'types'), 'needs.cloud');
    assert.equal(found(admin, 'action', 'CSS', 'resend'), 'needs.edge');
    assert.equal(found(query, 'query', 'CSS', 'types'), undefined);
    assert.equal(found(query, 'query', 'ESS', 'health'), undefined);
    assert.equal(found(query, 'query', undefined, 'types'), undefined);
  });

  it('reads numbers in ms and bytes, and what is no number as in a new node', () => {
    assert.equal(settingsOf(receiving, { interval: '2', window: 'many' }).interval, 2_000);
    assert.equal(settingsOf(receiving, { interval: '2', window: 'many' }).window, 32);
    assert.equal(settingsOf(receiving, { interval: '1e-300' }).interval, 5_000);
    assert.equal(settingsOf(fetching, { limit: 2 }).limit, 2_097_152);
    assert.equal(settingsOf(fetching, { limit: '', concurrency: '' }).concurrency, 4);
  });

  it('has what is secret among the credentials alone, and rows that are no fields nowhere', () => {
    const secrets = Object.keys(credentialsOf(service));
    assert.ok(secrets.includes('secret'), String(secrets));
    for (const table of [service, admin, fetching, receiving, out, query]) {
      const stored = propertiesOf(table);
      for (const [field, value] of Object.entries(stored)) assert.notEqual(value, undefined, field);
      for (const field of Object.keys(credentialsOf(table))) assert.ok(!(field in stored), field);
    }
  });

  it('reads the texts of true and false as these: an environment variable is a text', () => {
    const read = (acknowledgeExpired: unknown): boolean =>
      settingsOf(receiving, { acknowledgeExpired }).acknowledgeExpired;
    assert.deepEqual([true, 'true', false, 'false', ''].map(read), [true, true, false, false, false]);
  });

  it('has for what a saved node lacks the values of a new one', () => {
    const { action, waitFor, timeout, destination } = settingsOf(out, { action: '', destination: '' });
    assert.deepEqual(
      { action, waitFor, timeout, destination },
      {
        action: 'publish',
        waitFor: 'published',
        timeout: 60_000,
        destination: '',
      },
    );
    assert.equal(savedIn(out, { objectType: 'rules' }).objectTypeType, 'str');
    assert.equal(savedIn(out, {}).objectTypeType, 'msg');
  });

  describe('reads for a message', () => {
    const util = {
      evaluateNodeProperty(
        value: string,
        type: string,
        _node: unknown,
        message: Record<string, unknown>,
        callback: (error: unknown, found: unknown) => void,
      ) {
        callback(null, type === 'msg' ? message[value] : value);
      },
    };
    const fieldsOf = (config: object): TypedFields => {
      const reader = new FieldReader({ util, settings: {} } as unknown as NodeAPI, {} as never);
      return new TypedFields(reader, out, {}, config);
    };

    it('nothing beside a type that stands for a value itself', async () => {
      // The editor puts false there, for whoever turns to true or false.
      const fields = fieldsOf({ noData: 'false', noDataType: 'auto' });
      assert.equal(await fields.flag('noData', {}), undefined);
      assert.equal(await fieldsOf({ noData: 'false', noDataType: 'bool' }).flag('noData', {}), false);
    });

    it('an empty path as that of a new node', async () => {
      const message = { payload: 'here' } as never;
      assert.equal(await fieldsOf({ data: '', dataType: 'msg' }).any('data', message), 'here');
      assert.equal(await fieldsOf({ data: '', dataType: 'str' }).any('data', message), undefined);
    });
  });
});
