import type { Case } from '../case';
import { delivery } from './delivery';
import { heap } from './heap';
import { list, listChanged, listLarge } from './list';
import { load } from './load';
import { publish, publishOne } from './publish';
import { receive, receiveUnchecked } from './receive';
import { downloadLarge, downloads, uploadLarge, uploads } from './transfers';
import { window } from './window';

export const cases: readonly Case[] = [
  publish,
  publishOne,
  receive,
  receiveUnchecked,
  list,
  listChanged,
  listLarge,
  heap,
  window,
  downloads,
  uploads,
  downloadLarge,
  uploadLarge,
  load,
  delivery,
];
