import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRequiredByEditor } from '../../nodes/common/table';
import manifest from '../../package.json';
import { dialogOf } from '../../scripts/dialog';
import { tableOf } from '../../scripts/editor-side';
import { type Definition, definitionOf } from '../support/definition';

/** The editor's internalProperties; single letters are others. */
const reserved = new Set([
  ...['changed', 'dirty', 'id', 'inputLabels', 'moved', 'outputLabels', 'selected', 'type', 'users', 'valid'],
  ...['validationErrors', 'wires', '_config', '_def', '_orig', 'outputs'],
]);
const types = Object.keys(manifest['node-red'].nodes);
const languages = ['en-US', 'de', 'ja', 'zh-CN'];
const tests = readdirSync(__dirname)
  .filter((file) => file.endsWith('.spec.ts') && file !== 'fields.spec.ts')
  .concat(readdirSync(join(__dirname, '../support')).map((file) => join('../support', file)))
  .map((file) => readFileSync(join(__dirname, file), 'utf8'))
  .join('\n');

function localeFile(type: string, language: string, kind: 'json' | 'html'): string {
  return readFileSync(join('nodes', type, 'locales', language, `${type}.${kind}`), 'utf8');
}

type Texts = { [key: string]: string | Texts };

function textsOf(type: string, language: string): Texts {
  return (JSON.parse(localeFile(type, language, 'json')) as Record<string, Texts>)[type] ?? {};
}

function keysOf(texts: Texts, prefix = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${prefix}${key}`] : keysOf(value, `${prefix}${key}.`),
  );
}

function at(texts: Texts, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], texts);
}

/** The type beside a typed value belongs to the same field; a path that no dialog shows is no field. */
function fieldsOf({ defaults, credentials }: Definition): string[] {
  const names = Object.keys({ ...defaults, ...credentials }).filter((name) => name !== 'hookPath');
  const isBeside = (name: string): boolean =>
    name.endsWith('Type') && names.includes(name.slice(0, -4)) && !names.includes(`${name}Type`);
  return names.filter((name) => !isBeside(name));
}

for (const type of types) {
  describe(`the dialog of ${type}`, () => {
    const definition = definitionOf(type);
    const dialog = dialogOf(tableOf(type));
    const help = localeFile(type, 'en-US', 'html')
      .replace(/<[^>]+>/g, '')
      .toLowerCase();
    const labels = textsOf(type, 'en-US').label as Record<string, string>;

    for (const field of fieldsOf(definition)) {
      it(`has the field ${field}, with a label, and with help and a test`, () => {
        assert.match(dialog, new RegExp(`id="node-(config-)?input-${field}"`));
        assert.ok(labels[field], `a label for ${field}`);
        if (field === 'name' || field === 'service') return;
        const words = String(labels[field])
          .toLowerCase()
          .replace(/ \(.*\)$/, '');
        assert.ok(help.includes(words), `the help says "${words}"`);
        assert.match(
          tests,
          new RegExp(`\\b${field}\\b['"]?[:,\\]]|\\b${field} \\}|'${field}'`),
          `a test of ${field}`,
        );
      });
    }

    it('says why a value is wrong: Node-RED takes a text from a validator of one parameter for "valid"', () => {
      for (const [field, { validate }] of Object.entries(definition.defaults)) {
        if (validate) assert.equal(validate.length, 2, field);
      }
    });

    it('has no field of a name that the editor keeps for itself: it would not be saved', () => {
      const taken = Object.keys(definition.defaults).filter(
        (name) => reserved.has(name) || name.length === 1,
      );
      assert.deepEqual(taken, []);
    });

    it('stands in the palette with an icon of the family, or is a configuration without one', () => {
      const { category, icon } = definition;
      const isConfig = type === 'sync-service';
      const wanted = isConfig ? ['config', undefined] : ['edge sync', `${type}.svg`];
      assert.deepEqual([category, icon], wanted);
      assert.equal(existsSync(join('icons', `${type}.svg`)), !isConfig);
    });

    it('uses only texts that are there', () => {
      const texts = textsOf(type, 'en-US');
      for (const [, key] of dialog.matchAll(/data-i18n="(?:\[\w+\])?([\w.-]+)"/g)) {
        assert.equal(typeof at({ [type]: texts }, String(key)), 'string', key);
      }
    });

    it('has a text for whatever its table can say', () => {
      const table = tableOf(type);
      const keys = Object.entries(table.fields).flatMap(([name, field]) => [
        ...(field.kind === 'typed' ? [...field.plain, ...(field.path ? ['path'] : [])] : []).map(
          (each) => `${name}.${each}`,
        ),
        ...(field.kind !== 'own' && field.required && !isRequiredByEditor(field) ? ['needs.value'] : []),
        ...(field.kind === 'choice' ? Object.values(field.options) : [])
          .filter(({ only }) => only)
          .map(({ only }) => (only === 'CSS' ? 'needs.cloud' : 'needs.edge')),
      ]);
      const outputs = Array.isArray(table.outputs) ? table.outputs.map((name) => `output.${name}`) : [];
      const texts = textsOf(type, 'en-US');
      for (const key of [...keys, ...outputs]) assert.equal(typeof at(texts, key), 'string', key);
    });

    for (const language of languages) {
      it(`speaks ${language}, whole`, () => {
        const [english, other] = [textsOf(type, 'en-US'), textsOf(type, language)];
        assert.deepEqual(keysOf(other).sort(), keysOf(english).sort());
        for (const key of keysOf(english)) {
          const placeholders = (text: unknown): string[] => String(text).match(/__\w+__/g) ?? [];
          assert.deepEqual(placeholders(at(other, key)), placeholders(at(english, key)), key);
          assert.notEqual(at(other, key), '', key);
        }
        const tags = (text: string): string[] => (text.match(/<(dt|dd|li|code|h3)\b/g) ?? []).sort();
        assert.deepEqual(tags(localeFile(type, language, 'html')), tags(localeFile(type, 'en-US', 'html')));
      });
    }
  });
}
