const shortTexts: Record<string, string> = {
  SYNC_UNREACHABLE: 'not reachable',
  SYNC_UNAUTHORIZED: 'not authorized',
  SYNC_TLS: 'certificate not trusted',
  SYNC_TIMEOUT: 'no answer',
  SYNC_ENVIRONMENT: 'HZN_ESS_* not complete',
};

/** A failure in a few words. The wrong kind of service says itself what to change. */
export function shortText({ code, message }: { code: string; message: string }): string {
  return shortTexts[code] ?? message.slice(0, 60);
}
