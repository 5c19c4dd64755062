import type { Area } from '../area.ts';
import { edits } from './edits.ts';
import { faults } from './faults.ts';
import { lives } from './lives.ts';
import { sync } from './sync.ts';
import { watching } from './watching.ts';

/** The areas that record what clients receive over Socket.IO. */
export const feed: readonly Area[] = [lives, faults, sync, watching, edits].flat();
