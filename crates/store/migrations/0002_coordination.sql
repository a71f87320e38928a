-- A subject's place, first and last entry follow from its facts, and an entry's time from its number:
-- keeping them apart cost most of what a commit writes.

DROP INDEX subject_by_version;
DROP TABLE subject;
DROP INDEX entry_by_time;
DROP INDEX entry_by_subject;
CREATE INDEX entry_by_kind ON entry (kind, scope, seq);
-- What is known of requests is read from the entries: each has few, all together millions.
CREATE INDEX entry_of_request ON entry (kind, scope, subject, seq, effective) WHERE kind = 'request';

-- The few projects with words of their own about what their steps wait for: what becomes usual is checked with them.
CREATE INDEX fact_of_work ON fact (topic, scope, kind, subject) WHERE topic IN ('step_link', 'step_work');

-- The last entry whose facts are in their places: those of later ones are put there some thousands at once.
ALTER TABLE chain ADD COLUMN projected BIGINT NOT NULL DEFAULT 0;
UPDATE chain SET projected = seq;

-- The last entry up to which requests have their rows: those of later ones are put down some hundred at once.
ALTER TABLE chain ADD COLUMN listed BIGINT NOT NULL DEFAULT 0;
UPDATE chain SET listed = seq;

-- The last entry about anything that plans are held in memory with: until there is another one, they are what they were.
ALTER TABLE chain ADD COLUMN portfolio BIGINT NOT NULL DEFAULT 0;
UPDATE chain SET portfolio = seq;

-- How often tokens were given out or taken back: who has seen one need not look again until that moves.
ALTER TABLE chain ADD COLUMN tokens BIGINT NOT NULL DEFAULT 0;

-- The ledger: a row for each stretch of days that an item looked the same. Rows are large: kept in the order
-- of a key, each would take a page of its own.

CREATE TABLE item (
  plan {text} NOT NULL,
  code {text} NOT NULL,
  from_day {text} NOT NULL,
  until_day {text} NOT NULL,
  kind {text} NOT NULL,
  standing {text} NOT NULL,
  level {text} NOT NULL,
  series {text} NOT NULL,
  lead_unit {text} NOT NULL,
  units {text} NOT NULL,
  areas {text} NOT NULL,
  caller {text} NOT NULL,
  person {text} NOT NULL,
  sector {text} NOT NULL,
  received {text} NOT NULL,
  due {text} NOT NULL,
  finished {text} NOT NULL,
  reported {text} NOT NULL,
  late BIGINT NOT NULL,
  weekly BIGINT NOT NULL,
  evidence {text} NOT NULL,
  number {text} NOT NULL,
  name {text} NOT NULL,
  words {text} NOT NULL,
  body {text} NOT NULL,
  PRIMARY KEY (plan, code, from_day)
);
-- Rows that ended, for days gone by.
CREATE INDEX item_by_day ON item (
  plan, until_day, from_day, standing, kind, lead_unit, due, received, finished, reported, late, weekly,
  evidence, level, series, caller, person, sector, units, areas, number, code
) WHERE until_day < '9999-12-31';
-- Words are looked for in all rows; what is found is put in order from here. By code, as rows come in: full pages
-- are fewer pages. PostgreSQL keeps no long texts in an index.
{embedded} CREATE INDEX item_in_words ON item (plan, standing, code, from_day, words, kind, lead_unit, units, areas, caller, person, sector, level, series, due, received, finished, reported, late, weekly, evidence, number, name) WHERE until_day = '9999-12-31';
-- Rows that still hold, for each order of a page: all that may be asked of them stands in the index, so that a
-- page is read in its order and no row that is not shown.
CREATE INDEX item_in_received ON item (
  plan, standing, received, code, from_day, kind, lead_unit, units, areas, caller, person, sector, level,
  series, due, finished, reported, late, weekly, evidence
) WHERE until_day = '9999-12-31';
CREATE INDEX item_in_finished ON item (
  plan, standing, finished, code, from_day, kind, lead_unit, units, areas, caller, person, sector, level,
  series, due, received, reported, late, weekly, evidence
) WHERE until_day = '9999-12-31';
CREATE INDEX item_in_reported ON item (
  plan, standing, reported, code, from_day, kind, lead_unit, units, areas, caller, person, sector, level,
  series, due, received, finished, late, weekly, evidence
) WHERE until_day = '9999-12-31';
CREATE INDEX item_in_number ON item (
  plan, standing, number, code, from_day, kind, lead_unit, units, areas, caller, person, sector, level,
  series, due, received, finished, reported, late, weekly, evidence
) WHERE until_day = '9999-12-31';
CREATE INDEX item_in_lead_unit ON item (
  plan, standing, lead_unit, code, from_day, kind, units, areas, caller, person, sector, level, series, due,
  received, finished, reported, late, weekly, evidence
) WHERE until_day = '9999-12-31';
CREATE INDEX item_in_name ON item (
  plan, standing, name, code, from_day, kind, lead_unit, units, areas, caller, person, sector, level,
  series, due, received, finished, reported, late, weekly, evidence
) WHERE until_day = '9999-12-31';
-- Where no order is asked for, SQLite takes the last of them.
CREATE INDEX item_in_due ON item (
  plan, standing, due, code, from_day, kind, lead_unit, units, areas, caller, person, sector, level, series,
  received, finished, reported, late, weekly, evidence
) WHERE until_day = '9999-12-31';
-- Codes of one length are ordered as the numbers are with which they end.
CREATE INDEX item_by_length ON item (plan, (CAST(length(code) AS BIGINT)), code) WHERE until_day = '9999-12-31';
-- The reports of a series, for the numbers they have.
CREATE INDEX item_report ON item (plan, series, code) WHERE kind = 'report';
-- What the rhythm looks at every few minutes: of a plan's years, the few that are open.
CREATE INDEX item_open ON item (plan, kind, until_day, due, code, from_day) WHERE standing = 'open';

-- The few tasks that are cleared by what is measured of requests.
CREATE INDEX fact_goal ON fact (scope, subject) WHERE kind = 'item' AND topic = 'goal';

-- The few that are themes of months.
CREATE INDEX fact_theme ON fact (scope, subject) WHERE kind = 'item' AND topic = 'theme';

-- What units asked for, by its day: packs and reports tell of it.
CREATE INDEX fact_asking ON fact (scope, effective, subject) WHERE kind = 'item' AND (topic IN ('objection', 'extension_asked') OR topic = 'state' AND replace(body, '"ask_review"', '') <> body) AND superseded IS NULL;

-- Items are many, the groups of areas that they lie in are few: a row of the ledger names its group, and here
-- stands which groups an area is in.
CREATE TABLE item_area (
  plan {text} NOT NULL,
  area {text} NOT NULL,
  areas {text} NOT NULL,
  PRIMARY KEY (plan, area, areas)
) {unrowed};

CREATE TABLE item_link (
  plan {text} NOT NULL,
  item {text} NOT NULL,
  relation {text} NOT NULL,
  to_kind {text} NOT NULL,
  to_code {text} NOT NULL,
  PRIMARY KEY (plan, item, relation, to_kind, to_code)
) {unrowed};
CREATE INDEX item_link_back ON item_link (plan, to_kind, to_code);

-- Lists of the ledger that people keep under a name: what is asked for, as the ledger's address says it.
-- shared is empty for a list of one's own, 'plan', or 'unit:CODE'.

CREATE TABLE saved_list (
  id {text} NOT NULL PRIMARY KEY,
  plan {text} NOT NULL,
  person {text} NOT NULL,
  name {text} NOT NULL,
  query {text} NOT NULL,
  shared {text} NOT NULL,
  changed_at BIGINT NOT NULL,
  UNIQUE (plan, person, name)
);
CREATE INDEX saved_list_shared ON saved_list (plan, shared, name) WHERE shared <> '';

-- Files that wait between being looked through and being imported. They are part of no record: each
-- has an owner and an end, and together they are bounded. What is in them is sealed with the key that key_id names,
-- or lies as it came where there is none.

CREATE TABLE upload (
  id {text} NOT NULL PRIMARY KEY,
  person {text} NOT NULL,
  scope {text} NOT NULL,
  name {text} NOT NULL,
  note {text} NOT NULL,
  finished BIGINT NOT NULL,
  size BIGINT NOT NULL,
  key_id {text} NOT NULL,
  body {bytes} NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX upload_by_person ON upload (person, created_at);
CREATE INDEX upload_by_expiry ON upload (expires_at);
-- Work that happens after a transaction, because of it. A job is open while settled_at is null; it may
-- be taken from free_at on, which is when it is due or, once somebody holds it, when the lease ends.
CREATE TABLE job (
  key {text} NOT NULL PRIMARY KEY,
  lane {text} NOT NULL,
  body {text} NOT NULL,
  created_at BIGINT NOT NULL,
  free_at BIGINT NOT NULL,
  holder {text} NOT NULL,
  tries BIGINT NOT NULL,
  answer {text} NOT NULL,
  settled_at BIGINT,
  outcome {text} NOT NULL
) {unrowed};
CREATE INDEX job_open ON job (lane, free_at) WHERE settled_at IS NULL;
CREATE INDEX job_held ON job (holder) WHERE settled_at IS NULL AND holder <> '';
CREATE INDEX job_open_by_age ON job (created_at) WHERE settled_at IS NULL;
CREATE INDEX job_settled ON job (outcome, settled_at) WHERE settled_at IS NOT NULL;

-- What a person is told on the site. The words are those of the reader's language, so only their key
-- and values are kept.
CREATE TABLE notice (
  person {text} NOT NULL,
  event {text} NOT NULL,
  topic {text} NOT NULL,
  urgent BIGINT NOT NULL,
  subject {text} NOT NULL,
  said {text} NOT NULL,
  link {text} NOT NULL,
  created_at BIGINT NOT NULL,
  read_at BIGINT,
  digest {text} NOT NULL,
  PRIMARY KEY (person, event)
) {unrowed};
CREATE INDEX notice_by_time ON notice (person, created_at, event);
CREATE INDEX notice_unread ON notice (person, created_at, event) WHERE read_at IS NULL;
CREATE INDEX notice_by_digest ON notice (person, digest, created_at) WHERE digest <> '';
CREATE INDEX notice_by_age ON notice (created_at);

CREATE TABLE preference (
  person {text} NOT NULL PRIMARY KEY,
  body {text} NOT NULL,
  changed_at BIGINT NOT NULL
) {unrowed};

-- Calendars that are read without signing in, by an address nobody can guess.
CREATE TABLE feed (
  id {text} NOT NULL PRIMARY KEY,
  person {text} NOT NULL,
  covers {text} NOT NULL,
  hash {text} NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
) {unrowed};
CREATE INDEX feed_by_person ON feed (person, created_at);

-- Residents' requests as they are now: a row for each, known by the number of the entry that registered it.
-- Texts are those of the journal: masked. shown: 0 to nobody, 1 to everybody, 2 nobody has looked yet.
CREATE TABLE request (
  id {key},
  plan {text} NOT NULL,
  code {text} NOT NULL,
  state {text} NOT NULL,
  since {text} NOT NULL,
  kind {text} NOT NULL,
  channel {text} NOT NULL,
  urgency {text} NOT NULL,
  category {text} NOT NULL,
  suggested BIGINT NOT NULL,
  lead_unit {text} NOT NULL,
  area {text} NOT NULL,
  received {text} NOT NULL,
  limit_kind {text} NOT NULL,
  due {text} NOT NULL,
  answered {text} NOT NULL,
  reopened BIGINT NOT NULL,
  shown BIGINT NOT NULL,
  master {text} NOT NULL,
  parent {text} NOT NULL,
  cell BIGINT NOT NULL,
  longitude BIGINT NOT NULL,
  latitude BIGINT NOT NULL,
  rate_due {text} NOT NULL,
  rate_unit {text} NOT NULL,
  in_time BIGINT NOT NULL,
  reached BIGINT NOT NULL,
  solved {text} NOT NULL,
  satisfaction {text} NOT NULL,
  excluded BIGINT NOT NULL,
  number {text} NOT NULL,
  title {text} NOT NULL,
  address {text} NOT NULL,
  body {text} NOT NULL
);
CREATE UNIQUE INDEX request_by_code ON request (plan, code);
CREATE INDEX request_by_received ON request (plan, received, code);
CREATE INDEX request_open ON request (plan, due, code) WHERE due <> '';
CREATE INDEX request_by_unit ON request (plan, lead_unit, received, code);
CREATE INDEX request_by_category ON request (plan, category, received, code);
CREATE INDEX request_by_area ON request (plan, area, received, code);
CREATE INDEX request_by_state ON request (plan, state, received, code);
CREATE INDEX request_shown ON request (plan, shown, received, code) WHERE shown > 0;
CREATE INDEX request_shown_since ON request (plan, since, code) WHERE shown = 1;
-- What is open lies among many times as much that is not: it comes behind that in its cell.
CREATE INDEX request_near ON request (plan, cell, due) WHERE cell > 0;
CREATE INDEX request_by_master ON request (plan, master) WHERE master <> '';
CREATE INDEX request_by_parent ON request (plan, parent) WHERE parent <> '';
CREATE INDEX request_by_rate ON request (
  plan, rate_due, rate_unit, category, area, in_time, reached, solved, satisfaction, excluded
) WHERE rate_due <> '';

CREATE TABLE request_link (
  plan {text} NOT NULL,
  request {text} NOT NULL,
  to_kind {text} NOT NULL,
  to_code {text} NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (plan, request, to_kind, to_code)
) {unrowed};
CREATE INDEX request_link_back ON request_link (plan, to_kind, to_code, request, since);
-- Of what whoever asked was told: a step of a project, or 'done'.
CREATE TABLE request_reached (
  plan {text} NOT NULL,
  to_kind {text} NOT NULL,
  to_code {text} NOT NULL,
  step {text} NOT NULL,
  request {text} NOT NULL,
  PRIMARY KEY (plan, to_kind, to_code, step, request)
) {unrowed};
CREATE INDEX request_reached_by_request ON request_reached (plan, request);

-- How many requests there are of each sort, so that nothing is counted by walking through all of them.
CREATE TABLE request_tally (
  plan {text} NOT NULL,
  month {text} NOT NULL,
  state {text} NOT NULL,
  lead_unit {text} NOT NULL,
  category {text} NOT NULL,
  area {text} NOT NULL,
  shown BIGINT NOT NULL,
  number BIGINT NOT NULL,
  PRIMARY KEY (plan, month, state, lead_unit, category, area, shown)
) {unrowed};
CREATE INDEX request_tally_shown ON request_tally (plan, shown, category, area, state, lead_unit, number)
  WHERE shown > 0;

-- What the rates of a period are counted from, by months (whole: 1) and by their days, each by unit, category and area.
CREATE TABLE request_rate_tally (
  plan {text} NOT NULL,
  part_by {text} NOT NULL,
  whole BIGINT NOT NULL,
  span {text} NOT NULL,
  part {text} NOT NULL,
  in_time BIGINT NOT NULL,
  reached BIGINT NOT NULL,
  solved {text} NOT NULL,
  satisfaction {text} NOT NULL,
  left_out BIGINT NOT NULL,
  number BIGINT NOT NULL,
  PRIMARY KEY (plan, part_by, whole, span, part, in_time, reached, solved, satisfaction, left_out)
) {unrowed};

-- What the program has learnt of a plan's requests: models with their figures, and which was in use since when.
-- Number 0 stands for the rules themselves. Neither is a projection: a model is made of weights, not of entries.
CREATE TABLE request_model (
  plan {text} NOT NULL,
  asks {text} NOT NULL,
  number BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  made_by {text} NOT NULL,
  figures {text} NOT NULL,
  body {bytes} NOT NULL,
  PRIMARY KEY (plan, asks, number)
);
CREATE TABLE request_model_use (
  plan {text} NOT NULL,
  asks {text} NOT NULL,
  turn BIGINT NOT NULL,
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  person {text} NOT NULL,
  reason {text} NOT NULL,
  PRIMARY KEY (plan, asks, turn)
) {unrowed};

-- The pieces of a request's text, for finding it: in the way each database finds words best. Those of requests that
-- everybody may read lie apart once more: they may be few among many, and are asked for by many.
{pieces}

-- Who asked: sealed with a key that is not in the database, and in no projection, so that erasing it is for
-- good. asker tells requests of one person from those of others without saying who it is. secret is that of the
-- link by which whoever asked acts; token only tells a program the number.
CREATE TABLE request_person (
  plan {text} NOT NULL,
  request {text} NOT NULL,
  key_id {text} NOT NULL,
  sealed {bytes} NOT NULL,
  asker {text} NOT NULL,
  secret {text} NOT NULL,
  token {text} NOT NULL,
  created_at BIGINT NOT NULL,
  erased_at BIGINT,
  PRIMARY KEY (plan, request)
) {unrowed};

-- How the digests of links and of those who were given them begin, each with its requests. Digests lie anywhere: they are
-- put down with the rows of requests, many at once.
CREATE TABLE request_known_by (
  begins {text} NOT NULL,
  plan {text} NOT NULL,
  created_at BIGINT NOT NULL,
  request {text} NOT NULL,
  PRIMARY KEY (begins, plan, created_at, request)
) {unrowed};

-- Who looked at who asked, and why.
CREATE TABLE request_reveal (
  plan {text} NOT NULL,
  request {text} NOT NULL,
  person {text} NOT NULL,
  at BIGINT NOT NULL,
  reason {text} NOT NULL,
  PRIMARY KEY (plan, request, person, at)
) {unrowed};

-- People who would have asked the same and follow a request instead.
CREATE TABLE request_follower (
  plan {text} NOT NULL,
  request {text} NOT NULL,
  follower {text} NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (plan, request, follower)
) {unrowed};

-- What programs of others added to the requests that they brought, by their own numbers for it: sent again, it is
-- the same.
CREATE TABLE request_update (
  plan {text} NOT NULL,
  request {text} NOT NULL,
  program {text} NOT NULL,
  number {text} NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (plan, request, program, number)
) {unrowed};

-- Posts of forums that became requests, or were added to one. post is a keyed digest of the post's id there, said one of
-- what it last said: a post that is read again is known again, also once its request was erased.
CREATE TABLE forum_post (
  plan {text} NOT NULL,
  forum {text} NOT NULL,
  post {text} NOT NULL,
  request {text} NOT NULL,
  said {text} NOT NULL,
  created_at BIGINT NOT NULL,
  opened BIGINT NOT NULL,
  turns BIGINT NOT NULL,
  PRIMARY KEY (plan, forum, post)
) {unrowed};
CREATE INDEX forum_post_by_time ON forum_post (plan, forum, opened, created_at);

-- Short messages that gateways brought, for a time. message is a keyed digest of the message's id there: each counts once,
-- whether or not anybody knows the number it came from.
CREATE TABLE text_message (
  plan {text} NOT NULL,
  gateway {text} NOT NULL,
  message {text} NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (plan, gateway, message)
) {unrowed};
CREATE INDEX text_message_by_time ON text_message (plan, gateway, at);

-- Signed messages that were taken, for as long as their moment is believed: sent again, one is refused.
CREATE TABLE signed_message (
  digest {text} NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (digest)
) {unrowed};
CREATE INDEX signed_message_over ON signed_message (until);

-- Requests that were passed on to another server: the number or token it gave, what it last said, and what was wrong. With
-- neither number, token nor fault nobody knows whether it came there. told is the entry up to which what was said here
-- later is told there; since telling_at, where it is not 0, nobody knows whether the next of it came there.
CREATE TABLE request_passed (
  plan {text} NOT NULL,
  server {text} NOT NULL,
  request {text} NOT NULL,
  number {text} NOT NULL,
  token {text} NOT NULL,
  state {text} NOT NULL,
  fault {text} NOT NULL,
  tries BIGINT NOT NULL,
  sent_at BIGINT NOT NULL,
  closed_at BIGINT NOT NULL,
  told BIGINT NOT NULL,
  telling_at BIGINT NOT NULL,
  PRIMARY KEY (plan, server, request)
) {unrowed};
CREATE INDEX request_passed_number ON request_passed (plan, server, number) WHERE number <> '';

-- How far another site was read: its own mark of what it last said (an ETag), and the moment of it.
CREATE TABLE read_mark (
  plan {text} NOT NULL,
  site {text} NOT NULL,
  mark {text} NOT NULL,
  moment {text} NOT NULL,
  read_at BIGINT NOT NULL,
  PRIMARY KEY (plan, site)
) {unrowed};

-- What is kept for a time is found by when it was written.
CREATE INDEX request_person_kept ON request_person (plan, created_at) WHERE key_id <> '';
CREATE INDEX request_person_linked ON request_person (plan, created_at) WHERE secret <> '';
CREATE INDEX request_follower_kept ON request_follower (plan, created_at);
CREATE INDEX request_reveal_kept ON request_reveal (plan, at);

-- What readers report of a request; a reader is known by a digest.
CREATE TABLE request_flag (
  plan {text} NOT NULL,
  request {text} NOT NULL,
  reader {text} NOT NULL,
  ground {text} NOT NULL,
  created_at BIGINT NOT NULL,
  settled_at BIGINT,
  PRIMARY KEY (plan, request, reader)
) {unrowed};
CREATE INDEX request_flag_open ON request_flag (plan, request, ground) WHERE settled_at IS NULL;
CREATE INDEX request_flag_kept ON request_flag (plan, created_at);

-- That something went because its time was over: of what kind and how much, never what it was.
CREATE TABLE deletion (
  plan {text} NOT NULL,
  at BIGINT NOT NULL,
  kind {text} NOT NULL,
  days BIGINT NOT NULL,
  number BIGINT NOT NULL,
  oldest BIGINT NOT NULL,
  newest BIGINT NOT NULL,
  PRIMARY KEY (plan, at, kind)
) {unrowed};

-- The public log of moderation: what was done and why, without words. Made from the facts.
CREATE TABLE request_moderation (
  plan {text} NOT NULL,
  seq BIGINT NOT NULL,
  request {text} NOT NULL,
  act {text} NOT NULL,
  ground {text} NOT NULL,
  at {text} NOT NULL,
  PRIMARY KEY (plan, seq)
) {unrowed};
CREATE INDEX request_moderation_of ON request_moderation (plan, request);

-- What units ask about how requests count in their rates, exclusions and appeals. Made from the facts. parts: which of
-- the three rates, as bits.
CREATE TABLE request_claim (
  plan {text} NOT NULL,
  asked BIGINT NOT NULL,
  request {text} NOT NULL,
  asked_on {text} NOT NULL,
  unit {text} NOT NULL,
  ground {text} NOT NULL,
  parts BIGINT NOT NULL,
  appeal BIGINT NOT NULL,
  state {text} NOT NULL,
  decide_by {text} NOT NULL,
  decided_on {text} NOT NULL,
  PRIMARY KEY (plan, asked, request)
) {unrowed};
CREATE INDEX request_claim_of ON request_claim (plan, request);
CREATE INDEX request_claim_by_state ON request_claim (plan, state, asked);
CREATE INDEX request_claim_by_unit ON request_claim (plan, unit, asked);

-- Requests about which a unit waits for the office above it: more time, or the books. Made from the facts.
CREATE TABLE request_ask (
  plan {text} NOT NULL,
  request {text} NOT NULL,
  PRIMARY KEY (plan, request)
) {unrowed};

-- What can be seen on photos of requests, sealed, in no projection and no journal: erasing it is for good. A photo
-- is known by the digest of what can be seen. shown says, as the journal does, whether everybody may see it. draft is the digest of a link's secret, while the photo waits for the
-- request to be sent that it belongs to.
CREATE TABLE request_photo (
  plan {text} NOT NULL,
  request {text} NOT NULL,
  draft {text} NOT NULL,
  photo {text} NOT NULL,
  shown BIGINT NOT NULL,
  key_id {text} NOT NULL,
  picture {bytes} NOT NULL,
  small {bytes} NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  small_width BIGINT NOT NULL,
  small_height BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (plan, request, draft, photo)
);
CREATE INDEX request_photo_draft ON request_photo (draft, created_at) WHERE draft <> '';
CREATE INDEX request_photo_kept ON request_photo (plan, created_at) WHERE request <> '';

-- Who wants to be told of a request by mail: those who asked, and those who follow. reader is a digest of the
-- address that nobody can make without the key, sealed the address. Nothing but the question is mailed before it was
-- confirmed.
CREATE TABLE request_reader (
  plan {text} NOT NULL,
  request {text} NOT NULL,
  reader {text} NOT NULL,
  follows BIGINT NOT NULL,
  language {text} NOT NULL,
  key_id {text} NOT NULL,
  sealed {bytes} NOT NULL,
  created_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  stopped_at BIGINT,
  PRIMARY KEY (plan, request, reader)
) {unrowed};
CREATE INDEX request_reader_kept ON request_reader (plan, created_at) WHERE follows = 1;
CREATE INDEX request_reader_unconfirmed ON request_reader (created_at)
  WHERE follows = 1 AND confirmed_at IS NULL AND stopped_at IS NULL;

-- Who wants to be told by mail of what happens in a place: an area, a circle or the whole plan. alert is a digest of the
-- wish and the address, reader one of the address, sealed the address; told the last entry that they were told of.
CREATE TABLE area_alert (
  plan {text} NOT NULL,
  alert {text} NOT NULL,
  reader {text} NOT NULL,
  area {text} NOT NULL,
  longitude BIGINT NOT NULL,
  latitude BIGINT NOT NULL,
  metres BIGINT NOT NULL,
  category {text} NOT NULL,
  rhythm {text} NOT NULL,
  language {text} NOT NULL,
  key_id {text} NOT NULL,
  sealed {bytes} NOT NULL,
  created_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  stopped_at BIGINT,
  told BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  PRIMARY KEY (plan, alert)
) {unrowed};
CREATE INDEX area_alert_due ON area_alert (plan, next_at) WHERE next_at > 0;
CREATE INDEX area_alert_of_reader ON area_alert (plan, reader) WHERE reader <> '';
CREATE INDEX area_alert_kept ON area_alert (plan, created_at);

-- Who has a form about a request open, until when: it warns others and stops nobody.
CREATE TABLE request_hold (
  plan {text} NOT NULL,
  request {text} NOT NULL,
  person {text} NOT NULL,
  held_until BIGINT NOT NULL,
  PRIMARY KEY (plan, request, person)
) {unrowed};

-- Up to which entry those who work on requests were told what is new of them: of what presses, and of the rest. It is no
-- projection and in no backup: where there is none, nothing before is news.
CREATE TABLE request_news (
  plan {text} NOT NULL,
  lane {text} NOT NULL,
  told BIGINT NOT NULL,
  PRIMARY KEY (plan, lane)
) {unrowed};

-- What a plan knows of the ground in the thousands: residences, the walking network, parcels. Facts name the content
-- by the digest of what is packed into body. No projection: a layer is made of a file, not of entries.
CREATE TABLE place_layer (
  plan {text} NOT NULL,
  kind {text} NOT NULL,
  digest {text} NOT NULL,
  size BIGINT NOT NULL,
  body {bytes} NOT NULL,
  PRIMARY KEY (plan, kind, digest)
);

-- Answer sheets of surveys: nobody's. They have no moment and no order but that of their ids, which are made at random
-- by whoever fills them in; late ones came when the wave was frozen already, and do not count.
CREATE TABLE survey_sheet (
  plan {text} NOT NULL,
  wave {text} NOT NULL,
  sheet {text} NOT NULL,
  mode {text} NOT NULL,
  day {text} NOT NULL,
  late BIGINT NOT NULL,
  answers {text} NOT NULL,
  PRIMARY KEY (plan, wave, sheet)
) {unrowed};

-- Links that work once: invitation is a digest that nobody can make without the key. When one was used is not kept.
CREATE TABLE survey_invitation (
  plan {text} NOT NULL,
  wave {text} NOT NULL,
  invitation {text} NOT NULL,
  used BIGINT NOT NULL,
  PRIMARY KEY (plan, wave, invitation)
) {unrowed};

-- How contacts ended, counted by day: of nobody in particular.
CREATE TABLE survey_contact (
  plan {text} NOT NULL,
  wave {text} NOT NULL,
  day {text} NOT NULL,
  mode {text} NOT NULL,
  outcome {text} NOT NULL,
  number BIGINT NOT NULL,
  PRIMARY KEY (plan, wave, day, mode, outcome)
) {unrowed};

-- What a frozen wave came to; the journal holds its digest.
CREATE TABLE survey_result (
  plan {text} NOT NULL,
  wave {text} NOT NULL,
  body {text} NOT NULL,
  PRIMARY KEY (plan, wave)
);
