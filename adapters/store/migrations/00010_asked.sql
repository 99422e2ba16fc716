-- +goose Up

-- asked is a question as it was asked where everybody in the channel could read it; empty for anything else.
alter table exchanges add column asked text not null default '';
create index exchanges_asked on exchanges (platform, workspace, channel, at) where asked <> '';
