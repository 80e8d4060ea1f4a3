/** Where applications reach a service. */
export interface Listening {
  /** As a client takes it. */
  readonly address: string;
  /** PEM of the certificate to trust, where it speaks TLS. */
  readonly caCertificate: string | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** For a service that only its own process asks. */
export const nowhere: Listening = {
  address: '',
  caCertificate: undefined,
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};
