import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { contentOf, digestOfContent } from '../support/content';
import { type DataService, dataService } from '../support/data-service';
import { EmbeddedNodeRed, type Flows } from '../support/embedded-node-red';
import { admin, cloudNode } from '../support/service-nodes';
import { until } from '../support/until';

const size = 3 * 1_048_576 + 77;

/** Fetches the object into the folder as soon as it is deployed, and tells what came of it. */
function flow({ address, metadata }: DataService, folder: string): Flows {
  const { objectID, objectType } = metadata;
  const place = { z: 'tab', x: 0, y: 0 };
  const tell = `global.get('tell')({ outcome: msg.outcome, filename: msg.filename, error: msg.error?.message });`;
  return {
    flows: [
      { id: 'tab', type: 'tab', label: 'shared' },
      cloudNode(address),
      {
        ...{ id: 'inject', type: 'inject', once: true, onceDelay: 0, wires: [['fetch']], ...place },
        props: [{ p: 'object', v: JSON.stringify({ objectType, objectID }), vt: 'json' }],
      },
      {
        ...{ id: 'fetch', type: 'sync-fetch', service: 'css', output: 'file', wires: [['tell']], ...place },
        ...{ folder, folderType: 'str' },
      },
      { id: 'catch', type: 'catch', scope: null, wires: [['tell']], ...place },
      { id: 'tell', type: 'function', func: tell, outputs: 0, wires: [], ...place },
    ],
    credentials: { css: admin },
  };
}

describe('two Node-REDs that fetch into one folder', function () {
  this.timeout(180_000);
  let folder: string;
  let service: DataService;
  const nodeReds: EmbeddedNodeRed[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-shared-'));
    service = await dataService(size);
  });
  after(async () => {
    await Promise.all(nodeReds.map((nodeRed) => nodeRed.kill()));
    await service.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('have the object whole, each by itself, and leave nothing else there', async () => {
    const told: unknown[] = [];
    const held: ServerResponse[] = [];
    // Neither gets data before both have asked: each is at its file then.
    service.before = (_request, response) => held.push(response) > 0;
    const start = async (): Promise<void> => {
      const nodeRed = await EmbeddedNodeRed.start({}, undefined, (each) => told.push(each));
      nodeReds.push(nodeRed);
      await nodeRed.deploy(flow(service, folder), 'full');
    };
    await Promise.all([start(), start()]);
    await until('both have asked for the data', () => held.length === 2);
    const { objectID } = service.metadata;
    for (const each of held) Readable.from(contentOf(0, size)).pipe(each);
    await until('both have it', () => told.length === 2);
    const filename = join(folder, objectID);
    assert.deepEqual(told, Array(2).fill({ outcome: 'fetched', filename }));
    assert.deepEqual(await readdir(folder), [objectID]);
    const digest = createHash('sha256')
      .update(await readFile(filename))
      .digest('hex');
    assert.equal(digest, digestOfContent(0, size));
  });
});
