/** The numbers of entries, in the order in which they are taken. */
export class Numbers {
  constructor(private following: number) {}

  /** The one that is taken next. */
  get next(): number {
    return this.following;
  }

  take(): number {
    this.following += 1;
    return this.following - 1;
  }
}
