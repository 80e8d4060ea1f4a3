/**
 * Defects of the real service on which nobody may rely. What can harm in the field is there by default, so that what
 * works here works there; all can be switched on and off in tests.
 */
export interface Faults {
  /** Ranges that go beyond the end are filled up with zeros, as by a store on files. */
  padsRanges: boolean;
  /** The text of an error about a range is followed by the whole data. */
  sendsDataBehindErrors: boolean;
  /** A Range header of less than six characters breaks the connection. */
  breaksOnShortRanges: boolean;
  /** No more ranges are read at once than the machine has processors: one more is answered with 429. */
  limitsRanges: boolean;
  /** An answer with whole data ends in the middle of it, well-formed and with 200, followed by the text of an error. */
  endsDataWithError: boolean;
  /** The error about a name that is too long tells a path of the service's machine. */
  tellsPaths: boolean;
  /** On an ESS while its cloud is away: an acknowledgement is answered only when it is back. */
  holdsAcknowledgements: boolean;
  /** On an ESS while its cloud is away: what waits for an acknowledgement waits also for that of some other objects. */
  sharesLocks: boolean;
  /** On an ESS while its cloud is away: after three updates the next one waits. */
  fillsQueue: boolean;
  /** An edge hears of what its cloud has for it at its next poll; else at once. */
  newsWaitForPoll: boolean;
}

/** With none of them. */
export const noFaults: Faults = {
  padsRanges: false,
  sendsDataBehindErrors: false,
  breaksOnShortRanges: false,
  limitsRanges: false,
  endsDataWithError: false,
  tellsPaths: false,
  holdsAcknowledgements: false,
  sharesLocks: false,
  fillsQueue: false,
  newsWaitForPoll: false,
};

/** What whoever uses the real service has to live with, every day. */
export const usualFaults: Faults = {
  ...noFaults,
  padsRanges: true,
  sendsDataBehindErrors: true,
  breaksOnShortRanges: true,
  limitsRanges: true,
  holdsAcknowledgements: true,
  sharesLocks: true,
  fillsQueue: true,
  newsWaitForPoll: true,
};
