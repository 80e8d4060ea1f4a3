import type { Guard } from './guard';
import { guardsOfBench } from './of-bench';
import { guardsOfCommand } from './of-command';
import { guardsOfConnection } from './of-connection';
import { guardsOfData } from './of-data';
import { guardsOfDeliveries } from './of-deliveries';
import { guardsOfHostile } from './of-hostile';
import { guardsOfLocalService } from './of-local-service';
import { guardsOfNodes } from './of-nodes';
import { guardsOfOutbox } from './of-outbox';
import { guardsOfStorage } from './of-storage';
import { guardsOfKnownHistories, guardsOfUpdates } from './of-updates';

/** Those that specs see; those of the receiving side, which the simulation sees, are in `test/simulation`. */
export const guards: readonly Guard[] = [
  ...guardsOfData,
  ...guardsOfDeliveries,
  ...guardsOfConnection,
  ...guardsOfStorage,
  ...guardsOfOutbox,
  ...guardsOfNodes,
  ...guardsOfUpdates,
  ...guardsOfKnownHistories,
  ...guardsOfHostile,
  ...guardsOfCommand,
  ...guardsOfLocalService,
  ...guardsOfBench,
];
