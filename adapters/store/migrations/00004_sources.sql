-- +goose Up

-- An article that its source listed when it was read for the first time is no news.
alter table articles add column backlog boolean not null default false;
-- Nobody had reviewed its source when it was read.
alter table articles add column unreviewed boolean not null default false;

alter table sources add column reviewed bigint; -- when somebody vouched for it
alter table sources add column begun bigint; -- when it was read for the first time
alter table sources add column first integer not null default 0 check (first >= 0); -- of what it listed then: how many were news
alter table sources add column newest bigint; -- when its newest report was published

-- What was read before this migration has been read for the first time. Nobody has reviewed it.
update sources set begun = checked where failing = '';
