-- Since when attempts to send a part have failed, one after another: it is given up a day after that, however long it has
-- waited for its platform before. Null: it was not tried, was sent, or its platform was away.
alter table outbox add column failing_since timestamptz;
