/** Names of a note's fields where a page shows them. */
export const labels = { title: 'Title', tags: 'Tags' };
