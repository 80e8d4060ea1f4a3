import { parseAnswer } from './answers';

/** Why an entry of a list was left out, and how it begins. */
export interface LeftOut {
  reason: 'too large' | 'too deep' | 'malformed';
  start: string;
}

/** One entry of a list, for as long as it is told of: its bytes are a part of a larger buffer. */
export class ListEntry {
  constructor(
    readonly bytes: Buffer,
    private readonly leaveOut: (reason: LeftOut['reason'], bytes: Buffer) => void,
  ) {}

  /**
   * What it says; undefined where that cannot be used, which has been told then.
   *
   * @param isUsable what is not is left out, as what is no JSON.
   */
  value<T>(isUsable: (value: unknown) => value is T): T | undefined {
    const { reason, value } = parseAnswer(this.bytes.toString());
    if (!reason && isUsable(value)) return value;
    this.leaveOut(reason ?? 'malformed', this.bytes);
    return undefined;
  }
}
