import type { Place } from './place';

/** What contenders of one case are asked to do, each in its own way. */
export interface PublishTask {
  cloud: Place;
  objectType: string;
  count: number;
  atOnce: number;
  bytes: number;
}

export interface ListTask {
  edge: Place;
  objectType: string;
  polls: number;
}

export interface ReceiveTask {
  edge: Place;
  objectType: string;
  count: number;
  atOnce: number;
  checkVersion: boolean;
  /** Objects to get warm with. */
  warmType: string;
  warmCount: number;
}

export interface WebhookTask {
  cloud: Place;
  edge: Place;
  destination: { destinationType: string; destinationID: string };
  flows: object[];
  objectType: string;
  /** How many arrive, and how many before that. */
  objects: number;
  warm: number;
}
