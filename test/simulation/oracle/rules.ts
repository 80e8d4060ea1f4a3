/**
 * What must hold in every history, by the guarantee of the design that it belongs to. The name of a rule is what a
 * failure prints; its letter tells the subject: a to i receiving (h and i all), j fetching, k uploading, l the outbox,
 * m waits for deliveries. To find where a rule is judged, search for its name in `judges` and in `../transfers/oracle`.
 *
 * No rule belongs to guarantee 2 (a ring may only cause a poll: plans ring, and all other rules hold), to 4 (the
 * version that is acknowledged is the one that was asked for: see rules e; what comes within the time of one request is
 * counted) or to 8 (secrets: suites of their own look for them).
 */
const ofGuarantees = {
  /** At least once. */
  1: {
    'b: each latest version reaches each receiver':
      'Once nothing befalls anybody any more, whoever takes an object has been handed what is there of it, and it is in no flow and comes to none any more.',
    'e: nothing is acknowledged that nobody asked for':
      'What the service is told of a version a flow has asked for: of this one or, within the time of one request, of the one before.',
  },
  /** The flow sets the pace. */
  3: {
    'b: what was asked for is acknowledged':
      'Once nothing befalls anybody any more, the service knows of it.',
    'c: no more in the flow and in acknowledgement than the window':
      'A hand-out finds a place, but for what ends a circle of receivers that wait for each other.',
    'd: nothing is handed out while it is being acknowledged':
      'From the moment a flow has asked, that version is not handed out, and no other of its object.',
    'd: what is in hand is not handed out again':
      'One version of an object is in the flow, once, until the flow has let it go.',
    'd: what was let go rests for its time':
      'It comes again after its pause; after a poll, too, where service or line were the cause; once it has changed where it was acknowledged, rejected or given up.',
    'e: one application counts once':
      'Of several consumers each acknowledges a version once, whatever was not answered.',
    'g: attempts are spent on the flow alone':
      'The number of a hand-out is what the flow and the data have cost, over restarts too; service and line cost nothing.',
    'g: what is given up is told once': 'The version, with the attempts that it has cost, and no other.',
    'g: what somebody tries again comes again': 'It has been in the flow again before all is at rest.',
    'i: each hand-out is a copy of what the service says': 'Whatever a flow has done to an earlier one.',
  },
  /** Whole data or none, and of the right version. */
  5: {
    'e: what the flow is told is true':
      'Taken, superseded and gone are so, at the service, when a flow hears of it.',
    'j: bytes handed out are those of their dataID': 'As they were published under it.',
    'j: a file appears whole, or not at all': 'Under its name, whatever the disk does.',
    'j: what a download says is so': 'Superseded is so, and so is that there is nothing, or no data.',
    'k: what was uploaded is there, and whole': 'When the upload has ended well, with nothing behind it.',
  },
  /** Bounded. */
  6: {
    'h: nothing is left at the end': 'No timer, no request and no open file of a client that was closed.',
    'h: closing takes less than 10 s': 'Whatever the service does.',
  },
  /** Nothing dies, nothing hides. */
  7: {
    'f: in time':
      'Within an interval and some round trips on the slowest line; after a disturbance within twice as long as that took, and the same.',
    'i: no exception, no loop':
      'What ends badly ends with an error of ours, and nothing is done without end.',
    'i: the status tells the truth': 'Of polls, of what is in hand and rests, and of who is waited for.',
    'j: what can be fetched is fetched':
      'A download fails where something has gone wrong while it went on, or the data is spoilt.',
    'k: an upload fails for a reason':
      'Something has gone wrong while it went on, or there is no object to upload to.',
    'm: a wait ends with what was so':
      'At some time while it went on; that time was up only where it could not tell more.',
    'm: a wait ends in time': 'Within its own limit, and what the last looks take.',
  },
  /** One feed a type. */
  9: {
    'a: versions never go back': 'No receiver is handed a version that is older than one that it had.',
    'e: a version is acknowledged once all have asked': 'All who share it, and will have a word on it.',
    'i: only what it takes': 'What a receiver filters out it is not handed.',
  },
  /** What is sent is kept. */
  10: {
    'l: what was kept is sent, or in dead letters': 'Whatever dies after it was confirmed.',
    'l: the service has what was kept last':
      'Of each object, at the end; what was not confirmed may be in it, or not.',
    'l: of each object in order': 'In which it was kept.',
    'l: twice only what got no answer':
      'What was told as sent is not sent again, nor what was answered to a process that lives on.',
  },
} as const;

type Guarantees = typeof ofGuarantees;

export type Rule = { [Guarantee in keyof Guarantees]: keyof Guarantees[Guarantee] }[keyof Guarantees];

/** Each rule with the number of its guarantee, and what it says. */
export const rules = Object.fromEntries(
  Object.entries(ofGuarantees).flatMap(([guarantee, ofIt]) =>
    Object.entries(ofIt).map(([rule, says]) => [rule, { guarantee: Number(guarantee), says }]),
  ),
) as Record<Rule, { guarantee: number; says: string }>;

export interface Violation {
  rule: Rule;
  /** In ms from the start. */
  at: number;
  what: string;
}
