/** How often things happen, in ms. The defaults suit trying out; the real service takes its time. */
export interface Intervals {
  /** From the start of an edge to its registration with the cloud; about 10 s at the real one. */
  registration: number;
  /** Between two looks of an edge at its cloud at most, a tenth of it after news; up to 10 s at the real one. */
  poll: number;
  /** Between two looks of the cloud for what has expired or is to be activated; 30 s at the real one. */
  maintenance: number;
  /** Until the cloud sends again what an edge could not take; 60 to 70 s at the real one. */
  resend: number;
}

export const defaultIntervals: Intervals = {
  registration: 100,
  poll: 100,
  maintenance: 1_000,
  resend: 1_000,
};
