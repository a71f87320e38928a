//! Feeds as forums publish what was posted: JSON Feed 1.1, RSS 2.0 (also 1.0 and older) and Atom 1.0, in any of the
//! encodings in which they are really written. Hostile ones stay within bounds: nothing is expanded, fetched or nested
//! without end.

mod json;
mod xml;

use encoding_rs::{Encoding, UTF_8};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::html_text::html_text;

/// The largest feed that is read, in bytes.
pub const FEED_MOST: usize = 8 * 1024 * 1024;
/// The most posts that are taken from one.
pub const ITEMS_MOST: usize = 500;
/// Characters of one member; the rest of a longer one is left out.
const TEXT_MOST: usize = 100_000;

/// Why a feed cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    #[error("the feed has more than {FEED_MOST} bytes")]
    TooLarge,
    #[error("the feed is written in an encoding that is not known: {0}")]
    Encoding(String),
    #[error("this is no JSON Feed, RSS or Atom")]
    NoFeed,
    #[error("the feed is broken: {0}")]
    Broken(String),
    #[error("the feed is nested too deep")]
    TooDeep,
}

/// What stands in a feed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Feed {
    pub title: String,
    pub items: Vec<FeedItem>,
    /// Items beyond the most that are taken, and those that nothing tells from others.
    pub left_out: usize,
}

/// One post, as text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeedItem {
    /// What tells it from all others of its feed.
    pub id: String,
    pub title: String,
    pub text: String,
    pub author: String,
    pub link: String,
    pub at: Option<Timestamp>,
    pub categories: Vec<String>,
    /// Longitude and latitude, by GeoRSS.
    pub place: Option<(f64, f64)>,
}

/// Reads a feed. Moments without a zone are those of `zone`.
///
/// # Errors
/// When it is too large, broken, or no feed.
pub fn read(bytes: &[u8], zone: &TimeZone) -> Result<Feed, FeedError> {
    if bytes.len() > FEED_MOST {
        return Err(FeedError::TooLarge);
    }
    let text = decode(bytes)?;
    let start = text.trim_start();
    let mut feed = match start.as_bytes().first() {
        Some(b'{') => json::read(start, zone)?,
        Some(b'<') => xml::read(start, zone)?,
        _ => return Err(FeedError::NoFeed),
    };
    for item in &mut feed.items {
        if item.id.is_empty() {
            item.id.clone_from(&item.link);
        }
        if item.id.is_empty() && !item.title.is_empty() {
            // Nothing else tells it from others.
            item.id = match item.at {
                Some(at) => format!("{at} {}", item.title),
                None => item.title.clone(),
            };
        }
        item.id = item.id.trim().to_owned();
    }
    let all = feed.items.len();
    feed.items.retain(|item| !item.id.is_empty());
    feed.left_out += all - feed.items.len();
    Ok(feed)
}

/// The feed as text: by its mark, by what an XML declaration says, else UTF-8.
fn decode(bytes: &[u8]) -> Result<String, FeedError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok(encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned());
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let declared = head.strip_prefix("<?xml").and_then(|rest| {
        let rest = rest.split("?>").next()?.split_once("encoding")?.1.trim_start().strip_prefix('=')?;
        let rest = rest.trim_start().strip_prefix(['"', '\''])?;
        rest.split(['"', '\'']).next().map(str::to_owned)
    });
    let encoding = match declared {
        Some(label) => Encoding::for_label(label.as_bytes()).ok_or(FeedError::Encoding(label))?,
        None => UTF_8,
    };
    Ok(encoding.decode_without_bom_handling(bytes).0.into_owned())
}

/// A moment as feeds write it: RFC 3339, RFC 2822, or without a zone.
fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(at) = jiff::fmt::rfc2822::parse(text) {
        return Some(at.timestamp());
    }
    // `2019-08-14 09:30` and `2019/8/14 9:30:00` are written as well.
    let plain = text.replace('/', "-");
    let at: DateTime = plain.parse().ok().or_else(|| {
        let forms = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"];
        forms.iter().find_map(|form| {
            let parsed = jiff::fmt::strtime::parse(form, &plain).ok()?;
            parsed.to_datetime().or_else(|_| parsed.to_date().map(|day| day.at(0, 0, 0, 0))).ok()
        })
    })?;
    zone.to_timestamp(at).ok()
}

/// Text of HTML, no longer than is taken.
fn of_html(html: &str) -> String {
    cut(html_text(html))
}

fn cut(text: String) -> String {
    match text.char_indices().nth(TEXT_MOST) {
        Some((at, _)) => text[..at].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::GBK;
    use proptest::prelude::*;

    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    fn feed(text: &str) -> Feed {
        read(text.as_bytes(), &zone()).unwrap()
    }

    const JSON: &str = r#"{
        "version": "https://jsonfeed.org/version/1.1", "title": "社区网",
        "items": [
            {"id": "1", "url": "https://f.example.org/1", "title": "路灯 &amp; 井盖", "content_html": "<p>不亮<br>三天了</p><script>x()</script>",
             "date_published": "2019-08-14T09:30:00+08:00", "authors": [{"name": "甲"}], "tags": ["照明", "安全"]},
            {"id": 2, "content_text": "一\n二", "author": {"name": "乙"}},
            {"title": "", "content_text": "没有编号"},
            {"id": null, "url": "https://f.example.org/4", "summary": "只有摘要"}
        ]}"#;

    #[test]
    fn a_json_feed_is_read() {
        let feed = feed(JSON);
        assert_eq!((feed.title.as_str(), feed.items.len(), feed.left_out), ("社区网", 3, 1));
        let first = &feed.items[0];
        assert_eq!((first.title.as_str(), first.text.as_str()), ("路灯 &amp; 井盖", "不亮\n三天了"));
        assert_eq!((first.author.as_str(), first.categories.join(",")), ("甲", "照明,安全".to_owned()));
        assert_eq!(first.at.unwrap().to_string(), "2019-08-14T01:30:00Z");
        assert_eq!((feed.items[1].id.as_str(), feed.items[1].text.as_str()), ("2", "一\n二"));
        assert_eq!(feed.items[2].id, "https://f.example.org/4");
        assert_eq!(feed.items[2].text, "只有摘要");
    }

    const RSS: &str = r#"<?xml version="1.0" encoding="gbk"?>
<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:georss="http://www.georss.org/georss">
<channel><title>社区网</title><atom:link href="https://f.example.org/feed"/><item>
<title>路灯不亮 &lt;b&gt;三天&lt;/b&gt; &b;</title><link>https://f.example.org/1</link><guid isPermaLink="false">f-1</guid>
<dc:creator>甲</dc:creator><pubDate>Wed, 14 Aug 2019 09:30:00 +0800</pubDate><category>照明</category>
<description><![CDATA[<p>短</p>]]></description><content:encoded><![CDATA[<p>全文&nbsp;很长</p>]]></content:encoded>
<georss:point>40.07 116.34</georss:point><media:title>图</media:title>
</item><item><title>无编号</title><link>https://f.example.org/2</link><description>x &amp;amp; y&nbsp;z</description><pubDate>2019-08-14 9:30</pubDate></item>
</channel></rss>"#;

    #[test]
    fn rss_is_read_in_its_own_encoding_and_nothing_is_expanded() {
        let (bytes, ..) = GBK.encode(RSS);
        let feed = read(&bytes, &zone()).unwrap();
        assert_eq!((feed.title.as_str(), feed.items.len()), ("社区网", 2));
        let first = &feed.items[0];
        assert_eq!((first.id.as_str(), first.title.as_str()), ("f-1", "路灯不亮 三天 &b;"));
        assert_eq!((first.text.as_str(), first.author.as_str()), ("全文 很长", "甲"));
        assert_eq!(
            (first.place, first.categories.as_slice()),
            (Some((116.34, 40.07)), &["照明".to_owned()][..])
        );
        let moments: Vec<String> = feed.items.iter().map(|item| item.at.unwrap().to_string()).collect();
        assert_eq!(moments, ["2019-08-14T01:30:00Z", "2019-08-14T01:30:00Z"]);
        assert_eq!(
            (feed.items[1].id.as_str(), feed.items[1].text.as_str()),
            ("https://f.example.org/2", "x & y z")
        );
    }

    const ATOM: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Town &amp; forum</title>
<author><name>站方</name></author>
<entry><id>tag:f,1</id><title type="html">A &lt;i&gt;lamp&lt;/i&gt;</title><link rel="self" href="https://f/self"/><link href="https://f/1?a=1&amp;b=2"/>
<author><name>甲</name><uri>u</uri></author><updated>2019-08-15T00:00:00Z</updated><published>2019-08-14T01:30:00Z</published><category term="lamps" label="照明"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Out &amp; <b>dark</b></p><p>for &lt;3 days</p></div></content></entry>
<entry><id>tag:f,2</id><title>x</title><summary>plain  text &lt;not a tag&gt;</summary><updated>2019-08-15T00:00:00Z</updated></entry></feed>"#;

    #[test]
    fn atom_is_read_with_all_kinds_of_text() {
        let feed = feed(ATOM);
        assert_eq!(feed.title, "Town & forum");
        let [first, second] = &feed.items[..] else { panic!("{feed:?}") };
        assert_eq!((first.title.as_str(), first.link.as_str()), ("A lamp", "https://f/1?a=1&b=2"));
        assert_eq!(first.text, "Out & dark\n\nfor <3 days");
        assert_eq!(
            (first.author.as_str(), first.at.unwrap().to_string()),
            ("甲", "2019-08-14T01:30:00Z".into())
        );
        assert_eq!(first.categories, ["照明"]);
        assert_eq!((second.text.as_str(), second.author.as_str()), ("plain  text <not a tag>", ""));
        let prefixed = r#"<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:id>1</a:id><a:title>t</a:title></a:entry></a:feed>"#;
        assert_eq!(self::feed(prefixed).items[0].title, "t");
    }

    #[test]
    fn what_is_no_feed_is_refused_and_bounds_hold() {
        let wrong = |text: &str| read(text.as_bytes(), &zone()).unwrap_err();
        for text in
            ["", "hello", "<html><body/></html>", "{}", r#"{"version":"https://example.org/","items":[]}"#]
        {
            assert_eq!(wrong(text), FeedError::NoFeed, "{text}");
        }
        assert!(matches!(wrong("<rss><channel><item>"), FeedError::Broken(_)));
        assert!(matches!(wrong(r#"{"version": "https://jsonfeed.org/version/1"#), FeedError::Broken(_)));
        assert!(matches!(wrong("<?xml version='1.0' encoding='x-none'?><rss/>"), FeedError::Encoding(_)));
        assert_eq!(read(&vec![b' '; FEED_MOST + 1], &zone()), Err(FeedError::TooLarge));
        let deep = format!("<rss><channel>{}", "<x>".repeat(100_000));
        assert_eq!(wrong(&deep), FeedError::TooDeep);
        let many: String = (0..600).map(|n| format!("<item><guid>{n}</guid></item>")).collect();
        let feed = feed(&format!("<rss><channel>{many}</channel></rss>"));
        assert_eq!((feed.items.len(), feed.left_out), (ITEMS_MOST, 100));
        let long = format!(
            "<rss><channel><item><guid>1</guid><title>{}</title></item></channel></rss>",
            "长".repeat(200_000)
        );
        assert_eq!(self::feed(&long).items[0].title.chars().count(), TEXT_MOST);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_much(noise in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..1500) {
            let _ = read(&noise, &zone());
            for whole in [JSON, ATOM, RSS] {
                let end = cut.min(whole.len());
                let mut bytes = whole.as_bytes()[..end].to_vec();
                let _ = read(&bytes, &zone());
                bytes.extend(&noise);
                let _ = read(&bytes, &zone());
            }
        }
    }
}
