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
  'g: what is given up is told once': 3,
  'g: what somebody tries again comes again': 3,
  'h: nothing is left at the end': 6,
  'h: closing takes less than 10 s': 6,
  'i: each hand-out is a copy of what the service says': 3,
  'i: only what it takes': 9,
  'i: no exception, no loop': 7,
  'i: the status tells the truth': 7,
  'j: bytes handed out are those of their dataID': 5,
  'j: a file appears whole, or not at all': 5,
  'j: what a download says is so': 5,
  'j: what can be fetched is fetched': 7,
  'k: what was uploaded is there, and whole': 5,
  'k: an upload fails for a reason': 7,
  'l: what was kept is sent, or in dead letters': 10,
  'l: the service has what was kept last': 10,
  'l: of each object in order': 10,
  'l: twice only what got no answer': 10,
  'm: a wait ends with what was so': 7,
  'm: a wait ends in time': 7,
} as const;

export type Rule = keyof typeof rules;

export interface Violation {
  rule: Rule;
  /** In ms from the start. */
  at: number;
  what: string;
}
