//! Feeds of published requests: what a reader's program shows of an area, a category, or the surroundings of a point,
//! without anybody leaving an address.

use app::read::Asked;
use app::request::RequestPaging;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::request::RequestRow;
use domain::request::query::RequestOrder;
use jiff::Timestamp;
use jiff::civil::DateTime;
use words::Lang;

use super::asking::publicly_asked;
use super::choices::{area_name, category_name, excerpt, place, unit_name};
use super::list::address;
use super::open::known_version;
use crate::PagesState;
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::notice::site;
use crate::visit::Visit;
use crate::words_of::word;

/// The requests of one feed: those that moved last.
const ENTRIES: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Atom,
    Rss,
}

struct Entry {
    id: String,
    title: String,
    text: String,
    category: String,
    published: Timestamp,
    updated: Timestamp,
}

/// A text between tags: XML has no control characters, and browsers' own readers no half-written tags.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

struct Feed {
    title: String,
    /// The page of the same, and the feed itself.
    page: String,
    here: String,
    updated: Timestamp,
    lang: Lang,
    entries: Vec<Entry>,
}

impl Feed {
    fn atom(&self) -> String {
        let entries: String = self
            .entries
            .iter()
            .map(|it| {
                format!(
                    "<entry><id>{id}</id><title>{}</title><link href=\"{id}\"/><published>{}</published>\
                     <updated>{}</updated><category term=\"{}\"/><content type=\"text\">{}</content></entry>\n",
                    xml(&it.title),
                    it.published,
                    it.updated,
                    xml(&it.category),
                    xml(&it.text),
                    id = xml(&it.id),
                )
            })
            .collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" \
             xml:lang=\"{}\"><id>{here}</id><title>{title}</title><updated>{}</updated>\
             <link rel=\"self\" type=\"application/atom+xml\" href=\"{here}\"/><link href=\"{}\"/>\
             <author><name>{title}</name></author>\n{entries}</feed>\n",
            self.lang.tag(),
            self.updated,
            xml(&self.page),
            here = xml(&self.here),
            title = xml(&self.title),
        )
    }

    fn rss(&self) -> String {
        let day = |at: Timestamp| at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
        let entries: String = self
            .entries
            .iter()
            .map(|it| {
                format!(
                    "<item><guid isPermaLink=\"true\">{id}</guid><title>{}</title><link>{id}</link>\
                     <pubDate>{}</pubDate><category>{}</category><description>{}</description></item>\n",
                    xml(&it.title),
                    day(it.updated),
                    xml(&it.category),
                    xml(&it.text),
                    id = xml(&it.id),
                )
            })
            .collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" \
             xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>{title}</title><link>{}</link>\
             <description>{title}</description><language>{}</language><lastBuildDate>{}</lastBuildDate>\
             <atom:link rel=\"self\" type=\"application/rss+xml\" href=\"{}\"/>\n{entries}</channel></rss>\n",
            xml(&self.page),
            self.lang.tag(),
            day(self.updated),
            xml(&self.here),
            title = xml(&self.title),
        )
    }
}

pub async fn atom(
    state: State<PagesState>,
    visit: Visit,
    plan: Path<String>,
    query: Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    feed(state, visit, plan, query, headers, Form::Atom).await
}

pub async fn rss(
    state: State<PagesState>,
    visit: Visit,
    plan: Path<String>,
    query: Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    feed(state, visit, plan, query, headers, Form::Rss).await
}

async fn feed(
    State(state): State<PagesState>,
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let typed = Typed(query);
    // A feed's reader has no cookies: the language may stand in its address.
    let lang = Lang::parse(typed.get("language")).unwrap_or(visit.lang);
    let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
    let wanted = publicly_asked(&typed, &portfolio, visit.app.wall());
    let conditions = address(&typed, &[]);
    let site = site(&headers, state.secure_cookies);
    let (mut head, known) =
        known_version(&visit, &plan, &headers, &format!("{form:?} {site} {lang:?} {plan} {conditions}"))
            .await?;
    let kind = match form {
        Form::Atom => "application/atom+xml; charset=utf-8",
        Form::Rss => "application/rss+xml; charset=utf-8",
    };
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if known {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    let paging = RequestPaging { order: RequestOrder::Moved, limit: ENTRIES, ..RequestPaging::default() };
    let found = visit.app.public_requests(&plan, &wanted, &paging).await?;
    let zone = visit.app.clock().zone().clone();
    let moment = |at: DateTime| zone.to_timestamp(at).unwrap_or(Timestamp::UNIX_EPOCH);
    let entry = |row: &RequestRow| {
        let said = [
            excerpt(&row.text, 1_000),
            place(&portfolio, row.area.as_ref(), &row.address, lang),
            unit_name(&portfolio, row.lead_unit.as_ref(), lang),
        ];
        Entry {
            id: format!("{site}/p/{plan}/voices/{}", row.code),
            title: format!("{} · {}", row.title, word(lang, "request-state", row.state.as_str())),
            text: said.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("\n"),
            category: category_name(&portfolio, row.category.as_ref(), lang),
            published: moment(row.received),
            updated: moment(row.since),
        }
    };
    let entries: Vec<Entry> = found.rows.iter().map(entry).collect();
    let mut title = vec![portfolio.plan.name.get(lang.is_english()).to_owned()];
    title.push(words::text(lang, "voices-title").into_owned());
    let code = |name: &str| Code::new(typed.get(name)).ok();
    title.push(area_name(&portfolio, code("area").as_ref(), lang));
    title.push(category_name(&portfolio, code("category").as_ref(), lang));
    title.push(typed.get("q").to_owned());
    title.retain(|part| !part.is_empty());
    let with = |path: &str| match conditions.as_str() {
        "" => format!("{site}/p/{plan}/{path}"),
        some => format!("{site}/p/{plan}/{path}?{some}"),
    };
    let feed = Feed {
        title: title.join(" · "),
        page: with("voices"),
        here: with(if form == Form::Atom { "voices.atom" } else { "voices.rss" }),
        updated: entries.iter().map(|it| it.updated).max().unwrap_or(Timestamp::UNIX_EPOCH),
        lang,
        entries,
    };
    Ok((head, if form == Form::Atom { feed.atom() } else { feed.rss() }).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_its_element() {
        assert_eq!(xml("a<b>&\"\u{8}c\n"), "a&lt;b&gt;&amp;&quot; c\n");
        let entry = Entry {
            id: "http://x/1".into(),
            title: "</title><script>".into(),
            text: "]]>".into(),
            category: "\"".into(),
            published: Timestamp::UNIX_EPOCH,
            updated: Timestamp::UNIX_EPOCH,
        };
        let feed = Feed {
            title: "T".into(),
            page: "http://x/".into(),
            here: "http://x/a?b&c".into(),
            updated: Timestamp::UNIX_EPOCH,
            lang: Lang::En,
            entries: vec![entry],
        };
        for text in [feed.atom(), feed.rss()] {
            assert!(!text.contains("<script>") && text.contains("b&amp;c"), "{text}");
        }
    }
}
