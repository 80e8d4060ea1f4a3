import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Text, or of a large one its size and its beginning. */
export type Recorded = string | { bytes: number; head: string } | { base64: string };

export interface RecordedRequest {
  method: string;
  path: string | { bytes: number; head: string };
  auth: string | null;
  headers?: Record<string, string>;
  body?: Recorded | null;
}

export interface RecordedResponse {
  status?: number;
  headers?: Record<string, string>;
  body?: Recorded | null;
  /** Instead of an answer: the connection broke, or none came in time. */
  error?: string;
}

/** A request to the real service and what it answered, with its place in the file. */
export interface Recording {
  index: number;
  name: string;
  node: 'css' | 'ess' | 'esss' | 'ess2';
  request: RecordedRequest;
  response: RecordedResponse;
  /** Edges whose polls were held back in front of the CSS, since the first such record. */
  unpolled?: string[];
}

/** The files that the local service is held to: the second was made later, by another rule of replay. */
export const files: readonly string[] = ['recordings.jsonl', 'recordings-2.jsonl'].map((file) =>
  join(__dirname, file),
);

/** The requests among the records, in the order in which they were made; the rest are observations. */
export function readRecordings(file = join(__dirname, 'recordings.jsonl')): Recording[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line, index) => ({ index, ...JSON.parse(line) })).filter((record) => 'request' in record);
}
