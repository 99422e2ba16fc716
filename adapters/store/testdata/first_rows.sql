update counters set value = 2 where name = 'article';
update counters set value = 1 where name = 'source';
update counters set value = 1 where name = 'subscription';
update counters set value = 1 where name = 'exchange';
insert into articles (id, revision, seq, url, title, outlet, byline, language, label, published, published_zone, date_only, body, source, origin, read_at, hash, cut)
    values ('a1', 1, 1, 'https://example.org/1', 'Seoul condemns', 'The Example', 'A. Reporter', 'en', 'state media, Ruritania', 1708387200000, 32400, true,
        'First text. Second.', 'https://example.org/feed', 'a0', 1708390800000, 'h1', '{"s":[{"p":-1,"s":0,"e":14,"r":"headline"},{"p":0,"s":0,"e":11},{"p":0,"s":12,"e":19}],"p":[{"s":0,"e":19,"f":1,"l":3}]}');
insert into articles (id, revision, seq, url, title, outlet, byline, language, label, published, published_zone, date_only, body, source, origin, read_at, hash, cut)
    values ('a1', 2, 2, '', '', '', '', '', '', null, 0, false, 'Second text.', '', '', null, 'h2', '{}');
insert into sources (id, number, url, title, owner, platform, workspace, added, paused, next_at, checked, etag, modified, failing, since)
    values ('s1', 1, 'https://example.org/feed', 'The Example', 'slack/T1/C1', 'slack', 'T1', 1708387200000, false, 1708390800000, null, '"e"', '', 'gone', 1708387200000);
insert into subscriptions (id, number, platform, workspace, channel, thread, phrase, cron, zone, beat, owner, created, next_at, paused, reason, misfire, skip_quiet, rev, last_slot, last_edition)
    values ('d1', 1, 'slack', 'T1', 'C1', '', 'daily 07:00', '0 7 * * *', 'Asia/Seoul', '{"topics":["sanctions"]}', 'U1', 1708387200000, 1708473600000, false, '', 'latest', true, 3, 1708387200000, '{"items":[{"headline":"Seoul condemns"}]}');
insert into deliveries (subscription, slot, platform, workspace, channel, thread, state, reason, retry_at, attempts, opened, settled, window_from, late, edition, claim, claimed_until, turn)
    values ('d1', 1708387200000, 'slack', 'T1', 'C1', '', 'sent', '', null, 1, 1708387200000, 1708387201000, 1708300800000, false, '{"items":[{"headline":"Seoul condemns"}]}', '', null, 0);
insert into parts (subscription, slot, number, state, message, post_key, sending_at, attempts, reason, ref_platform, ref_workspace, ref_channel, ref_thread, ref_id)
    values ('d1', 1708387200000, 0, 'sent', '{"gist":"one"}', 'k0', 1708387200500, 1, '', 'slack', 'T1', 'C1', '', '1.1');
insert into exchanges (id, number, platform, workspace, channel, thread, conversation, author, at, answer, turn)
    values ('x1', 1, 'slack', 'T1', 'C1', '', 'slack/T1/C1/1', 'U1', 1708387200000, '{"question":"Who?","short":"Seoul"}', '{"question":"Who?","answer":"Seoul"}');
insert into feedback (subject, platform, workspace, channel, thread, author, helpful, at, comment)
    values ('x1', 'slack', 'T1', 'C1', '', 'U1', true, 1708387200000, '');
insert into settings (scope, name, platform, workspace, value) values ('slack/T1/C1', 'zone', 'slack', 'T1', 'Asia/Seoul');
insert into seen (id, at) values ('Ev1', 1708387200000);
