import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import manifest from '../package.json';
import lock from '../package-lock.json';

/** What the package installs beside itself: as a bill of materials (CycloneDX), and as a page with the licences. */
const root = resolve(__dirname, '..');

interface Locked {
  version: string;
  license: string;
  integrity: string;
  dependencies?: Record<string, string>;
}

interface Installed extends Locked {
  name: string;
  /** The path of its folder. */
  path: string;
}

/** Each file with its text. */
export function billOfMaterials(): Record<string, string> {
  const installed = packages();
  return {
    'sbom.cdx.json': `${JSON.stringify(cyclone(installed), null, 2)}\n`,
    'THIRD-PARTY-LICENSES.md': page(installed),
  };
}

function packages(): Installed[] {
  const all = Object.entries(lock.packages as Record<string, Partial<Locked> & { dev?: boolean }>);
  return all
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { version = '', license = '', integrity = '', dependencies = {} }]) => {
      if (!version || !license || !integrity) throw new Error(`package-lock.json says too little of ${path}`);
      const name = path.replace(/^.*node_modules\//, '');
      return { name, path, version, license, integrity, dependencies };
    });
}

function cyclone(installed: readonly Installed[]): object {
  const self = reference(manifest.name, manifest.version);
  const { name, version, license } = manifest;
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: {
        type: 'library',
        'bom-ref': self,
        name,
        version,
        purl: self,
        licenses: [{ license: { id: license } }],
      },
    },
    components: installed.map((each) => ({
      type: 'library',
      'bom-ref': reference(each.name, each.version),
      name: each.name,
      version: each.version,
      scope: 'required',
      hashes: [{ alg: 'SHA-512', content: hex(each.integrity) }],
      licenses: [{ license: { id: each.license } }],
      purl: reference(each.name, each.version),
    })),
    dependencies: [
      { ref: self, dependsOn: needed(manifest.dependencies, installed) },
      ...installed.map(({ name, version, dependencies = {} }) => ({
        ref: reference(name, version),
        dependsOn: needed(dependencies, installed),
      })),
    ],
  };
}

function needed(names: Record<string, string>, installed: readonly Installed[]): string[] {
  return installed.filter(({ name }) => name in names).map((each) => reference(each.name, each.version));
}

function reference(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function hex(integrity: string): string {
  return Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
}

function page(installed: readonly Installed[]): string {
  const texts = installed.map(
    ({ name, version, license, path }) =>
      `## ${name} ${version}: ${license}\n\n\`\`\`text\n${readFileSync(join(root, path, 'LICENSE'), 'utf8').trim()}\n\`\`\`\n`,
  );
  const start = `# Licences of what is installed with ${manifest.name}\n\nThe package itself is under ${manifest.license}, see LICENSE.\n`;
  return [start, ...texts].join('\n');
}

if (require.main === module) {
  for (const [file, text] of Object.entries(billOfMaterials())) writeFileSync(join(root, file), text);
}
