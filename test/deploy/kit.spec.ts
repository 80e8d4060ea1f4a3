import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';
import { definitionOf } from '../support/definition';
import { problemsOf } from './structures';

const kit = join(__dirname, '..', '..', 'deploy', 'open-horizon');
const textOf = (file: string): string => readFileSync(join(kit, file), 'utf8');
const jsonOf = (file: string): unknown => JSON.parse(textOf(file));

const files = {
  'horizon/hzn.json': 'project',
  'horizon/service.definition.json': 'service',
  'horizon/userinput.json': 'userInputFile',
  'horizon/pattern.json': 'pattern',
  'horizon/service.policy.json': 'servicePolicy',
  'horizon/node.policy.json': 'nodePolicy',
  'horizon/deployment.policy.json': 'deploymentPolicy',
  'object.json': 'object',
  'object.policy.json': 'object',
  'delivered/object.json': 'object',
};

interface FlowNode {
  id: string;
  type: string;
  z?: string;
  wires?: string[][];
  [field: string]: unknown;
}

describe('the kit for Open Horizon', () => {
  for (const [file, structure] of Object.entries(files)) {
    it(`has ${file} as the agent reads it`, () => {
      assert.deepEqual(problemsOf(jsonOf(file), structure), []);
    });
  }

  it('has no other file for the agent', () => {
    const there = readdirSync(join(kit, 'horizon')).map((name) => `horizon/${name}`);
    assert.deepEqual(
      there.sort(),
      Object.keys(files)
        .filter((name) => name.startsWith('horizon/'))
        .sort(),
    );
  });

  it('uses variables that hzn or the Makefile sets', () => {
    const { MetadataVars } = jsonOf('horizon/hzn.json') as { MetadataVars: Record<string, string> };
    const makefile = textOf('Makefile');
    for (const [name, value] of Object.entries(MetadataVars))
      assert.ok(makefile.includes(`export ${name} ?= ${value}\n`), name);
    const set = ['HZN_ORG_ID', 'ARCH', ...Object.keys(MetadataVars)];
    for (const file of Object.keys(files)) {
      const used = Array.from(textOf(file).matchAll(/\$\{?([A-Z_]+)/g), ([, name = '']) => name);
      assert.deepEqual(
        used.filter((name) => !set.includes(name)),
        [],
        file,
      );
    }
  });

  it('has targets for files that are there', () => {
    const makefile = textOf('Makefile');
    const named = makefile.match(/(?:horizon|delivered)\/[\w.-]+\.json|\bobject\.json/g) ?? [];
    assert.ok(named.length > 8);
    for (const file of named) assert.ok(existsSync(join(kit, file)), file);
    const phony = /^\.PHONY: ((?:.*\\\n)*.*)$/m.exec(makefile)?.[1]?.replace(/\\\n/g, '').split(/\s+/) ?? [];
    const targets = Array.from(makefile.matchAll(/^([a-z-]+):/gm), ([, name = '']) => name);
    assert.deepEqual(targets.sort(), phony.sort());
  });

  it('has an image of what is there: the package, its settings, and flows', () => {
    const dockerfile = textOf('Dockerfile');
    const copied = Array.from(
      dockerfile.matchAll(/^COPY --chown=node-red:root (\S+)\/ (\S+)/gm),
      ([, from]) => from,
    );
    assert.deepEqual(copied, ['build', 'gateway']);
    assert.ok(dockerfile.includes(`ARG PACKAGE=/tmp/build/edge-sync-node-red.tgz`));
    assert.ok(textOf('Makefile').includes('build/edge-sync-node-red.tgz'));
    const settings = /"--settings", "\/usr\/src\/node-red\/(\S+)"/.exec(dockerfile)?.[1] ?? '';
    assert.ok(existsSync(join(kit, settings)));
    const [, nodeRed = ''] = /^ARG NODE_RED=(\S+)$/m.exec(dockerfile) ?? [];
    assert.ok(textOf('Makefile').includes(`NODE_RED ?= ${nodeRed}\n`));
  });

  for (const [file, flows] of [
    ['gateway/flows.json', jsonOf('gateway/flows.json')],
    ['delivered/flows.json', (jsonOf('delivered/flows.json') as { flows: unknown }).flows],
  ] as const) {
    it(`has flows whose nodes have all their fields: ${file}`, () => {
      const nodes = flows as FlowNode[];
      const ids = nodes.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      for (const node of nodes) {
        for (const id of [node.z, ...(node.wires ?? []).flat()])
          assert.ok(id === undefined || ids.includes(id), id);
        if (!(node.type in manifest['node-red'].nodes)) continue;
        const { id, type, z: _z, x: _x, y: _y, wires: _wires, ...fields } = node;
        assert.deepEqual(Object.keys(fields).sort(), Object.keys(definitionOf(type).defaults).sort(), id);
        assert.ok(type === 'sync-service' || ids.includes(String(node.service)), id);
      }
    });
  }

  it('names what is wrong', () => {
    const service = jsonOf('horizon/service.definition.json') as Record<string, unknown>;
    const { url: _url, ...others } = service;
    assert.deepEqual(problemsOf({ ...others, sharable: 1, userInputs: [] }, 'service', 'it'), [
      'it.sharable is no string',
      'it.userInputs is not known',
      'it.url is missing',
    ]);
  });
});
