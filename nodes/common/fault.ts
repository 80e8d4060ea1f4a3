import { errorCodes, type SyncServiceErrorCode } from '../../src/client';
import { sharedText, type Text } from './text';

/** What goes wrong in nodes alone. */
const nodeCodes = [
  'SYNC_LOCAL_SERVICE',
  'SYNC_NODE_ERROR',
  'SYNC_NOT_IN_FLOW',
  'SYNC_NOT_JSON',
  'SYNC_QUEUE_FULL',
] as const;

/** The codes of all failures that leave nodes. */
export const faultCodes: readonly (SyncServiceErrorCode | (typeof nodeCodes)[number])[] = [
  ...errorCodes,
  ...nodeCodes,
];

/** What a failure says of itself. */
export interface Fault {
  code: string;
  /** Where the code alone says too little. */
  text?: Text | undefined;
}

/** A failure in a few words, cause and remedy: the same at every node. */
export function faultText({ code, text }: Fault): Text {
  if (text) return text;
  const known = faultCodes.some((each) => each === code);
  return sharedText(`fault.${known ? code : 'SYNC_NODE_ERROR'}`);
}
