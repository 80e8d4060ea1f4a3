import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import { Metrics } from '../../nodes/common/metrics/metrics';
import { serveMetrics } from '../../nodes/sync-service/metrics-route';
import { SyncServiceClient, SyncServiceError } from '../../src/client';
import { clientOf } from '../support/clients';
import { give, next, receivingFlow, run, sendingFlow, services, withNodeRed } from '../support/flow';
import { ManualClock } from '../support/manual-clock';
import { until } from '../support/until';

interface Parsed {
  types: Map<string, string>;
  samples: Map<string, number>;
}

/** Reads the text format of Prometheus, and refuses what is none. */
function parse(text: string): Parsed {
  const [types, helped, samples] = [new Map<string, string>(), new Set<string>(), new Map<string, number>()];
  assert.ok(text.endsWith('\n'));
  for (const line of text.trimEnd().split('\n')) {
    const help = /^# HELP ([a-z_]+) \S.*$/.exec(line);
    const type = /^# TYPE ([a-z_]+) (counter|gauge)$/.exec(line);
    const sample = /^([a-z_]+)(?:\{((?:[a-z]+="(?:\\[\\"n]|[^\\"\n])*",?)+)\})? ([0-9.e+-]+)$/.exec(line);
    if (help?.[1]) helped.add(help[1]);
    else if (type?.[1] && type[2]) types.set(type[1], type[2]);
    else if (sample?.[1]) {
      assert.ok(types.has(sample[1]) && helped.has(sample[1]), `${line}: no type or help before it`);
      const key = `${sample[1]}{${sample[2] ?? ''}}`;
      assert.ok(!samples.has(key), `twice: ${line}`);
      samples.set(key, Number(sample[3]));
    } else assert.fail(`no line of the format: ${line}`);
  }
  for (const [name, type] of types) assert.equal(name.endsWith('_total'), type === 'counter', name);
  return { types, samples };
}

describe('metrics', () => {
  withNodeRed();

  const scrape = async (): Promise<Parsed> => {
    const { text, headers } = await helper.request().get('/edge-sync/metrics').expect(200);
    assert.match(String(headers['content-type']), /^text\/plain;.*version=0\.0\.4/);
    return parse(text);
  };
  const value = ({ samples }: Parsed, key: string): number => samples.get(key) ?? 0;

  it('count what comes, goes, is acknowledged and is under way', async () => {
    await run(services, sendingFlow(), receivingFlow());
    const before = await scrape();
    // Either may come first.
    const done = Promise.all([next('consumed'), next('sent')]);
    give('out', { payload: 'hello' });
    await done;
    const after = await scrape();
    const more = (key: string): number => value(after, key) - value(before, key);
    assert.equal(more('edge_sync_objects_published_total{type="rules"}'), 1);
    assert.equal(more('edge_sync_objects_received_total{type="rules"}'), 1);
    assert.equal(more('edge_sync_objects_handed_out_total{type="rules"}'), 1);
    assert.equal(more('edge_sync_objects_acknowledged_total{type="rules",outcome="consumed"}'), 1);
    assert.equal(more('edge_sync_transfer_bytes_total{direction="sent"}'), 5);
    assert.equal(more('edge_sync_transfer_bytes_total{direction="received"}'), 5);
    assert.equal(after.samples.get('edge_sync_inflight{service="ess",type="rules"}'), 0);
    const age = after.samples.get('edge_sync_poll_age_seconds{service="ess",type="rules"}') ?? -1;
    assert.ok(age >= 0 && age < 3_600, `${age}`);
    await helper.unload();
    assert.doesNotMatch(new Metrics().text, /service=/);
  });

  it('count failures by their code', async () => {
    await run(services, sendingFlow());
    const before = await scrape();
    const client = await clientOf('ess');
    await assert.rejects(client.fetchObjectData({ objectType: 'rules', objectID: 'none' }));
    const after = await scrape();
    const key = 'edge_sync_fetch_failures_total{code="SYNC_NOT_FOUND"}';
    assert.equal(value(after, key) - value(before, key), 1);
  });

  it('are served where the settings say so, to those who may read', () => {
    const served = (settings: object): string[] => {
      const routes: string[] = [];
      const route = (kind: string) => ({
        get: (path: string, ...handlers: unknown[]) =>
          routes.push([kind, path, ...handlers.filter((each) => typeof each === 'string')].join(' ')),
      });
      const auth = { needsPermission: (permission: string) => permission };
      const RED = { settings, auth, httpAdmin: route('admin'), httpNode: route('node') };
      serveMetrics(RED as unknown as NodeAPI, new Metrics());
      return routes;
    };
    const admin = ['admin /edge-sync/metrics sync-service.read'];
    assert.deepEqual(served({}), admin);
    assert.deepEqual(served({ syncServiceMetrics: 'admin' }), admin);
    assert.deepEqual(served({ syncServiceMetrics: 'node' }), ['node /edge-sync/metrics']);
    assert.deepEqual(served({ syncServiceMetrics: 'node', httpNodeRoot: false }), []);
    assert.deepEqual(served({ syncServiceMetrics: false }), []);
  });

  it('are documented, each of them', () => {
    const page = readFileSync('docs/metrics.md', 'utf8');
    const told = Array.from(page.matchAll(/^\| `(edge_sync_\w+)/gm), ([, name]) => name);
    assert.deepEqual(told.sort(), Array.from(parse(new Metrics().text).types.keys()).sort());
  });

  it('tell ages and failed polls once, however many read', async () => {
    const clock = new ManualClock();
    const metrics = new Metrics(clock);
    const state = { phase: 'backing-off', inFlight: 2, acknowledging: 0, exhausted: 0 } as const;
    const receiver = { service: 's', objectType: 't', state: () => state };
    const unwatch = [metrics.watchReceiver(receiver), metrics.watchReceiver(receiver)];
    await clock.advance(90_000);
    const error = new SyncServiceError('SYNC_TIMEOUT', 'late');
    for (let reader = 0; reader < 2; reader += 1) metrics.pollFailed(error);
    const { samples } = parse(metrics.text);
    assert.equal(samples.get('edge_sync_inflight{service="s",type="t"}'), 4);
    assert.equal(samples.get('edge_sync_poll_age_seconds{service="s",type="t"}'), 90);
    assert.equal(samples.get('edge_sync_poll_failures_total{code="SYNC_TIMEOUT"}'), 1);
    for (const end of unwatch) end();
    assert.equal(parse(metrics.text).samples.size, 1);
  });

  it('have labels of any text, and no more of them than a monitoring system bears', () => {
    const metrics = new Metrics();
    metrics.handedOut('a "quoted"\\ type\nof two lines', false);
    for (let index = 0; index < 10_000; index += 1) metrics.handedOut(`type-${index}`, false);
    const { samples } = parse(metrics.text);
    assert.ok(samples.size < 500, `${samples.size} series`);
    assert.ok((samples.get('edge_sync_objects_received_total{type="(others)"}') ?? 0) > 9_000);
  });

  it('come from channels that others can listen to as well', async () => {
    const heard: unknown[] = [];
    const listener = (message: unknown): void => void heard.push(message);
    const names = ['publish', 'fetch', 'acknowledge'].map((name) => `tracing:edge-sync:${name}:asyncEnd`);
    for (const name of names) subscribe(name, listener);
    try {
      await run(services, sendingFlow(), receivingFlow());
      const done = next('consumed');
      give('out', { payload: 'hello' });
      await done;
      await until('all is told', () => heard.length === 3);
      const objects = heard.map((each) => (each as { object: { objectID: string } }).object.objectID);
      assert.deepEqual(objects, ['r1', 'r1', 'r1']);
    } finally {
      for (const name of names) unsubscribe(name, listener);
    }
    const client = new SyncServiceClient({ address: 'http://127.0.0.1:1', key: 'me', secret: 'hush' });
    await assert.rejects(client.acknowledge(undefined as never), { code: 'SYNC_INVALID_ARGUMENT' });
    await client.close();
    assert.doesNotMatch(JSON.stringify(heard), /hush/);
  });
});
