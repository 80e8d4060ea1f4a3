/** Node-RED's own 100 px break most labels into two lines. What is beside the labels takes the rest of the row. */
export const labelStyle = 'width: 164px; white-space: nowrap';
export const inputStyle = 'width: calc(100% - 170px)';
/** For what stands under an input. */
export const underInput = 'margin-left: 168px';
/** For what stands beside a checkbox: a long text breaks there, and does not go below the box. */
export const besideBox = 'width: calc(100% - 200px); vertical-align: top';
