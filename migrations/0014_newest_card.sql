-- Each message looks for the newest card of its conversation: found by index, not among all that were ever shown there.

drop index buttons_open;
create index buttons_newest on buttons (conversation_id, created_at desc, seq desc);
