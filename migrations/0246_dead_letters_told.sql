-- The notice (`grp` of its part) that told a dead letter's person of it: where that one dies, too, the letter is told of again.
alter table outbox add column told_in text;
