/**
 * What must hold in every history, each rule with the guarantee of the design that it is of. The oracle says which of
 * them was broken, when, and by what.
 */
export const rules = {
  'a: versions never go back': 9,
  'b: each latest version reaches each receiver': 1,
  'b: what was asked for is acknowledged': 3,
  'c: no more in the flow and in acknowledgement than the window': 3,
  'd: nothing is handed out while it is being acknowledged': 3,
  'd: what is in hand is not handed out again': 3,
  'd: what was let go rests for its time': 3,
  'e: nothing is acknowledged that nobody asked for': 1,
  'e: a version is acknowledged once all have asked': 9,
  'e: one application counts once': 3,
  'e: what the flow is told is true': 5,
  'f: in time': 7,
  'g: attempts are spent on the flow alone': 3,
  'h: nothing is left at the end': 6,
  'h: closing takes less than 10 s': 6,
  'i: each hand-out is a copy of what the service says': 3,
  'i: only what it takes': 9,
  'i: no exception, no loop': 7,
  'i: the status tells the truth': 7,
} as const;

export type Rule = keyof typeof rules;

export interface Violation {
  rule: Rule;
  /** In ms from the start. */
  at: number;
  what: string;
}
