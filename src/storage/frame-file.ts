import type { Disk, DiskFile } from './disk';
import { frameOf, readFrames, type Stretch } from './frames';

/** A file of frames to which more are only appended. */
export class FrameFile {
  #size = 0;

  private constructor(private readonly file: DiskFile) {}

  /** Opens what is there, and cuts off what is torn at its end. @param found is told of every stretch before that. */
  static async open(
    disk: Disk,
    path: string,
    found: (stretch: Stretch, file: DiskFile) => Promise<void>,
  ): Promise<FrameFile> {
    const file = await disk.open(path, 'change');
    try {
      const frames = new FrameFile(file);
      for await (const stretch of readFrames(file)) {
        if (stretch.isTorn) await file.truncate(stretch.start);
        else {
          await found(stretch, file);
          frames.#size = stretch.end;
        }
      }
      return frames;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Makes an empty one, in place of what has the name. */
  static async create(disk: Disk, path: string): Promise<FrameFile> {
    return new FrameFile(await disk.open(path, 'replace'));
  }

  /** In bytes. */
  get size(): number {
    return this.#size;
  }

  /** Where that fails, the next frame is written over what is there of this one. */
  async append(parts: readonly Uint8Array[]): Promise<void> {
    const frame = frameOf(parts);
    await this.file.write(frame, this.#size);
    this.#size += frame.length;
  }

  /** Where that fails, the system may take for written what it will never write: all has to be written anew. */
  sync(): Promise<void> {
    return this.file.datasync();
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
