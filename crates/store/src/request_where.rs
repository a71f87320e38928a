//! What a list of requests asks for, as conditions of a statement, and how each database finds what meets them.

use domain::code::Code;
use domain::request::pieces::Pieces;
use domain::request::query::{RateGroup, RateQuery, RequestOrder, RequestPaging, RequestQuery};
use domain::request::rate::{RateSide, Unreached};
use domain::request::{Point, Publicly, RateParts, RequestState, Satisfaction};

use crate::asked::Value;
use crate::request::{COLUMNS, PIECES, SHOWN_PIECES, cells, cells_within, moment};
use crate::sql::Param;
use crate::statements::places;

/// The most hits of a text that other conditions are looked at for: the newest ones.
pub(crate) const HITS_MOST: usize = 5_000;
/// The most texts that are looked through for hits in a plan.
const LOOKED_MOST: usize = 100_000;
/// What lies in so many cells may be looked up there: some eight kilometres each way.
pub(crate) const FEW_CELLS: i64 = 256;
/// The newest requests of an area that are looked through for open ones.
const AREA_MOST: usize = 2_000;

/// What the office that takes requests in may have to give out or to decide; of those taken up again, what nobody has.
const DESK: [RequestState; 4] =
    [RequestState::Received, RequestState::ReturnAsked, RequestState::ReopenAsked, RequestState::Reopened];

/// What a statement is made for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct For {
    pub postgres: bool,
    pub order: RequestOrder,
    /// Whether many requests lie where it asks.
    pub crowded: bool,
    /// Whether few requests are in the states it asks for.
    pub few: bool,
}

/// The cells in which a query asks.
pub(crate) fn cells_of(query: &RequestQuery) -> Option<Vec<(i64, i64)>> {
    let near = query.near.map(|(point, metres)| cells(point, metres));
    near.or_else(|| query.within.map(|(south_west, north_east)| cells_within(south_west, north_east)))
}

pub(crate) fn number_of(cells: &[(i64, i64)]) -> i64 {
    cells.iter().map(|(from, to)| (to - from + 1).max(0)).sum()
}

/// A statement's conditions with their values.
pub(crate) struct Where {
    /// The texts that have what is looked for, named `hits` before the statement; nothing where no text is.
    pub with: String,
    pub sql: String,
    values: Vec<Value>,
    /// Whether it names few requests: they are looked up and then put in order. SQLite would rather walk through all
    /// requests in their order until it had met them.
    pub few: bool,
}

impl Where {
    pub fn new(plan: &Code) -> Self {
        let values = vec![plan.as_str().into()];
        Self { with: String::new(), sql: "request.plan = $1".into(), values, few: false }
    }

    fn put(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    pub fn and(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }

    fn is(&mut self, column: &str, value: &str) {
        let place = self.put(value);
        self.and(&format!("{column} = {place}"));
    }

    fn one_of<'a>(&mut self, column: &str, values: impl Iterator<Item = &'a str>) {
        let values: Vec<&str> = values.collect();
        if values.is_empty() {
            return;
        }
        let places = places(self.values.len(), values.len());
        self.values.extend(values.iter().cycle().take(places.len()).map(|value| Value::from(*value)));
        self.and(&format!("{column} IN ({})", places.join(", ")));
    }

    fn none_of(&mut self, column: &str, values: &[Code]) {
        if values.is_empty() {
            return;
        }
        let places: Vec<String> = values.iter().map(|value| self.put(value.as_str())).collect();
        self.and(&format!("{column} NOT IN ({})", places.join(", ")));
    }

    /// Only what everybody may read. By its place nobody finds what is not shown where it is.
    fn publicly(&mut self, publicly: &Publicly, order: RequestOrder, by_place: bool) {
        // In the order in which they came in there is an index of what is shown, which SQLite finds by the first of two
        // terms only; in the order in which they moved there is another. Few are looked for by neither.
        self.and(match order {
            _ if self.few => "shown + 0 = 1",
            RequestOrder::Moved => "shown = 1",
            RequestOrder::Received | RequestOrder::Due => "shown > 0 AND shown = 1",
        });
        self.none_of("category", &publicly.hidden);
        if by_place {
            self.none_of("category", &publicly.blurred);
            self.and("address NOT LIKE '%***%'");
        }
    }

    pub fn params(&self) -> Vec<Param<'_>> {
        self.values.iter().map(Value::param).collect()
    }

    pub fn of(plan: &Code, query: &RequestQuery, made: For) -> Self {
        let mut out = Self::new(plan);
        out.one_of("state", query.states.iter().map(|state| state.as_str()));
        if query.desk {
            out.one_of("state", DESK.iter().map(|state| state.as_str()));
            out.and("(state <> 'reopened' OR lead_unit = '')");
        }
        out.few |= made.few;
        out.one_of("request.code", query.codes.iter().map(Code::as_str));
        out.one_of("category", query.categories.iter().map(Code::as_str));
        out.one_of("area", query.areas.iter().map(Code::as_str));
        let words = [
            ("kind", query.kind.map(|kind| kind.as_str())),
            ("channel", query.channel.map(|channel| channel.as_str())),
            ("lead_unit", query.unit.as_ref().map(Code::as_str)),
        ];
        for (column, value) in words {
            if let Some(value) = value {
                out.is(column, value);
            }
        }
        for (column, of) in [("master", &query.master), ("parent", &query.parent)] {
            if let Some(of) = of {
                out.is(column, of.as_str());
                // For the index of those that have one.
                out.and(&format!("{column} <> ''"));
                out.few = true;
            }
        }
        out.few |= !query.codes.is_empty();
        if let Some(from) = query.received_from {
            let from = out.put(moment(from));
            out.and(&format!("received >= {from}"));
        }
        if let Some(to) = query.received_to {
            let to = out.put(moment(to));
            out.and(&format!("received <= {to}"));
        }
        if let Some(from) = query.moved_from {
            let from = out.put(moment(from));
            out.and(&format!("since >= {from}"));
        }
        if let Some(to) = query.moved_to {
            let to = out.put(moment(to));
            out.and(&format!("since <= {to}"));
        }
        if let Some((point, metres)) = query.near {
            out.near(point, metres, made.crowded);
        }
        if let Some((south_west, north_east)) = query.within {
            let edges =
                [south_west.longitude, north_east.longitude, south_west.latitude, north_east.latitude];
            let [west, east, south, north] = edges.map(|edge| out.put(i64::from(edge)));
            out.in_cells(&cells_within(south_west, north_east), made.crowded);
            out.and(&format!("longitude BETWEEN {west} AND {east} AND latitude BETWEEN {south} AND {north}"));
        }
        if let Some(now) = query.late_at {
            let now = out.put(moment(now));
            out.and(&format!(
                "due <> '' AND due < {now} AND state NOT IN ('waiting_for_resident', 'on_the_books')"
            ));
        }
        if let Some(link) = &query.link {
            let (kind, code) = (out.put(link.kind().as_str()), out.put(link.code().as_str()));
            out.and(&format!(
                "request.code IN (SELECT request FROM request_link WHERE plan = $1 AND to_kind = {kind} AND \
                 to_code = {code})"
            ));
            out.few = true;
        }
        if let Some(publicly) = &query.published {
            out.publicly(publicly, made.order, query.near.is_some() || query.within.is_some());
        }
        if query.asks {
            // Few wait so at a time, and each only until somebody has decided.
            out.and("request.code IN (SELECT request FROM request_ask WHERE plan = $1)");
            out.few = true;
        }
        if query.unlooked {
            out.and("shown > 0 AND shown = 2");
        }
        if let Some(rate) = &query.rate {
            out.rate(rate);
        }
        let wanted = Pieces::of(&query.text);
        if !wanted.is_empty() {
            out.hits(query, &wanted, made.postgres);
            if let Some(publicly) = &query.published {
                out.said_publicly(&query.text, publicly);
            }
        }
        out
    }

    /// Only the newest of a plan's requests whose texts have all pieces. One more than are wanted tells whether there
    /// are more, whatever else is asked.
    fn hits(&mut self, query: &RequestQuery, wanted: &Pieces, postgres: bool) {
        // What everybody may read lies apart: there may be little of it among much that nobody may.
        let table = if query.published.is_some() { SHOWN_PIECES } else { PIECES };
        let found = if postgres {
            let query = self.put(wanted.quoted('\'', " & "));
            format!("pieces @@ CAST(CAST({query} AS TEXT) AS tsquery)")
        } else {
            let query = self.put(wanted.quoted('"', " AND "));
            format!("{table} MATCH {query}")
        };
        let hidden = query.published.iter().flat_map(|publicly| &publicly.hidden);
        let hidden: Vec<String> = hidden.map(|code| self.put(code.as_str())).collect();
        let shown = if hidden.is_empty() {
            String::new()
        } else {
            format!(" AND one.category NOT IN ({})", hidden.join(", "))
        };
        // Texts of all plans lie together: the others' take nobody's place. What is found comes first: SQLite would walk
        // through all requests of the plan otherwise.
        self.with = format!(
            "WITH hits (hit) AS MATERIALIZED (SELECT one.id FROM (SELECT rowid AS hit FROM {table} WHERE {found} \
             ORDER BY rowid DESC LIMIT {LOOKED_MOST}) AS looked CROSS JOIN request AS one \
             WHERE one.id = looked.hit AND one.plan = $1{shown} ORDER BY looked.hit DESC LIMIT {}) ",
            HITS_MOST + 1
        );
        self.and("request.id = hits.hit");
    }

    /// What rows are taken from. The hits come first: they are few, whatever index the rest would have.
    pub fn from(&self) -> &'static str {
        if self.with.is_empty() { "request" } else { "hits CROSS JOIN request" }
    }

    /// How many texts have what is looked for, for a row of the statement.
    pub fn hits_counted(&self) -> &'static str {
        if self.with.is_empty() { "CAST(0 AS BIGINT)" } else { "(SELECT COUNT(*) FROM hits)" }
    }

    /// Of requests that are not shown where they are, only those whose own words say what is looked for: their
    /// addresses are found by the same pieces.
    fn said_publicly(&mut self, text: &str, publicly: &Publicly) {
        let lower = text.to_lowercase();
        let words = lower.split(|sign: char| !sign.is_alphanumeric() && sign != '-');
        let words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let own =
            "lower(request.title || ' ' || request.body || ' ' || request.code || ' ' || request.number)";
        let said: Vec<String> = words
            .into_iter()
            .map(|word| format!("replace({own}, {}, '') <> {own}", self.put(word)))
            .collect();
        if said.is_empty() {
            return;
        }
        let blurred: Vec<String> = publicly.blurred.iter().map(|code| self.put(code.as_str())).collect();
        let exact = match blurred.is_empty() {
            true => String::new(),
            false => format!("category NOT IN ({}) AND ", blurred.join(", ")),
        };
        self.and(&format!("(({exact}address NOT LIKE '%***%') OR ({}))", said.join(" AND ")));
    }

    /// Within some metres of a point: by cells first, then by distance on a plane that lies on it.
    fn near(&mut self, point: Point, metres: u32, crowded: bool) {
        self.in_cells(&cells(point, metres), crowded);
        // A degree of longitude against one of latitude, in thousandths; a millionth of a degree is 0.111 m.
        let narrow = ((f64::from(point.latitude) / 1e6).to_radians().cos() * 1_000.0).round() as i64;
        let reach = (f64::from(metres) / 0.111_195 * 1_000.0).round() as i64;
        let [longitude, latitude] = [point.longitude, point.latitude].map(|at| self.put(i64::from(at)));
        let (narrow, reach) = (self.put(narrow), self.put(reach * reach));
        let east = format!("((longitude - {longitude}) * {narrow})");
        let north = format!("((latitude - {latitude}) * 1000)");
        self.and(&format!("{east} * {east} + {north} * {north} <= {reach}"));
    }

    /// In some stretches of cells. Few cells are named each by itself: of several stretches SQLite would use none for its
    /// index. Where many requests lie in them they are no way to what is asked for.
    pub fn in_cells(&mut self, cells: &[(i64, i64)], crowded: bool) {
        let number = number_of(cells);
        if number == 0 {
            return self.and("1 = 0");
        }
        if crowded || number > FEW_CELLS {
            let ranges: Vec<String> = cells
                .iter()
                .map(|(from, to)| format!("cell + 0 BETWEEN {} AND {}", self.put(*from), self.put(*to)))
                .collect();
            return self.and(&format!("({})", ranges.join(" OR ")));
        }
        let each: Vec<i64> = cells.iter().flat_map(|(from, to)| *from..=*to).collect();
        let places = places(self.values.len(), each.len());
        self.values.extend(each.iter().cycle().take(places.len()).map(|cell| Value::from(*cell)));
        self.and(&format!("cell > 0 AND cell IN ({})", places.join(", ")));
        self.few = true;
    }

    fn rate(&mut self, rate: &RateQuery) {
        let (from, to) = (self.put(rate.from.to_string()), self.put(rate.to.to_string()));
        self.and(&format!("rate_due <> '' AND rate_due >= {from} AND rate_due <= {to}"));
        match &rate.group {
            RateGroup::All => {}
            RateGroup::Unit(unit) => self.is("rate_unit", unit.as_str()),
            RateGroup::Category(category) => self.is("category", category.as_ref().map_or("", Code::as_str)),
            RateGroup::Areas(areas) if areas.is_empty() => self.and("1 = 0"),
            RateGroup::Areas(areas) => self.one_of("area", areas.iter().map(Code::as_str)),
            RateGroup::OutsideAreas(areas) => self.none_of("area", areas),
        }
        if let Some(part) = rate.side.part() {
            self.and(&format!("(excluded & {}) = 0", RateParts::of([part]).bits()));
        }
        let unreached = rate.by.unreached == Unreached::CountAsNo;
        match rate.side {
            RateSide::Due => {}
            RateSide::Excluded => self.and(&format!("excluded = {}", RateParts::ALL.bits())),
            RateSide::PartlyExcluded => {
                self.and(&format!("excluded > 0 AND excluded < {}", RateParts::ALL.bits()));
            }
            RateSide::InTime => self.and("in_time = 1"),
            RateSide::NotInTime => self.and("in_time = 0"),
            RateSide::Solved => self.and("solved IN ('yes', 'partly')"),
            RateSide::NotSolved if unreached => self.and("solved NOT IN ('yes', 'partly')"),
            RateSide::NotSolved => self.and("solved = 'no'"),
            RateSide::Satisfied => self.and(&format!("satisfaction IN ({})", levels(&rate.by.satisfied))),
            RateSide::NotSatisfied => {
                let said = if unreached { "" } else { "satisfaction <> '' AND " };
                self.and(&format!("{said}satisfaction NOT IN ({})", levels(&rate.by.satisfied)));
            }
        }
    }
}

/// Levels as a statement lists them: the words are the program's own. Of none, one that no row has.
fn levels(of: &[Satisfaction]) -> String {
    let words: Vec<String> = of.iter().map(|level| format!("'{}'", level.as_str())).collect();
    if words.is_empty() { "'-'".to_owned() } else { words.join(", ") }
}

/// By what an order goes, and whether the newest come first. `few` are put in order once they are found, by no index.
pub(crate) fn column_of(order: RequestOrder, few: bool) -> (&'static str, bool) {
    match (order, few) {
        (RequestOrder::Received, false) => ("received", true),
        (RequestOrder::Received, true) => ("(received || '')", true),
        (RequestOrder::Due, false) => ("due", false),
        (RequestOrder::Due, true) => ("(due || '')", false),
        (RequestOrder::Moved, false) => ("since", true),
        (RequestOrder::Moved, true) => ("(since || '')", true),
    }
}

/// The statement of a page, with one row more than the page has.
pub(crate) fn page(plan: &Code, query: &RequestQuery, paging: &RequestPaging, made: For) -> (String, Where) {
    let RequestPaging { order, after, skip, limit } = paging;
    let mut wanted = Where::of(plan, query, made);
    let (column, descending) = column_of(*order, wanted.few);
    if *order == RequestOrder::Due {
        wanted.and("due <> ''");
    }
    let (sign, direction) = if descending { ("<", "DESC") } else { (">", "ASC") };
    if let Some(after) = after {
        let (key, code) = (wanted.put(&*after.key), wanted.put(after.code.as_str()));
        wanted.and(&format!(
            "{column} {sign}= {key} AND ({column} {sign} {key} OR request.code {sign} {code})"
        ));
    }
    let (most, from) = (wanted.put(*limit as i64 + 1), wanted.put(*skip as i64));
    let sql = format!(
        "{}SELECT {COLUMNS} FROM {} WHERE {} ORDER BY {column} {direction}, request.code {direction} \
         LIMIT {most} OFFSET {from}",
        wanted.with,
        wanted.from(),
        wanted.sql
    );
    (sql, wanted)
}

/// The cells around a point, as far as those reach that are looked up one by one.
fn few_cells(point: Point, metres: u32) -> Vec<(i64, i64)> {
    let mut metres = metres;
    loop {
        let cells = cells(point, metres);
        if number_of(&cells) <= FEW_CELLS || metres == 0 {
            return cells;
        }
        metres = metres / 4 * 3;
    }
}

/// The statement of the newest open requests around a point, or in an area. Around a point they are looked up in their
/// cells, however many lie there: the open ones may be few, and walking through all to meet them would know no end. In
/// an area the newest are looked through.
pub(crate) fn around(
    plan: &Code,
    (point, metres): (Option<Point>, u32),
    area: Option<&Code>,
    published: Option<&Publicly>,
    limit: usize,
) -> Option<(String, Where)> {
    let mut wanted = Where::new(plan);
    let from = match (point, area) {
        (Some(point), _) => {
            wanted.in_cells(&few_cells(point, metres), false);
            "request".to_owned()
        }
        (None, Some(area)) => {
            let area = wanted.put(area.as_str());
            wanted.and("request.id = looked.newest");
            wanted.few = true;
            // Joined so, SQLite looks each of them up, and nothing else.
            format!(
                "(SELECT id AS newest FROM request WHERE plan = $1 AND area = {area} \
                 ORDER BY received DESC, code DESC LIMIT {AREA_MOST}) AS looked CROSS JOIN request"
            )
        }
        (None, None) => return None,
    };
    wanted.and("due > '' AND master = ''");
    if let Some(publicly) = published {
        wanted.publicly(publicly, RequestOrder::Received, point.is_some());
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM {from} WHERE {} ORDER BY {} DESC, request.code DESC LIMIT {limit}",
        wanted.sql,
        column_of(RequestOrder::Received, wanted.few).0
    );
    Some((sql, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use domain::item::Target;
    use jiff::civil::date;
    use scratch::Scratch;

    /// How SQLite goes about a page, in the words of its own explanation.
    fn steps(database: &Database, query: &RequestQuery, order: RequestOrder, crowded: bool) -> Vec<String> {
        let plan = Code::new("p").unwrap();
        let paging = RequestPaging { order, after: None, skip: 0, limit: 20 };
        explained(database, &page(&plan, query, &paging, For { order, crowded, ..For::default() }))
    }

    fn explained(database: &Database, (sql, wanted): &(String, Where)) -> Vec<String> {
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        database.read(|c| c.rows(&sql, &wanted.params(), |row| Ok(row.text(3)?.to_owned()))).unwrap()
    }

    #[test]
    fn what_is_open_around_a_point_is_looked_up_in_its_cells() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let plan = Code::new("p").unwrap();
        let point = Point { longitude: 116_300_000, latitude: 40_050_000 };
        let publicly = Publicly::default();
        for published in [None, Some(&publicly)] {
            for metres in [0, 500, 4_000, u32::MAX] {
                let made = around(&plan, (Some(point), metres), None, published, 20).unwrap();
                let steps = explained(&database, &made);
                let by_cell =
                    steps.iter().any(|step| step.contains("request_near (plan=? AND cell=? AND due>?)"));
                assert!(
                    by_cell && !steps.iter().any(|step| step.contains("SCAN request")),
                    "{metres} {steps:?}"
                );
            }
            let made = around(&plan, (None, 0), Some(&plan), published, 20).unwrap();
            let steps = explained(&database, &made);
            let has = |wanted: &str| steps.iter().any(|step| step.contains(wanted));
            assert!(has("request_by_area (plan=? AND area=?)") && has("PRIMARY KEY (rowid=?)"), "{steps:?}");
        }
    }

    #[test]
    fn what_waits_for_the_office_above_is_looked_up_one_by_one() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let query = RequestQuery { asks: true, ..RequestQuery::default() };
        for order in [RequestOrder::Received, RequestOrder::Due] {
            let steps = steps(&database, &query, order, false);
            let by_code = |step: &String| step.contains("request_by_code (plan=? AND code=?)");
            assert!(steps.iter().any(by_code), "{steps:?}");
        }
    }

    #[test]
    fn sqlite_looks_up_what_is_found_and_walks_through_nothing() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let publicly = Publicly { hidden: vec![Code::new("secret").unwrap()], ..Publicly::default() };
        for published in [None, Some(publicly)] {
            let query = RequestQuery { text: "路灯".into(), published, ..RequestQuery::default() };
            let steps = steps(&database, &query, RequestOrder::Received, false);
            let by_number = "USING INTEGER PRIMARY KEY (rowid=?)";
            let of_requests: Vec<&String> = steps
                .iter()
                .filter(|step| step.contains(" one ") || step.contains("request USING"))
                .collect();
            assert_eq!(of_requests.len(), 2, "{steps:?}");
            assert!(of_requests.iter().all(|step| step.ends_with(by_number)), "{steps:?}");
            assert!(!steps.iter().any(|step| step.contains("AUTOMATIC")), "{steps:?}");
        }
    }

    #[test]
    fn sqlite_looks_up_the_few_that_are_named_and_walks_through_the_rest_in_their_order() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let code = |text: &str| Code::new(text).unwrap();
        let none = RequestQuery::default;
        let corner = |longitude, latitude| Point { longitude, latitude };
        let town = corner(116_300_000, 40_050_000);
        let publicly = || Some(Publicly::default());
        let day = date(2026, 1, 1).at(0, 0, 0, 0);
        let asked = [
            (none(), "request_by_received (plan=?)"),
            (RequestQuery { areas: vec![code("a")], ..none() }, "request_by_area (plan=? AND area=?)"),
            (RequestQuery { unit: Some(code("u")), ..none() }, "request_by_unit (plan=? AND lead_unit=?)"),
            (
                RequestQuery { received_from: Some(day), ..none() },
                "request_by_received (plan=? AND received>?)",
            ),
            (RequestQuery { published: publicly(), ..none() }, "request_shown (plan=? AND shown=?)"),
            (
                RequestQuery { codes: vec![code("1"), code("2")], ..none() },
                "request_by_code (plan=? AND code=?)",
            ),
            (RequestQuery { master: Some(code("1")), ..none() }, "request_by_master (plan=? AND master=?)"),
            (RequestQuery { parent: Some(code("1")), ..none() }, "request_by_parent (plan=? AND parent=?)"),
            (
                RequestQuery { link: Some(Target::Project(code("x"))), published: publicly(), ..none() },
                "request_by_code (plan=? AND code=?)",
            ),
            (
                RequestQuery { near: Some((town, 500)), published: publicly(), ..none() },
                "request_near (plan=? AND cell=?)",
            ),
            (
                RequestQuery {
                    within: Some((town, corner(116_320_000, 40_060_000))),
                    published: publicly(),
                    ..none()
                },
                "request_near (plan=? AND cell=?)",
            ),
            (
                RequestQuery {
                    within: Some((town, corner(117_300_000, 41_050_000))),
                    published: publicly(),
                    ..none()
                },
                "request_shown (plan=? AND shown=?)",
            ),
        ];
        for (query, by) in asked {
            let steps = steps(&database, &query, RequestOrder::Received, false);
            let own = |step: &&String| step.starts_with("SEARCH request ") || step.contains("SCAN request");
            let own: Vec<&String> = steps.iter().filter(own).collect();
            assert!(own.len() == 1 && own[0].contains(by), "{by}: {steps:?}");
        }
        // Where many lie, the newest are walked through until enough of them were there.
        for (published, by) in
            [(None, "request_by_received (plan=?)"), (publicly(), "request_shown (plan=? AND shown=?)")]
        {
            let query = RequestQuery { near: Some((town, 500)), published, ..none() };
            let steps = steps(&database, &query, RequestOrder::Received, true);
            assert!(steps.len() == 1 && steps[0].contains(by), "{by}: {steps:?}");
        }
        // Of several states, too; where few are in them, they are looked up.
        let paging = RequestPaging { order: RequestOrder::Received, after: None, skip: 0, limit: 20 };
        let open = RequestQuery { states: vec![RequestState::Received, RequestState::Assigned], ..none() };
        for query in [open, RequestQuery { desk: true, ..none() }] {
            for (few, by) in
                [(false, "request_by_received (plan=?)"), (true, "request_by_state (plan=? AND state=?)")]
            {
                let made = page(&code("p"), &query, &paging, For { few, ..For::default() });
                let steps = explained(&database, &made);
                assert!(steps[0].contains(by), "{by}: {steps:?}");
            }
        }
        let moved = RequestQuery { published: publicly(), ..none() };
        let steps = steps(&database, &moved, RequestOrder::Moved, false);
        assert!(steps.iter().any(|step| step.contains("request_shown_since")), "{steps:?}");
    }
}
