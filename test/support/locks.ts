/** The lock of an object at an edge, of 256, as the real service finds it: FNV-1a over organization, type and ID. */
export function lockOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash & 255;
}
