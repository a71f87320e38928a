//! JSON Feed 1.1 (and 1.0, which had one author). Only the members that are known are read, each as the plain text that it
//! is, so that a hostile feed takes no more room than it has bytes.

use std::fmt;

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Feed, FeedError, FeedItem, ITEMS_MOST, cut, moment, of_html};

const TAGS_MOST: usize = 20;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Whole {
    version: Text,
    title: Text,
    items: Items,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    id: Text,
    title: Text,
    content_text: Text,
    content_html: Text,
    summary: Text,
    url: Text,
    external_url: Text,
    date_published: Text,
    date_modified: Text,
    authors: Author,
    author: Author,
    tags: Tags,
}

/// A text, or a number, as programs write for ids; nothing where it is something else.
#[derive(Default)]
struct Text(String);

/// The name of the first author who has one.
#[derive(Default)]
struct Author(String);

#[derive(Default)]
struct Tags(Vec<String>);

/// The first items, and how many there are besides.
#[derive(Default)]
struct Items(Vec<Item>, usize);

fn pass<'de, A: SeqAccess<'de>>(mut list: A) -> Result<usize, A::Error> {
    let mut count = 0;
    while list.next_element::<IgnoredAny>()?.is_some() {
        count += 1;
    }
    Ok(count)
}

fn pass_members<'de, A: MapAccess<'de>>(mut members: A) -> Result<(), A::Error> {
    while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// What is no text, number, list or record says nothing.
macro_rules! nothing_else {
    ($value:ty) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("anything")
        }

        fn visit_bool<E>(self, _: bool) -> Result<$value, E> {
            Ok(<$value>::default())
        }

        fn visit_unit<E>(self) -> Result<$value, E> {
            Ok(<$value>::default())
        }
    };
}

macro_rules! no_text {
    ($value:ty) => {
        fn visit_str<E>(self, _: &str) -> Result<$value, E> {
            Ok(<$value>::default())
        }

        fn visit_i64<E>(self, _: i64) -> Result<$value, E> {
            Ok(<$value>::default())
        }

        fn visit_u64<E>(self, _: u64) -> Result<$value, E> {
            Ok(<$value>::default())
        }

        fn visit_f64<E>(self, _: f64) -> Result<$value, E> {
            Ok(<$value>::default())
        }
    };
}

macro_rules! no_record {
    ($value:ty) => {
        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<$value, A::Error> {
            pass_members(members)?;
            Ok(<$value>::default())
        }
    };
}

struct ReadText;

impl<'de> Visitor<'de> for ReadText {
    type Value = Text;

    nothing_else!(Text);
    no_record!(Text);

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(cut(text.to_owned())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Text, A::Error> {
        pass(list)?;
        Ok(Text::default())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ReadText)
    }
}

struct ReadAuthor;

impl<'de> Visitor<'de> for ReadAuthor {
    type Value = Author;

    nothing_else!(Author);
    no_text!(Author);

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Author, A::Error> {
        let mut name = Text::default();
        while let Some(key) = members.next_key::<Text>()? {
            match key.0.as_str() {
                "name" => name = members.next_value()?,
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Author(name.0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Author, A::Error> {
        let mut first = String::new();
        while first.is_empty() {
            let Some(Author(name)) = list.next_element()? else { return Ok(Author(first)) };
            first = name;
        }
        pass(list)?;
        Ok(Author(first))
    }
}

impl<'de> Deserialize<'de> for Author {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ReadAuthor)
    }
}

struct ReadTags;

impl<'de> Visitor<'de> for ReadTags {
    type Value = Tags;

    nothing_else!(Tags);
    no_text!(Tags);
    no_record!(Tags);

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tags, A::Error> {
        let mut out = Vec::new();
        while out.len() < TAGS_MOST {
            let Some(Text(tag)) = list.next_element()? else { return Ok(Tags(out)) };
            out.push(tag);
        }
        pass(list)?;
        Ok(Tags(out))
    }
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ReadTags)
    }
}

struct ReadItems;

impl<'de> Visitor<'de> for ReadItems {
    type Value = Items;

    nothing_else!(Items);
    no_text!(Items);
    no_record!(Items);

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items, A::Error> {
        let mut out = Vec::new();
        while out.len() < ITEMS_MOST {
            match list.next_element::<ItemOrNone>()? {
                None => return Ok(Items(out, 0)),
                Some(ItemOrNone(item)) => out.extend(item),
            }
        }
        let left_out = pass(list)?;
        Ok(Items(out, left_out))
    }
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ReadItems)
    }
}

/// An item that is no record is none.
#[derive(Default)]
struct ItemOrNone(Option<Item>);

struct ReadItem;

impl<'de> Visitor<'de> for ReadItem {
    type Value = ItemOrNone;

    nothing_else!(ItemOrNone);
    no_text!(ItemOrNone);

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<ItemOrNone, A::Error> {
        Item::deserialize(serde::de::value::MapAccessDeserializer::new(members))
            .map(|it| ItemOrNone(Some(it)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<ItemOrNone, A::Error> {
        pass(list)?;
        Ok(ItemOrNone::default())
    }
}

impl<'de> Deserialize<'de> for ItemOrNone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ReadItem)
    }
}

pub(super) fn read(json: &str, zone: &TimeZone) -> Result<Feed, FeedError> {
    let whole: Whole = serde_json::from_str(json).map_err(|error| FeedError::Broken(error.to_string()))?;
    if !whole.version.0.contains("//jsonfeed.org/version/1") {
        return Err(FeedError::NoFeed);
    }
    let Items(items, left_out) = whole.items;
    let first = |texts: [Text; 2]| {
        let [one, other] = texts.map(|text| text.0);
        if one.trim().is_empty() { other } else { one }
    };
    let items = items.into_iter().map(|item| {
        let said = match (item.content_text.0, item.content_html.0) {
            (plain, html) if plain.trim().is_empty() && !html.is_empty() => of_html(&html),
            (plain, _) => plain,
        };
        FeedItem {
            id: item.id.0,
            title: item.title.0,
            text: if said.trim().is_empty() { item.summary.0 } else { said },
            // Whoever publishes the feed did not write the post.
            author: if item.authors.0.is_empty() { item.author.0 } else { item.authors.0 },
            link: first([item.url, item.external_url]),
            at: [item.date_published, item.date_modified].iter().find_map(|text| moment(&text.0, zone)),
            categories: item.tags.0,
            place: None,
        }
    });
    Ok(Feed { title: whole.title.0, items: items.collect(), left_out })
}
