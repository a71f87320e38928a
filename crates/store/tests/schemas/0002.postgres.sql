--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: account; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account (
    person text NOT NULL COLLATE pg_catalog."C",
    password text NOT NULL COLLATE pg_catalog."C",
    changed_at bigint NOT NULL,
    failures bigint NOT NULL,
    locked_until bigint NOT NULL
);


--
-- Name: api_token; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.api_token (
    id text NOT NULL COLLATE pg_catalog."C",
    person text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    hash text NOT NULL COLLATE pg_catalog."C",
    scopes text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint
);


--
-- Name: chain; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.chain (
    id bigint NOT NULL,
    seq bigint NOT NULL,
    recorded_at bigint NOT NULL,
    hash text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: entry; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.entry (
    seq bigint NOT NULL,
    recorded_at bigint NOT NULL,
    effective text NOT NULL COLLATE pg_catalog."C",
    actor text NOT NULL COLLATE pg_catalog."C",
    scope text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    subject text NOT NULL COLLATE pg_catalog."C",
    event text NOT NULL COLLATE pg_catalog."C",
    source text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL COLLATE pg_catalog."C",
    corrects bigint,
    hash text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: fact; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.fact (
    scope text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    subject text NOT NULL COLLATE pg_catalog."C",
    slot text NOT NULL COLLATE pg_catalog."C",
    effective text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL,
    topic text NOT NULL COLLATE pg_catalog."C",
    superseded bigint,
    grade text NOT NULL COLLATE pg_catalog."C",
    body text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: item; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.item (
    plan text NOT NULL COLLATE pg_catalog."C",
    code text NOT NULL COLLATE pg_catalog."C",
    from_day text NOT NULL COLLATE pg_catalog."C",
    until_day text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    standing text NOT NULL COLLATE pg_catalog."C",
    level text NOT NULL COLLATE pg_catalog."C",
    series text NOT NULL COLLATE pg_catalog."C",
    lead_unit text NOT NULL COLLATE pg_catalog."C",
    units text NOT NULL COLLATE pg_catalog."C",
    caller text NOT NULL COLLATE pg_catalog."C",
    person text NOT NULL COLLATE pg_catalog."C",
    sector text NOT NULL COLLATE pg_catalog."C",
    received text NOT NULL COLLATE pg_catalog."C",
    due text NOT NULL COLLATE pg_catalog."C",
    finished text NOT NULL COLLATE pg_catalog."C",
    reported text NOT NULL COLLATE pg_catalog."C",
    late bigint NOT NULL,
    weekly bigint NOT NULL,
    evidence text NOT NULL COLLATE pg_catalog."C",
    number text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    words text NOT NULL COLLATE pg_catalog."C",
    body text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: item_area; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.item_area (
    plan text NOT NULL COLLATE pg_catalog."C",
    area text NOT NULL COLLATE pg_catalog."C",
    item text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: item_link; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.item_link (
    plan text NOT NULL COLLATE pg_catalog."C",
    item text NOT NULL COLLATE pg_catalog."C",
    relation text NOT NULL COLLATE pg_catalog."C",
    to_kind text NOT NULL COLLATE pg_catalog."C",
    to_code text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: migration; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.migration (
    version bigint NOT NULL,
    applied_at bigint NOT NULL,
    digest text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: session; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.session (
    token text NOT NULL COLLATE pg_catalog."C",
    person text NOT NULL COLLATE pg_catalog."C",
    csrf text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    expires_at bigint NOT NULL
);


--
-- Data for Name: account; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.account VALUES ('zhang', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', 5, 0, 0);


--
-- Data for Name: api_token; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.api_token VALUES ('t1', 'zhang', '报表', 'hash-t1', 'read,write', 10, 1000, NULL);
INSERT INTO public.api_token VALUES ('t2', 'zhang', '报表', 'hash-t2', 'read,write', 10, 1000, 20);


--
-- Data for Name: chain; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.chain VALUES (1, 9, 1600000008000000, '62a163130c14d06b3fd5cb09ae547b67056d2c2bf1d568ad71d9ec52feffcb45');


--
-- Data for Name: entry; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.entry VALUES (1, 1600000000000000, '2018-01-01', 'someone', 'directory', 'area', 'town', '{"registered":{"facts":[{"area":{"name":{"zh":"回龙观"}}},{"area":{"level":{"level":"subdistrict"}}}]}}', '{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}', '理由 — reason', NULL, '4721766907f358e06316414fc5c9c742011c0893b34c84f2ec15fdcb2cfde219');
INSERT INTO public.entry VALUES (2, 1600000001000000, '2018-01-01', 'someone', 'p', 'plan', 'p', '{"registered":{"facts":[{"plan":{"name":{"zh":"计划","en":"Plan"}}},{"plan":{"period":{"from":"2018-01-01","to":"2020-12-31"}}},{"plan":{"sector":{"sector":"education","order":1,"name":{"zh":"教育"}}}}]}}', '{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}', '理由 — reason', NULL, 'e614b2a29dd64070cd433fc703510fc0a88a3926d1faf1a7632953b0e8917734');
INSERT INTO public.entry VALUES (3, 1600000002000000, '2018-07-31', 'someone', 'p', 'project', 'A-1', '{"registered":{"facts":[{"project":{"name":{"zh":"第一学校"}}},{"project":{"sector":{"sector":"education"}}},{"project":{"membership":{"state":"member"}}}]}}', '{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}', '理由 — reason', NULL, 'b1ab9da5dbc7e96a493ec810540d5a2a9dfed268cf84a656144829c8a0d5b381');
INSERT INTO public.entry VALUES (4, 1600000003000000, '2018-07-31', 'someone', 'p', 'project', 'B-2', '{"registered":{"facts":[{"project":{"name":{"zh":"第二学校"}}},{"project":{"sector":{"sector":"education"}}},{"project":{"membership":{"state":"member"}}}]}}', '{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}', '理由 — reason', NULL, 'aa2fdb18badf8e21aadcd4548b840acddf1247e0cfb7786f22b28f513c35de6c');
INSERT INTO public.entry VALUES (5, 1600000004000000, '2018-08-01', 'someone', 'p', 'project', 'A-1', '{"recorded":{"facts":[{"project":{"milestone":{"aspect":"promised","step":"completion","date":"2019"}}},{"project":{"progress":{"percent":"5"}}}]}}', '{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}', '理由 — reason', NULL, 'ab4f9f3bf697d7a8474f222ab30eb05d4253c9d069623aa527309220652cf7b9');
INSERT INTO public.entry VALUES (6, 1600000005000000, '2018-08-02', 'someone', 'p', 'project', 'B-2', '{"recorded":{"facts":[{"project":{"progress":{"percent":"80"}}}]}}', '{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}', '理由 — reason', NULL, 'cc62444377a9fe6696db584289534f364a2df9cb3f39edd74247ff3117d766a7');
INSERT INTO public.entry VALUES (7, 1600000006000000, '2019-03-01', 'someone', 'p', 'project', 'A-1', '{"recorded":{"facts":[{"project":{"progress":{"percent":"40"}}}]}}', '{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}', '理由 — reason', NULL, 'a2449604dd1e1701252dab19125a26070853adbfdfc663a33063d923ae462976');
INSERT INTO public.entry VALUES (8, 1600000007000000, '2018-08-02', 'someone', 'p', 'project', 'B-2', '{"corrected":{"entry":6,"facts":[{"project":{"progress":{"percent":"8"}}}]}}', '{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}', '理由 — reason', 6, '23551d7ef2589b73ab13545447cb6e35d83eda3a9082397d8b4cc4442ebc0f1c');
INSERT INTO public.entry VALUES (9, 1600000008000000, '2018-12-01', 'someone', 'p', 'project', 'A-1', '{"recorded":{"facts":[{"project":{"progress":{"percent":"20"}}}]}}', '{"grade":"reported","title":"区教委月报 \"甲\"\n第二行"}', '理由 — reason', NULL, '62a163130c14d06b3fd5cb09ae547b67056d2c2bf1d568ad71d9ec52feffcb45');


--
-- Data for Name: fact; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.fact VALUES ('directory', 'area', 'town', 'name', '2018-01-01', 1, 'name', NULL, 'reported', '{"area":{"name":{"zh":"回龙观"}}}');
INSERT INTO public.fact VALUES ('directory', 'area', 'town', 'level', '2018-01-01', 1, 'level', NULL, 'reported', '{"area":{"level":{"level":"subdistrict"}}}');
INSERT INTO public.fact VALUES ('p', 'plan', 'p', 'name', '2018-01-01', 2, 'name', NULL, 'reported', '{"plan":{"name":{"zh":"计划","en":"Plan"}}}');
INSERT INTO public.fact VALUES ('p', 'plan', 'p', 'period', '2018-01-01', 2, 'period', NULL, 'reported', '{"plan":{"period":{"from":"2018-01-01","to":"2020-12-31"}}}');
INSERT INTO public.fact VALUES ('p', 'plan', 'p', 'sector/education', '2018-01-01', 2, 'sector', NULL, 'reported', '{"plan":{"sector":{"sector":"education","order":1,"name":{"zh":"教育"}}}}');
INSERT INTO public.fact VALUES ('p', 'project', 'A-1', 'name', '2018-07-31', 3, 'name', NULL, 'reported', '{"project":{"name":{"zh":"第一学校"}}}');
INSERT INTO public.fact VALUES ('p', 'project', 'A-1', 'sector', '2018-07-31', 3, 'sector', NULL, 'reported', '{"project":{"sector":{"sector":"education"}}}');
INSERT INTO public.fact VALUES ('p', 'project', 'A-1', 'membership', '2018-07-31', 3, 'membership', NULL, 'reported', '{"project":{"membership":{"state":"member"}}}');
INSERT INTO public.fact VALUES ('p', 'project', 'B-2', 'name', '2018-07-31', 4, 'name', NULL, 'reported', '{"project":{"name":{"zh":"第二学校"}}}');
INSERT INTO public.fact VALUES ('p', 'project', 'B-2', 'sector', '2018-07-31', 4, 'sector', NULL, 'reported', '{"project":{"sector":{"sector":"education"}}}');
INSERT INTO public.fact VALUES ('p', 'project', 'B-2', 'membership', '2018-07-31', 4, 'membership', NULL, 'reported', '{"project":{"membership":{"state":"member"}}}');
INSERT INTO public.fact VALUES ('p', 'project', 'A-1', 'milestone/promised/-/completion', '2018-08-01', 5, 'milestone', NULL, 'reported', '{"project":{"milestone":{"aspect":"promised","step":"completion","date":"2019"}}}');
INSERT INTO public.fact VALUES ('p', 'project', 'A-1', 'progress/-', '2018-08-01', 5, 'progress', NULL, 'reported', '{"project":{"progress":{"percent":"5"}}}');
INSERT INTO public.fact VALUES ('p', 'project', 'A-1', 'progress/-', '2019-03-01', 7, 'progress', NULL, 'reported', '{"project":{"progress":{"percent":"40"}}}');
INSERT INTO public.fact VALUES ('p', 'project', 'B-2', 'progress/-', '2018-08-02', 6, 'progress', 8, 'reported', '{"project":{"progress":{"percent":"80"}}}');
INSERT INTO public.fact VALUES ('p', 'project', 'B-2', 'progress/-', '2018-08-02', 8, 'progress', NULL, 'reported', '{"project":{"progress":{"percent":"8"}}}');
INSERT INTO public.fact VALUES ('p', 'project', 'A-1', 'progress/-', '2018-12-01', 9, 'progress', NULL, 'reported', '{"project":{"progress":{"percent":"20"}}}');


--
-- Data for Name: item; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: item_area; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: item_link; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: migration; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.migration VALUES (1, 0, '7e38af509ede9e9c9529ce410ba1afcb7f997d6b05127bb98d08279069be9656');
INSERT INTO public.migration VALUES (2, 0, 'e7645607a4645a503fcfef5b5af11d5f7934c30a0ad8b249f0d8143b60291f9e');


--
-- Data for Name: session; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: account account_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (person);


--
-- Name: api_token api_token_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_hash_key UNIQUE (hash);


--
-- Name: api_token api_token_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_pkey PRIMARY KEY (id);


--
-- Name: chain chain_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.chain
    ADD CONSTRAINT chain_pkey PRIMARY KEY (id);


--
-- Name: entry entry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (seq);


--
-- Name: fact fact_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fact
    ADD CONSTRAINT fact_pkey PRIMARY KEY (scope, kind, subject, slot, effective, seq);


--
-- Name: item_area item_area_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.item_area
    ADD CONSTRAINT item_area_pkey PRIMARY KEY (plan, area, item);


--
-- Name: item_link item_link_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.item_link
    ADD CONSTRAINT item_link_pkey PRIMARY KEY (plan, item, relation, to_kind, to_code);


--
-- Name: item item_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.item
    ADD CONSTRAINT item_pkey PRIMARY KEY (plan, code, from_day);


--
-- Name: migration migration_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (version);


--
-- Name: session session_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (token);


--
-- Name: api_token_by_person; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX api_token_by_person ON public.api_token USING btree (person);


--
-- Name: entry_by_actor; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX entry_by_actor ON public.entry USING btree (actor, seq);


--
-- Name: entry_by_kind; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX entry_by_kind ON public.entry USING btree (kind, scope, seq);


--
-- Name: item_by_day; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX item_by_day ON public.item USING btree (plan, until_day, from_day, kind, standing, lead_unit, due, received, finished, reported, late, weekly, evidence, level, series, caller, person, sector, units, number, code);


--
-- Name: item_by_lead; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX item_by_lead ON public.item USING btree (plan, lead_unit, until_day, due);


--
-- Name: item_link_back; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX item_link_back ON public.item_link USING btree (plan, to_kind, to_code);


--
-- Name: session_by_expiry; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX session_by_expiry ON public.session USING btree (expires_at);


--
-- Name: session_by_person; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX session_by_person ON public.session USING btree (person);


--
-- PostgreSQL database dump complete
--


