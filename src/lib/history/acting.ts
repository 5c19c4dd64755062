/** The menu and dialogs of the history, loaded with the first action instead of with the page. */
export { default as ClearDialog } from './ClearDialog.svelte';
export { default as DeleteDialog } from './DeleteDialog.svelte';
export { default as RowMenu } from './RowMenu.svelte';
