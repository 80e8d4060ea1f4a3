import type { Case } from '../case';
import { delivery } from './delivery';
import { growthOfList, growthOfNodes, growthOfSize } from './growth';
import { heap } from './heap';
import { idle, idleOneType } from './idle';
import { list, listChanged, listLarge } from './list';
import { load } from './load';
import { localIdle } from './local-idle';
import { nodes } from './nodes';
import { publish, publishOne } from './publish';
import { receive, receiveSame, receiveUnchecked } from './receive';
import { scale } from './scale';
import {
  downloadBare,
  downloadBesideFlows,
  downloadLarge,
  downloadSigned,
  downloads,
  downloadToMemory,
  uploadLarge,
  uploads,
} from './transfers';
import { webhook } from './webhook';
import { window } from './window';

export const cases: readonly Case[] = [
  publish,
  publishOne,
  receive,
  receiveUnchecked,
  receiveSame,
  nodes,
  webhook,
  list,
  listChanged,
  listLarge,
  heap,
  window,
  downloads,
  downloadToMemory,
  downloadBare,
  downloadSigned,
  downloadBesideFlows,
  uploads,
  downloadLarge,
  uploadLarge,
  load,
  idle,
  idleOneType,
  localIdle,
  growthOfList,
  growthOfSize,
  growthOfNodes,
  delivery,
  scale,
];
