import { open, rm } from 'node:fs/promises';
import { contend } from '../contender';
import { headersOf, type Place, poolOf } from '../place';

/** GET by undici, written to a file in batches of a mebibyte. */
void contend(async ({ edge, file, objectType }: { edge: Place; objectType: string; file: string }) => {
  const pool = poolOf(edge, 1);
  const path = `/api/v1/objects/${objectType}/o/data`;
  return async () => {
    const { body } = await pool.request({ method: 'GET', path, headers: headersOf(edge) });
    const handle = await open(file, 'w');
    let [pieces, size]: [Buffer[], number] = [[], 0];
    const write = async (): Promise<void> => {
      if (size > 0) await handle.writev(pieces);
      [pieces, size] = [[], 0];
    };
    for await (const piece of body) {
      pieces.push(piece);
      size += piece.length;
      if (size >= 1_048_576) await write();
    }
    await write();
    await handle.sync();
    await handle.close();
    await rm(file);
  };
});
