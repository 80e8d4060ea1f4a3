import { parseAnswer } from './answers';

/** Why an entry of a list was left out, and how it begins. */
export interface LeftOut {
  reason: 'too large' | 'too deep' | 'malformed';
  start: string;
}

/** One entry of a list, valid only during the call that tells of it: its bytes are part of a larger buffer. */
export class ListEntry {
  constructor(
    readonly bytes: Buffer,
    private readonly leaveOut: (reason: LeftOut['reason'], bytes: Buffer) => void,
  ) {}

  /**
   * Its value; undefined where that cannot be used. Then it has been left out, and told of.
   *
   * @param isUsable what it refuses is left out, like what is no JSON.
   */
  value<T>(isUsable: (value: unknown) => value is T): T | undefined {
    const { reason, value } = parseAnswer(this.bytes.toString());
    if (!reason && isUsable(value)) return value;
    this.leaveOut(reason ?? 'malformed', this.bytes);
    return undefined;
  }
}
