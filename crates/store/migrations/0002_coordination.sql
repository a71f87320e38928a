-- A subject's place, first and last entry follow from its facts, and an entry's time from its number:
-- keeping them apart cost most of what a commit writes.

DROP INDEX subject_by_version;
DROP TABLE subject;
DROP INDEX entry_by_time;
DROP INDEX entry_by_subject;
CREATE INDEX entry_by_kind ON entry (kind, scope, seq);

-- The ledger: a row for each stretch of days that an item looked the same.

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
) {unrowed};
CREATE INDEX item_by_day ON item (
  plan, until_day, from_day, kind, standing, lead_unit, due, received, finished, reported, late, weekly,
  evidence, level, series, caller, person, sector, units, number, code
);
CREATE INDEX item_by_lead ON item (plan, lead_unit, until_day, due);

CREATE TABLE item_area (
  plan {text} NOT NULL,
  area {text} NOT NULL,
  item {text} NOT NULL,
  PRIMARY KEY (plan, area, item)
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

-- Files that wait between being looked through and being imported. They are part of no record: each
-- has an owner and an end, and together they are bounded.

CREATE TABLE upload (
  id {text} NOT NULL PRIMARY KEY,
  person {text} NOT NULL,
  scope {text} NOT NULL,
  name {text} NOT NULL,
  note {text} NOT NULL,
  finished BIGINT NOT NULL,
  size BIGINT NOT NULL,
  body {bytes} NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX upload_by_person ON upload (person, created_at);
CREATE INDEX upload_by_expiry ON upload (expires_at);
