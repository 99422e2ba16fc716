-- +goose Up

-- form is what a subscription is for: a digest (''), or a channel's line of notices ('notices').
alter table subscriptions add column form text not null default '';

-- edits is the message that a part changes, as a JSON ref; null for a part that is a message of its own.
alter table parts add column edits text;

-- notices are what a channel is told between its digests, each once. Each is a delivery of the channel's line of notices.
create table notices (
    subscription text not null,
    key          text not null check (key <> ''),
    slot         bigint not null,
    primary key (subscription, key),
    foreign key (subscription, slot) references deliveries (subscription, slot) on delete cascade
);
create index notices_slot on notices (subscription, slot);

-- cited says which articles the edition of a delivery cites, so that a correction finds its readers.
create table cited (
    article      text not null check (article <> ''),
    subscription text not null,
    slot         bigint not null,
    primary key (article, subscription, slot),
    foreign key (subscription, slot) references deliveries (subscription, slot) on delete cascade
);
create index cited_delivery on cited (subscription, slot);
