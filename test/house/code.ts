import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A file of ours: where it is, from the root, and what is in it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Import {
  /** As it is written. */
  readonly specifier: string;
  /** The file of ours that it names; undefined where it is a package or a part of Node.js. */
  readonly path: string | undefined;
}

const root = join(__dirname, '..', '..');

/** The TypeScript files in some folders, those in their folders included. */
export function filesIn(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[cm]?ts$/.test(name) && !name.includes('node_modules'))
      .map((name) => normalize(join(folder, name)))
      .sort()
      .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
  );
}

/** After these a slash begins a regular expression, and after everything else it divides. */
const beforeExpression =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete|await|yield))\s*$/;
const pieces =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/\w*/g;

/**
 * A text without its comments and, where asked for, without what stands in its quotes. Templates stay as they are:
 * there is code in them.
 */
export function codeOf(text: string, { quotes = true } = {}): string {
  let code = '';
  let end = 0;
  pieces.lastIndex = 0;
  for (let match = pieces.exec(text); match; match = pieces.exec(text)) {
    const [piece] = match;
    code += text.slice(end, match.index);
    end = match.index + piece.length;
    if (piece.startsWith('//') || piece.startsWith('/*')) code += ' ';
    else if (piece.startsWith('/') && !beforeExpression.test(code)) {
      // A division: what comes after it may be anything.
      code += '/';
      end = match.index + 1;
      pieces.lastIndex = end;
    } else if (quotes || piece.startsWith('`')) code += piece;
    else code += piece.startsWith('/') ? ' /x/ ' : "''";
  }
  return code + text.slice(end);
}

const imports = /\b(?:from|import|require)\s*\(?\s*(?:'([^'\n]+)'|"([^"\n]+)"|`([^`\n$]+)`)/g;

/** What a file imports, in whatever way, types included. */
export function importsOf({ path, text }: SourceFile, all: ReadonlySet<string>): Import[] {
  return Array.from(codeOf(text).matchAll(imports), (match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    if (!specifier.startsWith('.')) return { specifier, path: undefined };
    const base = normalize(join(dirname(path), specifier));
    const candidates = [base, `${base}.ts`, join(base, 'index.ts'), base.replace(/\.js$/, '.ts')];
    return { specifier, path: candidates.find((candidate) => all.has(candidate)) ?? base };
  });
}
