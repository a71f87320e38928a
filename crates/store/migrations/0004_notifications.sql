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
