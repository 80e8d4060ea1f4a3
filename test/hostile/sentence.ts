/** How a message ended: well, or with the failure that Catch nodes are told. */
export interface End {
  readonly code?: unknown;
  readonly text?: unknown;
}

/** What an engine says, and no flow author understands. */
const noSentence =
  /is not a function|Cannot (read|convert|set|destructure|mix)|\bundefined\b|\[object |not iterable|URI malformed|Reduce of/;

/**
 * What is wrong with how a message ended; undefined where nothing is.
 *
 * @param isFlowsOwn whether the value throws when it is looked at: what it threw is told.
 */
export function complaint({ code, text }: End, isFlowsOwn = false): string | undefined {
  if (code === undefined) return undefined;
  if (!/^SYNC_[A-Z_]+$/.test(String(code))) return `has no code of ours: ${String(code)}`;
  if (typeof text !== 'string' || text === '') return 'says nothing';
  if (text.length > 1_100) return `says ${text.length} characters`;
  if (text.startsWith('The message cannot be passed on: ')) return undefined;
  if (code === 'SYNC_NODE_ERROR' && !isFlowsOwn) return `is no failure that somebody thought of: ${text}`;
  return noSentence.test(text) && !isFlowsOwn ? `is no sentence: ${text}` : undefined;
}
