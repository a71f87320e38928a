//! RSS and Atom. Names are known by the prefixes that everybody writes; those of other namespaces are passed over.

use jiff::tz::TimeZone;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Feed, FeedError, FeedItem, ITEMS_MOST, TEXT_MOST, cut, moment, of_html};

/// Deepest nesting: HTML that is written as elements is deep.
const DEPTH_MOST: usize = 256;

struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
    /// The prefix of the root's own names, with its colon.
    prefix: String,
}

/// What comes next inside an element.
enum Next<'a> {
    Child(BytesStart<'a>, bool),
    End,
}

fn broken(error: impl std::fmt::Display) -> FeedError {
    FeedError::Broken(error.to_string())
}

/// The text of a reference to a character. What names none stays as it is written: nothing that the file declares itself
/// is expanded, and HTML has names of its own.
fn resolved(reference: &BytesRef, out: &mut String) {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        out.push(c);
        return;
    }
    let name: &str = reference;
    match name {
        "amp" => out.push('&'),
        "lt" => out.push('<'),
        "gt" => out.push('>'),
        "quot" => out.push('"'),
        "apos" => out.push('\''),
        _ => {
            out.push('&');
            out.push_str(name);
            out.push(';');
        }
    }
}

impl<'a> Xml<'a> {
    fn enter(&mut self) -> Result<(), FeedError> {
        self.depth += 1;
        if self.depth > DEPTH_MOST { Err(FeedError::TooDeep) } else { Ok(()) }
    }

    fn event(&mut self) -> Result<Event<'a>, FeedError> {
        let event = self.reader.read_event().map_err(broken)?;
        match &event {
            Event::Start(_) => self.enter()?,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof => return Err(broken("it ends in the middle")),
            _ => {}
        }
        Ok(event)
    }

    /// The next child of the element it is in, or its end.
    fn next(&mut self) -> Result<Next<'a>, FeedError> {
        loop {
            match self.event()? {
                Event::Start(start) => return Ok(Next::Child(start, false)),
                Event::Empty(start) => return Ok(Next::Child(start, true)),
                Event::End(_) => return Ok(Next::End),
                _ => {}
            }
        }
    }

    /// Passes over the rest of the element it is in.
    fn skip(&mut self) -> Result<(), FeedError> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.event()?;
        }
        Ok(())
    }

    /// The text of the element it is in, up to its end; elements in it become tags of HTML where they are wanted.
    fn text(&mut self, tags: bool) -> Result<String, FeedError> {
        let outside = self.depth.saturating_sub(1);
        let mut out = String::new();
        while self.depth > outside {
            let full = out.len() > TEXT_MOST * 4;
            match self.event()? {
                _ if full => {}
                Event::Text(part) if tags => out.push_str(&part.replace('<', "&lt;")),
                Event::Text(part) => out.push_str(&part),
                Event::CData(part) if tags => out.push_str(&part.replace('<', "&lt;")),
                Event::CData(part) => out.push_str(&part),
                // Signs that stand for themselves must not become tags.
                Event::GeneralRef(part) if tags => {
                    let name: &str = &part;
                    out.push_str(&format!("&{name};"));
                }
                Event::GeneralRef(part) => resolved(&part, &mut out),
                Event::Start(start) if tags => out.push_str(&format!("<{}>", start.local_name().as_ref())),
                Event::Empty(start) if tags => out.push_str(&format!("<{}/>", start.local_name().as_ref())),
                Event::End(end) if tags && self.depth > outside => {
                    out.push_str(&format!("</{}>", end.local_name().as_ref()));
                }
                _ => {}
            }
        }
        Ok(out)
    }

    fn name(&self, start: &BytesStart) -> String {
        let name = start.name().as_ref().to_owned();
        name.strip_prefix(&self.prefix).map(str::to_owned).unwrap_or(name)
    }
}

fn attribute(start: &BytesStart, name: &str) -> Option<String> {
    let held = start.attributes().flatten().find(|held| held.key.as_ref() == name)?;
    let said = quick_xml::escape::unescape(&held.value).map_or_else(|_| held.value.to_string(), Into::into);
    Some(cut(said))
}

/// `latitude longitude`, by a blank or a comma.
fn point(text: &str) -> Option<(f64, f64)> {
    let numbers: Vec<f64> = text
        .split([' ', ',', '\n', '\t'])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let [latitude, longitude] = numbers[..] else { return None };
    Some((longitude, latitude))
}

pub(super) fn read(text: &str, zone: &TimeZone) -> Result<Feed, FeedError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().trim_text(false);
    let mut xml = Xml { reader, depth: 0, prefix: String::new() };
    let root = loop {
        match xml.reader.read_event().map_err(broken)? {
            Event::Start(start) => break start,
            Event::Empty(_) | Event::Eof => return Err(FeedError::NoFeed),
            _ => {}
        }
    };
    xml.depth = 1;
    let mut feed = Feed::default();
    match root.local_name().as_ref() {
        "feed" => {
            let name = root.name().as_ref().to_owned();
            xml.prefix = name.strip_suffix("feed").unwrap_or_default().to_owned();
            atom(&mut xml, &mut feed, zone)?;
        }
        // Older ones have their items beside the channel.
        "rss" | "RDF" => rss(&mut xml, &mut feed, zone)?,
        _ => return Err(FeedError::NoFeed),
    }
    Ok(feed)
}

fn rss(xml: &mut Xml, feed: &mut Feed, zone: &TimeZone) -> Result<(), FeedError> {
    while let Next::Child(start, empty) = xml.next()? {
        match (xml.name(&start).as_str(), empty) {
            (_, true) => {}
            ("channel", _) => rss(xml, feed, zone)?,
            ("title", _) => feed.title = of_html(&xml.text(false)?),
            ("item", _) if feed.items.len() >= ITEMS_MOST => {
                feed.left_out += 1;
                xml.skip()?;
            }
            ("item", _) => {
                let item = item(xml, zone)?;
                feed.items.push(item);
            }
            _ => xml.skip()?,
        }
    }
    Ok(())
}

fn item(xml: &mut Xml, zone: &TimeZone) -> Result<FeedItem, FeedError> {
    let mut item = FeedItem::default();
    let (mut short, mut latitude, mut longitude) = (String::new(), None, None);
    while let Next::Child(start, empty) = xml.next()? {
        if empty {
            continue;
        }
        let name = xml.name(&start);
        match name.as_str() {
            "title" => item.title = of_html(&xml.text(false)?),
            "link" => item.link = cut(xml.text(false)?.trim().to_owned()),
            "guid" => item.id = cut(xml.text(false)?.trim().to_owned()),
            "description" => short = of_html(&xml.text(false)?),
            "content:encoded" => item.text = of_html(&xml.text(false)?),
            "author" | "dc:creator" => {
                let said = of_html(&xml.text(false)?);
                if !said.is_empty() {
                    item.author = said;
                }
            }
            "pubDate" | "dc:date" => {
                let said = xml.text(false)?;
                item.at = item.at.or_else(|| moment(&said, zone));
            }
            "category" | "dc:subject" if item.categories.len() < 20 => {
                item.categories.push(of_html(&xml.text(false)?));
            }
            "georss:point" => item.place = point(&xml.text(false)?),
            "geo:lat" => latitude = xml.text(false)?.trim().parse::<f64>().ok(),
            "geo:long" => longitude = xml.text(false)?.trim().parse::<f64>().ok(),
            _ => xml.skip()?,
        }
    }
    if item.text.is_empty() {
        item.text = short;
    }
    item.place = item.place.or_else(|| longitude.zip(latitude));
    Ok(item)
}

fn atom(xml: &mut Xml, feed: &mut Feed, zone: &TimeZone) -> Result<(), FeedError> {
    while let Next::Child(start, empty) = xml.next()? {
        match (xml.name(&start).as_str(), empty) {
            (_, true) => {}
            ("title", _) => feed.title = said(xml, &start)?,
            ("entry", _) if feed.items.len() >= ITEMS_MOST => {
                feed.left_out += 1;
                xml.skip()?;
            }
            ("entry", _) => {
                let item = entry(xml, zone)?;
                feed.items.push(item);
            }
            _ => xml.skip()?,
        }
    }
    // The author of the feed publishes what others wrote: a post without an author of its own has none.
    Ok(())
}

fn entry(xml: &mut Xml, zone: &TimeZone) -> Result<FeedItem, FeedError> {
    let mut item = FeedItem::default();
    let (mut short, mut updated) = (String::new(), None);
    while let Next::Child(start, empty) = xml.next()? {
        let name = xml.name(&start);
        match name.as_str() {
            "link" => {
                let rel = attribute(&start, "rel");
                if rel.is_none_or(|rel| rel == "alternate") && item.link.is_empty() {
                    item.link = attribute(&start, "href").unwrap_or_default();
                }
            }
            "category" if item.categories.len() < 20 => {
                let label = attribute(&start, "label").or_else(|| attribute(&start, "term"));
                item.categories.extend(label);
            }
            _ => {}
        }
        if empty {
            continue;
        }
        match name.as_str() {
            "id" => item.id = cut(xml.text(false)?.trim().to_owned()),
            "title" => item.title = said(xml, &start)?,
            "summary" => short = said(xml, &start)?,
            "content" => item.text = said(xml, &start)?,
            "author" => {
                let said = named(xml)?;
                if item.author.is_empty() {
                    item.author = said;
                }
            }
            "published" => item.at = moment(&xml.text(false)?, zone),
            "updated" => updated = moment(&xml.text(false)?, zone),
            "georss:point" => item.place = point(&xml.text(false)?),
            _ => xml.skip()?,
        }
    }
    if item.text.is_empty() {
        item.text = short;
    }
    item.at = item.at.or(updated);
    Ok(item)
}

/// Text of any of Atom's kinds.
fn said(xml: &mut Xml, start: &BytesStart) -> Result<String, FeedError> {
    let kind = attribute(start, "type").unwrap_or_default();
    Ok(match kind.as_str() {
        "xhtml" => of_html(&xml.text(true)?),
        "html" | "text/html" => of_html(&xml.text(false)?),
        _ => cut(xml.text(false)?.trim().to_owned()),
    })
}

/// The name of a person.
fn named(xml: &mut Xml) -> Result<String, FeedError> {
    let mut name = String::new();
    while let Next::Child(start, empty) = xml.next()? {
        match (xml.name(&start).as_str(), empty) {
            (_, true) => {}
            ("name", _) => name = cut(xml.text(false)?.trim().to_owned()),
            _ => xml.skip()?,
        }
    }
    Ok(name)
}
