-- What was running when a process ended is tried one at a time: it is found without reading all that waits.
create index inbox_suspects on inbox (conversation_id) where state = 'received' and payload ? 'suspect';

-- The lanes that wait, those first that have waited longest; served_at is when a lane was left, or got its first row. The
-- statistics are those of a quiet hour, when no lane waits: of the bare condition the planner would expect a row or two, read all
-- that wait and sort them. Of an expression it expects half of the table, and follows the index.
create index lanes_waiting on lanes (served_at nulls first) where coalesce(pending > 0 and current is null, false);
drop index lanes_ready;
