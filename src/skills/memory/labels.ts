/** Names of a memory's fields where a page shows them. */
export const labels = {
  type: 'Kind',
  types: { fact: 'fact', preference: 'preference', event: 'event' },
  importance: 'Importance, 1 to 5',
  tags: 'Tags',
  date: 'The day, of an event',
};
