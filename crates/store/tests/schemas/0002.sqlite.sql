PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE migration (version INTEGER PRIMARY KEY, applied_at BIGINT NOT NULL, digest TEXT NOT NULL);
INSERT INTO migration VALUES(1,0,'7e38af509ede9e9c9529ce410ba1afcb7f997d6b05127bb98d08279069be9656');
INSERT INTO migration VALUES(2,0,'e7645607a4645a503fcfef5b5af11d5f7934c30a0ad8b249f0d8143b60291f9e');
CREATE TABLE chain (
  id INTEGER PRIMARY KEY,
  seq BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO chain VALUES(1,9,1600000008000000,'62a163130c14d06b3fd5cb09ae547b67056d2c2bf1d568ad71d9ec52feffcb45');
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,
  recorded_at BIGINT NOT NULL,
  effective TEXT NOT NULL,
  actor TEXT NOT NULL,
  scope TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  event TEXT NOT NULL,
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  corrects BIGINT,
  hash TEXT NOT NULL
);
INSERT INTO entry VALUES(1,1600000000000000,'2018-01-01','someone','directory','area','town','{"registered":{"facts":[{"area":{"name":{"zh":"回龙观"}}},{"area":{"level":{"level":"subdistrict"}}}]}}','{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}','理由 — reason',NULL,'4721766907f358e06316414fc5c9c742011c0893b34c84f2ec15fdcb2cfde219');
INSERT INTO entry VALUES(2,1600000001000000,'2018-01-01','someone','p','plan','p','{"registered":{"facts":[{"plan":{"name":{"zh":"计划","en":"Plan"}}},{"plan":{"period":{"from":"2018-01-01","to":"2020-12-31"}}},{"plan":{"sector":{"sector":"education","order":1,"name":{"zh":"教育"}}}}]}}','{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}','理由 — reason',NULL,'e614b2a29dd64070cd433fc703510fc0a88a3926d1faf1a7632953b0e8917734');
INSERT INTO entry VALUES(3,1600000002000000,'2018-07-31','someone','p','project','A-1','{"registered":{"facts":[{"project":{"name":{"zh":"第一学校"}}},{"project":{"sector":{"sector":"education"}}},{"project":{"membership":{"state":"member"}}}]}}','{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}','理由 — reason',NULL,'b1ab9da5dbc7e96a493ec810540d5a2a9dfed268cf84a656144829c8a0d5b381');
INSERT INTO entry VALUES(4,1600000003000000,'2018-07-31','someone','p','project','B-2','{"registered":{"facts":[{"project":{"name":{"zh":"第二学校"}}},{"project":{"sector":{"sector":"education"}}},{"project":{"membership":{"state":"member"}}}]}}','{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}','理由 — reason',NULL,'aa2fdb18badf8e21aadcd4548b840acddf1247e0cfb7786f22b28f513c35de6c');
INSERT INTO entry VALUES(5,1600000004000000,'2018-08-01','someone','p','project','A-1','{"recorded":{"facts":[{"project":{"milestone":{"aspect":"promised","step":"completion","date":"2019"}}},{"project":{"progress":{"percent":"5"}}}]}}','{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}','理由 — reason',NULL,'ab4f9f3bf697d7a8474f222ab30eb05d4253c9d069623aa527309220652cf7b9');
INSERT INTO entry VALUES(6,1600000005000000,'2018-08-02','someone','p','project','B-2','{"recorded":{"facts":[{"project":{"progress":{"percent":"80"}}}]}}','{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}','理由 — reason',NULL,'cc62444377a9fe6696db584289534f364a2df9cb3f39edd74247ff3117d766a7');
INSERT INTO entry VALUES(7,1600000006000000,'2019-03-01','someone','p','project','A-1','{"recorded":{"facts":[{"project":{"progress":{"percent":"40"}}}]}}','{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}','理由 — reason',NULL,'a2449604dd1e1701252dab19125a26070853adbfdfc663a33063d923ae462976');
INSERT INTO entry VALUES(8,1600000007000000,'2018-08-02','someone','p','project','B-2','{"corrected":{"entry":6,"facts":[{"project":{"progress":{"percent":"8"}}}]}}','{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}','理由 — reason',6,'23551d7ef2589b73ab13545447cb6e35d83eda3a9082397d8b4cc4442ebc0f1c');
INSERT INTO entry VALUES(9,1600000008000000,'2018-12-01','someone','p','project','A-1','{"recorded":{"facts":[{"project":{"progress":{"percent":"20"}}}]}}','{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}','理由 — reason',NULL,'62a163130c14d06b3fd5cb09ae547b67056d2c2bf1d568ad71d9ec52feffcb45');
CREATE TABLE fact (
  scope TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  slot TEXT NOT NULL,
  effective TEXT NOT NULL,
  seq BIGINT NOT NULL,
  topic TEXT NOT NULL,
  superseded BIGINT,
  grade TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (scope, kind, subject, slot, effective, seq)
) WITHOUT ROWID;
INSERT INTO fact VALUES('directory','area','town','level','2018-01-01',1,'level',NULL,'reported','{"area":{"level":{"level":"subdistrict"}}}');
INSERT INTO fact VALUES('directory','area','town','name','2018-01-01',1,'name',NULL,'reported','{"area":{"name":{"zh":"回龙观"}}}');
INSERT INTO fact VALUES('p','plan','p','name','2018-01-01',2,'name',NULL,'reported','{"plan":{"name":{"zh":"计划","en":"Plan"}}}');
INSERT INTO fact VALUES('p','plan','p','period','2018-01-01',2,'period',NULL,'reported','{"plan":{"period":{"from":"2018-01-01","to":"2020-12-31"}}}');
INSERT INTO fact VALUES('p','plan','p','sector/education','2018-01-01',2,'sector',NULL,'reported','{"plan":{"sector":{"sector":"education","order":1,"name":{"zh":"教育"}}}}');
INSERT INTO fact VALUES('p','project','A-1','membership','2018-07-31',3,'membership',NULL,'reported','{"project":{"membership":{"state":"member"}}}');
INSERT INTO fact VALUES('p','project','A-1','milestone/promised/-/completion','2018-08-01',5,'milestone',NULL,'reported','{"project":{"milestone":{"aspect":"promised","step":"completion","date":"2019"}}}');
INSERT INTO fact VALUES('p','project','A-1','name','2018-07-31',3,'name',NULL,'reported','{"project":{"name":{"zh":"第一学校"}}}');
INSERT INTO fact VALUES('p','project','A-1','progress/-','2018-08-01',5,'progress',NULL,'reported','{"project":{"progress":{"percent":"5"}}}');
INSERT INTO fact VALUES('p','project','A-1','progress/-','2018-12-01',9,'progress',NULL,'reported','{"project":{"progress":{"percent":"20"}}}');
INSERT INTO fact VALUES('p','project','A-1','progress/-','2019-03-01',7,'progress',NULL,'reported','{"project":{"progress":{"percent":"40"}}}');
INSERT INTO fact VALUES('p','project','A-1','sector','2018-07-31',3,'sector',NULL,'reported','{"project":{"sector":{"sector":"education"}}}');
INSERT INTO fact VALUES('p','project','B-2','membership','2018-07-31',4,'membership',NULL,'reported','{"project":{"membership":{"state":"member"}}}');
INSERT INTO fact VALUES('p','project','B-2','name','2018-07-31',4,'name',NULL,'reported','{"project":{"name":{"zh":"第二学校"}}}');
INSERT INTO fact VALUES('p','project','B-2','progress/-','2018-08-02',6,'progress',8,'reported','{"project":{"progress":{"percent":"80"}}}');
INSERT INTO fact VALUES('p','project','B-2','progress/-','2018-08-02',8,'progress',NULL,'reported','{"project":{"progress":{"percent":"8"}}}');
INSERT INTO fact VALUES('p','project','B-2','sector','2018-07-31',4,'sector',NULL,'reported','{"project":{"sector":{"sector":"education"}}}');
CREATE TABLE account (
  person TEXT NOT NULL PRIMARY KEY,
  password TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  locked_until BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO account VALUES('zhang','$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',5,0,0);
CREATE TABLE session (
  token TEXT NOT NULL PRIMARY KEY,
  person TEXT NOT NULL,
  csrf TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE TABLE api_token (
  id TEXT NOT NULL PRIMARY KEY,
  person TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
) WITHOUT ROWID;
INSERT INTO api_token VALUES('t1','zhang','报表','hash-t1','read,write',10,1000,NULL);
INSERT INTO api_token VALUES('t2','zhang','报表','hash-t2','read,write',10,1000,20);
CREATE TABLE item (
  plan TEXT NOT NULL,
  code TEXT NOT NULL,
  from_day TEXT NOT NULL,
  until_day TEXT NOT NULL,
  kind TEXT NOT NULL,
  standing TEXT NOT NULL,
  level TEXT NOT NULL,
  series TEXT NOT NULL,
  lead_unit TEXT NOT NULL,
  units TEXT NOT NULL,
  caller TEXT NOT NULL,
  person TEXT NOT NULL,
  sector TEXT NOT NULL,
  received TEXT NOT NULL,
  due TEXT NOT NULL,
  finished TEXT NOT NULL,
  reported TEXT NOT NULL,
  late BIGINT NOT NULL,
  weekly BIGINT NOT NULL,
  evidence TEXT NOT NULL,
  number TEXT NOT NULL,
  name TEXT NOT NULL,
  words TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (plan, code, from_day)
) WITHOUT ROWID;
CREATE TABLE item_area (
  plan TEXT NOT NULL,
  area TEXT NOT NULL,
  item TEXT NOT NULL,
  PRIMARY KEY (plan, area, item)
) WITHOUT ROWID;
CREATE TABLE item_link (
  plan TEXT NOT NULL,
  item TEXT NOT NULL,
  relation TEXT NOT NULL,
  to_kind TEXT NOT NULL,
  to_code TEXT NOT NULL,
  PRIMARY KEY (plan, item, relation, to_kind, to_code)
) WITHOUT ROWID;
CREATE INDEX entry_by_actor ON entry (actor, seq);
CREATE INDEX session_by_person ON session (person);
CREATE INDEX session_by_expiry ON session (expires_at);
CREATE INDEX api_token_by_person ON api_token (person);
CREATE INDEX entry_by_kind ON entry (kind, scope, seq);
CREATE INDEX item_by_day ON item (
  plan, until_day, from_day, kind, standing, lead_unit, due, received, finished, reported, late, weekly,
  evidence, level, series, caller, person, sector, units, number, code
);
CREATE INDEX item_by_lead ON item (plan, lead_unit, until_day, due);
CREATE INDEX item_link_back ON item_link (plan, to_kind, to_code);
COMMIT;
