//! Requests as the database keeps them: a row for each, its links, its pieces for finding it, and counts.

use std::borrow::Cow;

use domain::code::Code;
use domain::fact::Fact;
use domain::history::{SubjectHistory, View};
use domain::journal::{Entry, Event, Seq};
use domain::request::pieces::SearchText;
use domain::request::rate::RateRow;
use domain::request::{
    Channel, ClockKind, Point, RateParts, Request, RequestFact, RequestKind, RequestRow, RequestState,
    Satisfaction, Solved, Told, Urgency,
};
use domain::subject::Subject;
use jiff::civil::{Date, DateTime};

use crate::error::{Result, StoreError, damaged};
use crate::later::Packed;
use crate::request_tally::{CountedAs, Held, Rated, Tallies};
use crate::sql::{Connection, Param, Row};

/// The pieces of all texts, and of those that everybody may read.
pub(crate) const PIECES: &str = "request_pieces";
pub(crate) const SHOWN_PIECES: &str = "request_pieces_shown";

const TABLES: [&str; 10] = [
    "request",
    "request_link",
    "request_reached",
    "request_tally",
    "request_rate_tally",
    PIECES,
    SHOWN_PIECES,
    "request_moderation",
    "request_claim",
    "request_ask",
];

/// The columns of a row, in the order that [`row`] expects.
pub(crate) const COLUMNS: &str = "request.code, id, state, since, kind, channel, urgency, category, lead_unit, \
     area, received, limit_kind, due, answered, reopened, shown, master, parent, longitude, latitude, rate_due, \
     rate_unit, in_time, reached, solved, satisfaction, excluded, number, title, address, body, suggested";

/// What stands for the step where an item is done.
pub(crate) const DONE: &str = "done";

/// What a moment is written as: it sorts as it follows in time.
pub(crate) fn moment(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// Places are looked for in cells of about 500 metres; 0 is no place.
const CELL: i64 = 5_000;
const CELLS: i64 = 100_000;

pub(crate) fn cell(longitude: i32, latitude: i32) -> i64 {
    let east = (i64::from(longitude) + 180_000_000) / CELL;
    let north = (i64::from(latitude) + 90_000_000) / CELL;
    1 + north * CELLS + east
}

/// The cells around a point, as far as some metres reach.
pub(crate) fn cells(point: Point, metres: u32) -> Vec<(i64, i64)> {
    // A degree of longitude is shorter towards the poles; the widest is looked through where it matters.
    let degrees = f64::from(metres) / 111_000.0;
    let narrow = (f64::from(point.latitude) / 1e6).to_radians().cos().max(0.05);
    let wide = |share: f64| ((degrees / share * 1e6 / CELL as f64).ceil() as i64).clamp(1, 20);
    let (east, north) = (wide(narrow), wide(1.0));
    let own = cell(point.longitude, point.latitude);
    (-north..=north).map(|row| (own + row * CELLS - east, own + row * CELLS + east)).collect()
}

/// The most rows of cells that are looked at one by one.
const ROWS_MOST: i64 = 64;

/// The cells that lie within two corners; of a wide stretch also some beside it.
pub(crate) fn cells_within(south_west: Point, north_east: Point) -> Vec<(i64, i64)> {
    let first = cell(south_west.longitude, south_west.latitude);
    let last = cell(north_east.longitude, north_east.latitude);
    let (rows, wide) = ((last - 1) / CELLS - (first - 1) / CELLS, (last - 1) % CELLS - (first - 1) % CELLS);
    match rows {
        0..=ROWS_MOST => {
            (0..=rows).map(|row| (first + row * CELLS, first + row * CELLS + wide.max(0))).collect()
        }
        _ => vec![(first, last)],
    }
}

/// Brings a request's row up to date after an entry about it. `ready` is what it is found by, where somebody has made it.
pub(crate) fn project(
    connection: &mut Connection,
    tallies: &mut Tallies,
    entry: &Entry,
    history: &SubjectHistory,
    ready: Option<&SearchText>,
) -> Result<()> {
    let held = match entry.draft.event {
        Event::Registered { .. } => None,
        _ => connection.tallied(&history.subject)?,
    };
    let Some(request) = Request::at(history, View::ALL) else {
        return forget(connection, tallies, &history.subject, held);
    };
    let row = RequestRow::of(&request);
    let (before, now) = (held.as_ref().is_some_and(is_shown), shown(&request));
    let plan = &history.subject.scope;
    put(connection, tallies, plan, (row.registered, &PreparedRow::of(plan, &row, now)), held)?;
    let facts = entry.draft.event.facts();
    let new = matches!(entry.draft.event, Event::Registered { .. });
    let corrects = entry.draft.event.corrects().is_some();
    let said = new || corrects || facts.iter().any(says);
    if said {
        index(connection, PIECES, row.registered, &pieces_of(&row, ready), !new)?;
    }
    match (before, now == SHOWN) {
        (true, false) => unindex(connection, SHOWN_PIECES, row.registered)?,
        (_, true) if said || !before => {
            index(connection, SHOWN_PIECES, row.registered, &pieces_of(&row, ready), before)?;
        }
        _ => {}
    }
    if corrects || facts.iter().any(moderates) {
        moderation(connection, &history.subject, history)?;
    }
    if corrects || facts.iter().any(links) {
        link(connection, &history.subject, &request)?;
    }
    if corrects || facts.iter().any(tells) {
        told(connection, &history.subject, &request.told)?;
    }
    if corrects || facts.iter().any(claims) {
        crate::request_claim::project(connection, &history.subject, Some(&request))?;
    }
    // A move may end what was asked for; most requests never had anything asked.
    let asked = !(request.extensions.is_empty() && request.bookings.is_empty());
    if corrects || asked && facts.iter().any(asks) {
        crate::request_ask::project(connection, &history.subject, Some(&request))?;
    }
    if corrects || facts.iter().any(reviews) {
        connection.show_photos(&history.subject.scope, &request)?;
    }
    Ok(())
}

/// The parts of a request's projection that a fact is about, beside its row.
fn says(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Request(
            RequestFact::Intake(_)
                | RequestFact::Place(_)
                | RequestFact::Moderation { .. }
                | RequestFact::Erased { .. }
        )
    )
}

fn moderates(fact: &Fact) -> bool {
    matches!(fact, Fact::Request(RequestFact::Moderation { .. }))
}

fn links(fact: &Fact) -> bool {
    matches!(fact, Fact::Request(RequestFact::Link { .. }))
}

fn tells(fact: &Fact) -> bool {
    matches!(fact, Fact::Request(RequestFact::Told { .. }))
}

fn claims(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Request(
            RequestFact::ExclusionAsked { .. }
                | RequestFact::ExclusionDecided { .. }
                | RequestFact::ExclusionWithdrawn { .. }
        )
    )
}

fn asks(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Request(
            RequestFact::Move { .. }
                | RequestFact::ExtensionAsked { .. }
                | RequestFact::ExtensionDecided { .. }
                | RequestFact::BooksAsked { .. }
                | RequestFact::BooksDecided { .. }
        )
    )
}

fn reviews(fact: &Fact) -> bool {
    matches!(fact, Fact::Request(RequestFact::PhotoReview { .. }))
}

/// Whether a fact of a new request is told by its row and by what its text is found by alone.
pub(crate) fn is_of_row(fact: &Fact) -> bool {
    // A move of a new one ends nothing that was asked for.
    let waits = !matches!(fact, Fact::Request(RequestFact::Move { .. })) && asks(fact);
    !waits && ![moderates, links, tells, claims, reviews].into_iter().any(|is| is(fact))
}

pub(crate) fn shown(request: &Request) -> i64 {
    match request.published {
        _ if !request.may_be_public || request.wordless || request.is_hidden() => 0,
        Some(true) => SHOWN,
        Some(false) => 0,
        None => 2,
    }
}

/// What stands in a row that everybody may read.
pub(crate) const SHOWN: i64 = 1;

fn is_shown(held: &Held) -> bool {
    held.counted.sort.shown == SHOWN
}

fn forget(
    connection: &mut Connection,
    tallies: &mut Tallies,
    subject: &Subject,
    held: Option<Held>,
) -> Result<()> {
    let Some(held) = held else { return Ok(()) };
    connection.send("DELETE FROM request WHERE id = $1", &[Param::Int(held.id)])?;
    let id = Seq(held.id as u64);
    unindex(connection, PIECES, id)?;
    if is_shown(&held) {
        unindex(connection, SHOWN_PIECES, id)?;
    }
    tallies.count(subject.scope.as_str(), &held.counted, -1);
    unlink(connection, subject)?;
    crate::request_claim::project(connection, subject, None)?;
    crate::request_ask::project(connection, subject, None)?;
    told(connection, subject, &[])
}

/// The statement of a new row.
const ROW: &str = "INSERT INTO request (id, plan, code, state, since, kind, channel, urgency, category, lead_unit, \
             area, received, limit_kind, due, answered, reopened, shown, master, parent, cell, longitude, \
             latitude, rate_due, rate_unit, in_time, reached, solved, satisfaction, excluded, number, title, \
             address, body, suggested) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
             $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)";

/// A row as it is put down, but for its number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PreparedRow {
    values: Packed,
    counted: CountedAs,
}

/// Values of a row beside its number.
const VALUES: usize = 33;

impl PreparedRow {
    pub fn of(plan: &Code, row: &RequestRow, shown: i64) -> Self {
        let code = |code: &Option<Code>| code.as_ref().map(Code::to_string).unwrap_or_default();
        let (since, received) = (moment(row.since), moment(row.received));
        let (limit_kind, due) =
            row.limit.map_or_else(|| ("", String::new()), |(kind, due)| (kind.as_str(), moment(due)));
        let answered = row.answered.map(moment).unwrap_or_default();
        let (master, parent) = (code(&row.master), code(&row.parent));
        let (place, longitude, latitude) = row.point.map_or((0, 0, 0), |point| {
            (cell(point.longitude, point.latitude), i64::from(point.longitude), i64::from(point.latitude))
        });
        let counted = CountedAs::of(row, &received, shown);
        let unrated = Rated::default();
        let (sort, rated) = (&counted.sort, counted.rated.as_ref().unwrap_or(&unrated));
        let values: [Param; VALUES] = [
            plan.as_str().into(),
            row.code.as_str().into(),
            row.state.as_str().into(),
            Param::Text(&since),
            row.kind.as_str().into(),
            row.channel.as_str().into(),
            row.urgency.as_str().into(),
            Param::Text(&sort.category),
            Param::Text(&sort.unit),
            Param::Text(&sort.area),
            Param::Text(&received),
            limit_kind.into(),
            Param::Text(&due),
            Param::Text(&answered),
            Param::Int(i64::from(row.reopened)),
            Param::Int(shown),
            Param::Text(&master),
            Param::Text(&parent),
            Param::Int(place),
            Param::Int(longitude),
            Param::Int(latitude),
            Param::Text(&rated.due),
            Param::Text(&rated.unit),
            Param::Int(rated.marks.in_time),
            Param::Int(rated.marks.reached),
            Param::Text(&rated.marks.solved),
            Param::Text(&rated.marks.satisfaction),
            Param::Int(rated.marks.left_out),
            Param::Text(&row.number),
            Param::Text(&row.title),
            Param::Text(&row.address),
            Param::Text(&row.text),
            Param::Int(i64::from(row.suggested)),
        ];
        Self { values: Packed::of(&values), counted }
    }
}

/// Puts a row in its place, and counts it. `id` is the entry by which it was registered.
pub(crate) fn put(
    connection: &mut Connection,
    tallies: &mut Tallies,
    plan: &Code,
    (id, row): (Seq, &PreparedRow),
    held: Option<Held>,
) -> Result<()> {
    let mut values = [Param::from(id.0); 1 + VALUES];
    values[1..].iter_mut().zip(row.values.params()).for_each(|(to, value)| *to = value);
    match &held {
        None => connection.later(ROW, &values)?,
        Some(_) => connection.send(
            "UPDATE request SET plan = $2, code = $3, state = $4, since = $5, kind = $6, channel = $7, \
             urgency = $8, category = $9, lead_unit = $10, area = $11, received = $12, limit_kind = $13, \
             due = $14, answered = $15, reopened = $16, shown = $17, master = $18, parent = $19, cell = $20, \
             longitude = $21, latitude = $22, rate_due = $23, rate_unit = $24, in_time = $25, reached = $26, \
             solved = $27, satisfaction = $28, excluded = $29, number = $30, title = $31, address = $32, \
             body = $33, suggested = $34 WHERE id = $1",
            &values,
        )?,
    }
    if let Some(held) = held {
        if held.counted == row.counted {
            return Ok(());
        }
        tallies.count(plan.as_str(), &held.counted, -1);
    }
    tallies.count(plan.as_str(), &row.counted, 1);
    Ok(())
}

/// Makes all that is kept of a request from its entries, where nothing is.
pub(crate) fn place(connection: &mut Connection, tallies: &mut Tallies, subject: &Subject) -> Result<()> {
    let Some(history) = connection.subject(subject)? else { return Ok(()) };
    let Some(request) = Request::at(&history, View::ALL) else { return Ok(()) };
    let row = RequestRow::of(&request);
    let now = shown(&request);
    let (id, pieces) = (row.registered, pieces_of(&row, None));
    put(connection, tallies, &subject.scope, (id, &PreparedRow::of(&subject.scope, &row, now)), None)?;
    index(connection, PIECES, id, &pieces, false)?;
    if now == SHOWN {
        index(connection, SHOWN_PIECES, id, &pieces, false)?;
    }
    if !request.links.is_empty() {
        link(connection, subject, &request)?;
    }
    if !request.moderated.is_empty() {
        moderation(connection, subject, &history)?;
    }
    if !request.told.is_empty() {
        told(connection, subject, &request.told)?;
    }
    if !request.exclusions.is_empty() {
        crate::request_claim::project(connection, subject, Some(&request))?;
    }
    if request.asks_since().is_some() {
        crate::request_ask::project(connection, subject, Some(&request))?;
    }
    connection.show_photos(&subject.scope, &request)
}

/// What a row is found by, as it is kept.
fn pieces_of<'a>(row: &RequestRow, ready: Option<&'a SearchText>) -> Cow<'a, str> {
    let said = said(row);
    match ready.and_then(|ready| ready.pieces_of(said)) {
        Some(pieces) => Cow::Borrowed(pieces),
        None => Cow::Owned(SearchText::of(said).into_pieces()),
    }
}

/// What a request is found by.
pub(crate) fn said(row: &RequestRow) -> [&str; 5] {
    [row.title.as_str(), &row.text, &row.address, &row.number, row.code.as_str()]
}

/// Puts a text's pieces where they are found.
pub(crate) fn index(
    connection: &mut Connection,
    table: &str,
    id: Seq,
    pieces: &str,
    again: bool,
) -> Result<()> {
    if again {
        unindex(connection, table, id)?;
    }
    let one = match (table == SHOWN_PIECES, connection.is_postgres()) {
        (false, false) => "INSERT INTO request_pieces (rowid, pieces) VALUES ($1, $2)",
        (true, false) => "INSERT INTO request_pieces_shown (rowid, pieces) VALUES ($1, $2)",
        (false, true) => {
            "INSERT INTO request_pieces (rowid, pieces) \
             VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))"
        }
        (true, true) => {
            "INSERT INTO request_pieces_shown (rowid, pieces) \
             VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))"
        }
    };
    connection.later_singly(one, &[Param::from(id.0), Param::Text(pieces)])
}

fn unindex(connection: &mut Connection, table: &str, registered: Seq) -> Result<()> {
    connection.send(&format!("DELETE FROM {table} WHERE rowid = $1"), &[Param::from(registered.0)])
}

fn unlink(connection: &mut Connection, subject: &Subject) -> Result<()> {
    let place = [Param::Text(subject.scope.as_str()), Param::Text(subject.code.as_str())];
    connection.send("DELETE FROM request_link WHERE plan = $1 AND request = $2", &place)
}

fn link(connection: &mut Connection, subject: &Subject, request: &Request) -> Result<()> {
    unlink(connection, subject)?;
    for (to, since) in &request.linked {
        connection.send(
            "INSERT INTO request_link (plan, request, to_kind, to_code, since) VALUES ($1, $2, $3, $4, $5)",
            &[
                subject.scope.as_str().into(),
                subject.code.as_str().into(),
                to.kind().as_str().into(),
                to.code().as_str().into(),
                Param::from(since.0),
            ],
        )?;
    }
    Ok(())
}

fn told(connection: &mut Connection, subject: &Subject, told: &[Told]) -> Result<()> {
    let place = [Param::Text(subject.scope.as_str()), Param::Text(subject.code.as_str())];
    connection.send("DELETE FROM request_reached WHERE plan = $1 AND request = $2", &place)?;
    for Told { of, step, .. } in told {
        connection.send(
            "INSERT INTO request_reached (plan, to_kind, to_code, step, request) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (plan, to_kind, to_code, step, request) DO NOTHING",
            &[
                place[0],
                of.kind().as_str().into(),
                of.code().as_str().into(),
                step.as_ref().map_or(DONE, Code::as_str).into(),
                place[1],
            ],
        )?;
    }
    Ok(())
}

/// Keeps what moderation did to a request for the public log.
fn moderation(connection: &mut Connection, subject: &Subject, history: &SubjectHistory) -> Result<()> {
    let (plan, code) = (Param::Text(subject.scope.as_str()), Param::Text(subject.code.as_str()));
    connection.send("DELETE FROM request_moderation WHERE plan = $1 AND request = $2", &[plan, code])?;
    for held in history.visible::<RequestFact>(View::ALL) {
        if let RequestFact::Moderation { at, act, ground, .. } = held.fact {
            connection.send(
                "INSERT INTO request_moderation (plan, seq, request, act, ground, at) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
                &[
                    plan,
                    Param::from(held.seq.0),
                    code,
                    act.as_str().into(),
                    ground.as_str().into(),
                    Param::Text(&moment(*at)),
                ],
            )?;
        }
    }
    Ok(())
}

/// Reads a row of [`COLUMNS`].
pub(crate) fn row(row: &Row) -> Result<RequestRow> {
    let time = |at: usize| row.text(at)?.parse::<DateTime>().map_err(damaged);
    let word =
        |at: usize| Ok::<_, StoreError>(damaged(format!("'{}' is no word of a request", row.text(at)?)));
    let flag = |at: usize| Ok::<_, StoreError>(row.int(at)? != 0);
    let limit = match row.text(12)? {
        "" => None,
        due => {
            let kind = ClockKind::parse(row.text(11)?).ok_or_else(|| damaged("an unknown limit"))?;
            Some((kind, due.parse::<DateTime>().map_err(damaged)?))
        }
    };
    let rate = match row.text(20)? {
        "" => None,
        due => Some(RateRow {
            due: due.parse::<Date>().map_err(damaged)?,
            unit: row.code(21)?,
            in_time: flag(22)?,
            reached: flag(23)?,
            solved: Solved::parse(row.text(24)?),
            satisfaction: Satisfaction::parse(row.text(25)?),
            left_out: RateParts::from_bits(u8::try_from(row.int(26)?).unwrap_or_default()),
        }),
    };
    let small = |at: usize| Ok::<_, StoreError>(i32::try_from(row.int(at)?).unwrap_or_default());
    let (longitude, latitude) = (small(18)?, small(19)?);
    Ok(RequestRow {
        code: row.code(0)?,
        registered: Seq(row.int(1)? as u64),
        state: RequestState::parse(row.text(2)?).ok_or(word(2)?)?,
        since: time(3)?,
        kind: RequestKind::parse(row.text(4)?).ok_or(word(4)?)?,
        channel: Channel::parse(row.text(5)?).ok_or(word(5)?)?,
        urgency: Urgency::parse(row.text(6)?).ok_or(word(6)?)?,
        category: row.opt_code(7)?,
        suggested: flag(31)?,
        lead_unit: row.opt_code(8)?,
        area: row.opt_code(9)?,
        received: time(10)?,
        limit,
        answered: match row.text(13)? {
            "" => None,
            at => Some(at.parse::<DateTime>().map_err(damaged)?),
        },
        reopened: u32::try_from(row.int(14)?).unwrap_or_default(),
        published: row.int(15)? == 1,
        master: row.opt_code(16)?,
        parent: row.opt_code(17)?,
        point: (longitude != 0 || latitude != 0).then_some(Point { longitude, latitude }),
        rate,
        number: row.text(27)?.to_owned(),
        title: row.text(28)?.to_owned(),
        address: row.text(29)?.to_owned(),
        text: row.text(30)?.to_owned(),
    })
}

/// The requests that name one as theirs. They are put in order once they are found: in the order of an index SQLite would
/// walk through all requests of the plan.
fn members(column: &str) -> String {
    format!(
        "SELECT code, state FROM request WHERE plan = $1 AND {column} = $2 AND {column} <> '' \
         ORDER BY (code || '') LIMIT 10000"
    )
}

impl Connection {
    /// The requests that were merged into one (`true`) or are matters of it.
    pub fn requests_of(&mut self, plan: &Code, code: &Code) -> Result<Vec<(Code, bool, RequestState)>> {
        let place = [Param::Text(plan.as_str()), Param::Text(code.as_str())];
        let mut out = Vec::new();
        for (column, merged) in [("master", true), ("parent", false)] {
            self.each(&members(column), &place, &mut |row| {
                let state = RequestState::parse(row.text(1)?).ok_or_else(|| damaged("an unknown state"))?;
                out.push((row.code(0)?, merged, state));
                Ok(())
            })?;
        }
        Ok(out)
    }

    /// Makes all rows of requests again from the entries about them.
    pub(crate) fn rebuild_requests(&mut self) -> Result<()> {
        for table in TABLES {
            self.execute(&format!("DELETE FROM {table}"), &[])?;
        }
        let mut after = (String::new(), String::new());
        let mut tallies = Tallies::default();
        loop {
            let batch = self.rows(
                "SELECT DISTINCT scope, subject FROM entry WHERE kind = 'request' AND (scope, subject) > ($1, $2) \
                 ORDER BY scope, subject LIMIT 500",
                &[Param::Text(&after.0), Param::Text(&after.1)],
                |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())),
            )?;
            let Some(last) = batch.last() else { return Ok(()) };
            after.clone_from(last);
            for (plan, code) in batch {
                let subject = Subject::request(
                    &Code::new(&plan).map_err(damaged)?,
                    &Code::new(&code).map_err(damaged)?,
                );
                place(self, &mut tallies, &subject)?;
            }
            tallies.flush(self)?;
        }
    }

    /// Visits the texts of every projected row, for the digest of all projections.
    pub(crate) fn each_request_row(&mut self, visit: &mut dyn FnMut(&[&str])) -> Result<()> {
        self.each(&format!("SELECT {COLUMNS} FROM request ORDER BY plan, code"), &[], &mut |row| {
            let numbers = [1, 14, 15, 18, 19, 22, 23, 26, 31];
            for at in 0..32 {
                if numbers.contains(&at) {
                    visit(&[&row.int(at)?.to_string()]);
                } else {
                    visit(&[row.text(at)?]);
                }
            }
            Ok(())
        })?;
        self.each(
            "SELECT plan, request, to_kind, to_code, since FROM request_link \
             ORDER BY plan, request, to_kind, to_code",
            &[],
            &mut |row| {
                let since = row.int(4)?.to_string();
                visit(&[row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?, &since]);
                Ok(())
            },
        )?;
        self.each(
            "SELECT plan, request, to_kind, to_code, step FROM request_reached \
             ORDER BY plan, request, to_kind, to_code, step",
            &[],
            &mut |row| {
                visit(&[row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?, row.text(4)?]);
                Ok(())
            },
        )?;
        self.each(
            "SELECT plan, seq, request, act, ground, at FROM request_moderation ORDER BY plan, seq",
            &[],
            &mut |row| {
                visit(&[
                    row.text(0)?,
                    &row.int(1)?.to_string(),
                    row.text(2)?,
                    row.text(3)?,
                    row.text(4)?,
                    row.text(5)?,
                ]);
                Ok(())
            },
        )?;
        self.each_claim_row(visit)?;
        self.each_ask_row(visit)?;
        self.each_tally(visit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_finds_the_requests_of_one_by_their_own_index() {
        let scratch = scratch::Scratch::sqlite();
        let database = crate::database::Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        for column in ["master", "parent"] {
            let sql = format!("EXPLAIN QUERY PLAN {}", members(column));
            let place = [Param::Text("p"), Param::Text("1")];
            let steps = database.read(|c| c.rows(&sql, &place, |row| Ok(row.text(3)?.to_owned()))).unwrap();
            assert!(steps[0].contains(&format!("request_by_{column} (plan=? AND {column}=?)")), "{steps:?}");
        }
    }

    #[test]
    fn every_place_within_two_corners_lies_in_their_cells() {
        let corner = |longitude, latitude| Point { longitude, latitude };
        let (south_west, wide) = (corner(116_301_234, 40_052_345), corner(118_301_234, 42_052_345));
        for north_east in [corner(116_302_000, 40_052_400), corner(116_423_456, 40_104_321), wide] {
            let cells = cells_within(south_west, north_east);
            let reach = |of: fn(Point) -> i32| (of(north_east) - of(south_west)) / 7;
            let (east, north) = (reach(|it| it.longitude), reach(|it| it.latitude));
            for (column, row) in (0..=7).flat_map(|column| (0..=7).map(move |row| (column, row))) {
                let (longitude, latitude) =
                    (south_west.longitude + column * east, south_west.latitude + row * north);
                let own = cell(longitude, latitude);
                assert!(
                    cells.iter().any(|(from, to)| (*from..=*to).contains(&own)),
                    "{longitude} {latitude}"
                );
            }
            // Of a district no more is looked at than its rows.
            let outside = cell(south_west.longitude - 40_000, south_west.latitude);
            assert!(!cells.iter().any(|(from, to)| (*from..=*to).contains(&outside)) || north_east == wide);
        }
        let nothing = cells_within(corner(116_400_000, 40_100_000), corner(116_300_000, 40_000_000));
        assert!(nothing.iter().all(|(from, to)| from > to));
    }
}
