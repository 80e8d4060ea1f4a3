import assert from 'node:assert/strict';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { buildSync } from 'esbuild';

export interface Definition {
  icon?: string;
  category: string;
  label(this: object): string;
  defaults: Record<string, { validate?: (value: string, options: unknown) => boolean | string }>;
  credentials?: Record<string, unknown>;
}

/** What a node registers in the editor. */
export function definitionOf(type: string): Definition {
  const { outputFiles } = buildSync({
    entryPoints: [join('nodes', type, `${type}.editor.ts`)],
    bundle: true,
    format: 'iife',
    write: false,
  });
  let registered: Definition | undefined;
  const RED = {
    nodes: {
      registerType(_type: string, definition: Definition) {
        registered = definition;
      },
    },
  };
  runInNewContext(outputFiles.map(({ text }) => text).join(''), { RED });
  assert.ok(registered, `${type} registers itself`);
  return registered;
}
