//! What residents send: photos, mails, HTML.

use fuzz::{Target, Wrapping, campaign, magnitude};

use crate::told;

/// A GIF of one point, and a PNG of one.
fn photos() -> Vec<Vec<u8>> {
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\x10\x20\x30\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;".to_vec();
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82".to_vec();
    // What a photo is written as is a JPEG: that is the third to begin from.
    let jpeg = photo::make(&gif).map(|made| made.picture.jpeg).unwrap_or_default();
    vec![gif, png, jpeg]
}

#[test]
fn photos_of_residents() {
    campaign(&Target {
        name: "photos",
        seeds: photos(),
        tokens: &[
            "GIF89a",
            "IHDR",
            "IDAT",
            "IEND",
            "RIFF",
            "WEBP",
            "VP8 ",
            "Exif\0\0",
            "\u{0}\u{0}",
            ";",
            ",",
            "<script",
            "PK\u{5}\u{6}",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let answer = photo::make(bytes);
            if let Ok(made) = &answer {
                if made.picture.width > photo::SIDE || made.picture.height > photo::SIDE {
                    return Err("larger than is kept".into());
                }
                // What was written is read again, and is what is kept of it.
                let again =
                    photo::make(&made.picture.jpeg).map_err(|fault| format!("its own picture: {fault}"))?;
                if (again.picture.width, again.picture.height) != (made.picture.width, made.picture.height) {
                    return Err("another size the second time".into());
                }
            }
            Ok(told(&answer, |made| magnitude(made.picture.jpeg.len()).to_owned()))
        },
    });
}

#[test]
fn feeds() {
    campaign(&Target {
        name: "feeds",
        seeds: [
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss><channel><title>t</title><item><guid>1</guid><title>x &lt;b&gt;</title>\
             <description><![CDATA[<p>y</p>]]></description><pubDate>Wed, 14 Aug 2019 09:30:00 +0800</pubDate></item></channel></rss>",
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><id>1</id><content type=\"xhtml\"><div><p>a &amp; b</p></div></content>\
             <link href=\"https://x/1\"/><updated>2019-08-14T01:30:00Z</updated></entry></feed>",
            "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"id\":1,\"content_html\":\"<p>x</p>\",\"tags\":[\"a\"]}]}",
        ]
        .map(|text| text.into())
        .to_vec(),
        tokens: &[
            "<item>", "</item>", "<entry>", "<![CDATA[", "]]>", "&a;", "&#x41;", "<!DOCTYPE x [<!ENTITY a \"b\">]>", "encoding=\"gbk\"",
            "<guid>", "<content type=\"html\">", "<x:title>", "/>", "\"items\":[", "{\"id\":", "null", "\u{feff}", "<georss:point>",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let answer = exchange::feed::read(bytes, &jiff::tz::TimeZone::UTC);
            if let Ok(feed) = &answer
                && (feed.items.len() > exchange::feed::ITEMS_MOST || feed.items.iter().any(|item| item.id.is_empty()))
            {
                return Err("too many items, or one that nothing tells from others".into());
            }
            Ok(told(&answer, |feed| format!("{} {}", magnitude(feed.items.len()), feed.left_out > 0)))
        },
    });
}

#[test]
fn mails() {
    campaign(&Target {
        name: "mails",
        seeds: [
            "From: =?GB2312?B?wO7D9w==?= <li@example.org>\r\nTo: plan+n-1.0123456789abcdef@x.org\r\nSubject: =?utf-8?Q?=E8=B7=AF?=\r\n\
             Message-ID: <1@x>\r\nIn-Reply-To: <a.p.n-1.0123@y>\r\nContent-Type: text/plain; charset=gb18030\r\n\r\n\u{8def}\r\n> x\r\n",
            "From: a@b.cn\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=gbk\r\n\r\n\
             <p>x&nbsp;<script>y</script></p>\r\n--b\r\nContent-Type: image/gif\r\nContent-Transfer-Encoding: base64\r\n\r\nR0lGODlh\r\n--b--\r\n",
        ]
        .map(|text| text.into())
        .to_vec(),
        tokens: &[
            "From:", "Content-Type: ", "multipart/mixed; boundary=b", "message/rfc822", "--b\r\n", "base64", "quoted-printable",
            "charset=gbk", "=?gb18030?B?", "?=", "\r\n\r\n", "Auto-Submitted: ", "<", ">", "&#x", "<script>", "</", "=\r\n",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let answer = exchange::mail::read(bytes);
            if let Ok(mail) = &answer
                && (mail.subject.contains('\n') || mail.name.contains('\n'))
            {
                return Err("a line that is two".into());
            }
            Ok(told(&answer, |mail| {
                format!("{} {} {:?}", magnitude(mail.text.len()), mail.files.len(), mail.automatic)
            }))
        },
    });
}
