import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';

type Texts = { [key: string]: string | Texts };

const types = Object.keys(manifest['node-red'].nodes);

/** The catalogue of a node in a language. */
export function catalogueOf(type: string, language = 'en-US'): Texts {
  return JSON.parse(readFileSync(join('nodes', type, 'locales', language, `${type}.json`), 'utf8')) as Texts;
}

/** Translates as Node-RED does in a runtime, which the test helper leaves out: what no catalogue has stays as it is. */
export function translatorFor(language: string): (key: string, values?: object) => string {
  const catalogues = Object.assign({}, ...types.map((type) => catalogueOf(type, language))) as Texts;
  return (key, values = {}) => {
    const path = key.replace(/^@edge-sync\/node-red\/[\w-]+:/, '').split('.');
    const found = path.reduce<string | Texts | undefined>(
      (text, part) => (typeof text === 'object' ? text[part] : undefined),
      catalogues,
    );
    if (typeof found !== 'string') return key;
    return found.replace(/__(\w+)__/g, (_placeholder, name: string) =>
      String((values as Record<string, unknown>)[name]),
    );
  };
}

export const translate = translatorFor('en-US');
