//! JSON Feed 1.1 (and 1.0, which had one author).

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

use super::{Feed, FeedError, FeedItem, ITEMS_MOST, cut, moment, of_html};

#[derive(Deserialize)]
struct Whole {
    #[serde(default)]
    version: String,
    #[serde(default)]
    title: Value,
    #[serde(default)]
    authors: Value,
    #[serde(default)]
    author: Value,
    #[serde(default)]
    items: Vec<Value>,
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => cut(text.clone()),
        // Programs write numbers for ids.
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn author(authors: &Value, author: &Value) -> String {
    let names = authors.as_array().into_iter().flatten().chain([author]);
    names.map(|held| text(&held["name"])).find(|name| !name.is_empty()).unwrap_or_default()
}

pub(super) fn read(json: &str, zone: &TimeZone) -> Result<Feed, FeedError> {
    let whole: Whole = serde_json::from_str(json).map_err(|error| FeedError::Broken(error.to_string()))?;
    if !whole.version.contains("//jsonfeed.org/version/1") {
        return Err(FeedError::NoFeed);
    }
    let of_feed = author(&whole.authors, &whole.author);
    let left_out = whole.items.len().saturating_sub(ITEMS_MOST);
    let items = whole.items.iter().take(ITEMS_MOST).map(|item| {
        let own = author(&item["authors"], &item["author"]);
        let said = match (text(&item["content_text"]), text(&item["content_html"])) {
            (plain, html) if plain.trim().is_empty() && !html.is_empty() => of_html(&html),
            (plain, _) => plain,
        };
        let link = text(&item["url"]);
        FeedItem {
            id: text(&item["id"]),
            title: text(&item["title"]),
            text: if said.trim().is_empty() { text(&item["summary"]) } else { said },
            author: if own.is_empty() { of_feed.clone() } else { own },
            link: if link.is_empty() { text(&item["external_url"]) } else { link },
            at: ["date_published", "date_modified"].iter().find_map(|name| moment(&text(&item[*name]), zone)),
            categories: item["tags"].as_array().into_iter().flatten().take(20).map(text).collect(),
            place: None,
        }
    });
    Ok(Feed { title: text(&whole.title), items: items.collect(), left_out })
}
