import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';

const github = join(__dirname, '..', '..', '.github');
/** It comes with Node-RED. */
const { load } = require('js-yaml') as { load(text: string): unknown };

interface Step {
  uses?: string;
  run?: string;
}

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { steps: Step[]; 'timeout-minutes': number; permissions?: Record<string, string> }>;
}

function filesIn<T>(folder: string): [string, T, string][] {
  return readdirSync(join(github, folder)).map((name) => {
    const text = readFileSync(join(github, folder, name), 'utf8');
    return [name, load(text) as T, text];
  });
}

describe('the workflows', () => {
  for (const [name, workflow, text] of filesIn<Workflow>('workflows')) {
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

    it(`run scripts that are there: ${name}`, () => {
      const scripts = steps.flatMap(({ run = '' }) =>
        Array.from(run.matchAll(/npm run (\S+)/g), ([, script = '']) => script),
      );
      assert.ok(scripts.length > 0);
      assert.deepEqual(
        scripts.filter((script) => !(script in manifest.scripts)),
        [],
      );
    });

    it(`use actions at a commit, and may do no more than they need: ${name}`, () => {
      for (const { uses } of steps) if (uses) assert.match(uses, /^[\w/-]+@[0-9a-f]{40}$/);
      assert.deepEqual(workflow.permissions, { contents: 'read' });
      for (const job of Object.values(workflow.jobs)) assert.ok(job['timeout-minutes'] <= 120);
      // What a stranger may choose, such as the name of a branch, is no part of a command.
      for (const { run = '' } of steps) assert.doesNotMatch(run, /\$\{\{/);
      assert.doesNotMatch(text, /secrets\.|pull_request_target/);
    });
  }

  it('publish with provenance, what was packed for the repository of the tag', () => {
    const [, release] = filesIn<Workflow>('workflows').find(([name]) => name === 'release.yml') ?? [];
    const { steps = [], permissions } = release?.jobs.release ?? {};
    const commands = steps.map(({ run = '' }) => run);
    const at = (text: string): number => commands.findIndex((command) => command.includes(text));
    assert.equal(permissions?.['id-token'], 'write');
    assert.ok(at('npm test') < at('npm run release'));
    assert.match(commands[at('npm run release')] ?? '', /--tag "\$GITHUB_REF_NAME"/);
    assert.ok(at('npm run release') < at('npm run scorecard') && at('npm run scorecard') < at('npm publish'));
    assert.match(commands[at('npm publish')] ?? '', /--provenance/);
  });
});

describe('the issue forms', () => {
  interface Form {
    name?: string;
    body?: { type: string; id?: string; attributes: { label?: string; options?: string[] } }[];
  }

  for (const [name, form] of filesIn<Form>('ISSUE_TEMPLATE').filter(([, { body }]) => body)) {
    it(`ask for something, each by its own name: ${name}`, () => {
      const fields = (form.body ?? []).filter(({ type }) => type !== 'markdown');
      assert.ok(form.name && fields.length > 0);
      assert.equal(new Set(fields.map(({ id }) => id)).size, fields.length);
      for (const { type, id, attributes } of fields) {
        assert.ok(['textarea', 'input', 'dropdown'].includes(type), type);
        assert.ok(id && attributes.label, type);
        assert.equal(type === 'dropdown', attributes.options !== undefined);
      }
    });
  }
});
