/** What the history needs once somebody acts: loaded then, not with the page. */
export { default as ClearDialog } from './ClearDialog.svelte';
export { default as DeleteDialog } from './DeleteDialog.svelte';
export { default as RowMenu } from './RowMenu.svelte';
