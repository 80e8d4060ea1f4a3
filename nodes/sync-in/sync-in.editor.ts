/** A path that nobody can guess: whoever knows it can have this Node-RED poll. */
function newHookPath(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function onadd(node: EditorNode): void {
  node.credentials = { hookPath: newHookPath() };
}
