/** Whether everything is tried (`npm run test:hostile`), and not a sample. */
export const isWhole = process.env.EDGE_SYNC_HOSTILE === 'whole';
