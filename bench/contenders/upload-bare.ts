import { open } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { contend } from '../contender';
import { headersOf, type Place } from '../place';

const mebibyte = 1_048_576;

/** PUT by node:http from a file, read by the mebibyte into two buffers that take turns. */
void contend(async ({ bytes, edge, file, url }: UploadTask) => {
  const agent = new Agent({ keepAlive: true });
  return async () => {
    const headers = { ...headersOf(edge), 'content-length': bytes };
    const put = request(url, { agent, method: 'PUT', headers });
    const answered = new Promise<void>((resolve, reject) => {
      put.on('response', (response) => response.resume().on('end', resolve));
      put.on('error', reject);
    });
    const handle = await open(file);
    const free = [Buffer.allocUnsafeSlow(mebibyte), Buffer.allocUnsafeSlow(mebibyte)];
    let freed = (): void => undefined;
    for (let sent = 0; sent < bytes; ) {
      const buffer = free.shift();
      if (!buffer) {
        await new Promise<void>((resolve) => {
          freed = resolve;
        });
        continue;
      }
      const { bytesRead } = await handle.read(buffer, 0, mebibyte, sent);
      sent += bytesRead;
      put.write(buffer.subarray(0, bytesRead), () => {
        free.push(buffer);
        freed();
      });
    }
    put.end();
    await answered;
    await handle.close();
  };
});

interface UploadTask {
  bytes: number;
  edge: Place;
  file: string;
  url: string;
}
