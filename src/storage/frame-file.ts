import type { Disk, DiskFile } from './disk';
import { frameOf, readFrame, readFrames, type Stretch } from './frames';

/** Where a frame stands in its file. */
export type Extent = Pick<Stretch, 'start' | 'end'>;

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

  /**
   * Closes and removes one that is of no use. Where the disk fails at that too, whoever opens its folder next removes it.
   */
  async discard(disk: Disk, path: string): Promise<void> {
    await this.close()
      .then(() => disk.remove(path))
      .catch(() => undefined);
  }

  /** In bytes. */
  get size(): number {
    return this.#size;
  }

  /** Where that fails, the next frame is written over what is there of this one. */
  async append(parts: readonly Uint8Array[]): Promise<void> {
    await this.appendAll([parts]);
  }

  /** Appends a frame for each of some bodies, with one write. @returns where they stand. */
  async appendAll(bodies: readonly (readonly Uint8Array[])[]): Promise<Extent[]> {
    let end = this.#size;
    const frames = bodies.map((parts) => frameOf(parts));
    const extents = frames.map(({ length }) => {
      const start = end;
      end += length;
      return { start, end };
    });
    await this.file.write(frames.length === 1 && frames[0] ? frames[0] : Buffer.concat(frames), this.#size);
    this.#size = end;
    return extents;
  }

  /** What a frame holds; undefined where it is damaged. */
  read(extent: Extent): Promise<Buffer | undefined> {
    return readFrame(this.file, extent);
  }

  /** Takes away what was appended after `size`. */
  async cut(size: number): Promise<void> {
    await this.file.truncate(size);
    this.#size = size;
  }

  /** Where that fails, the system may take for written what it will never write: then everything has to be written again. */
  sync(): Promise<void> {
    return this.file.datasync();
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
