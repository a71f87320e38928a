//! A mail as a mail server hands it on: who wrote it, what it says, the files with it. In any of the encodings in
//! which mails are really written.

use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders, PartType};

use crate::html_text::html_text;

/// The largest mail that is read.
pub const MAIL_MOST: usize = 64 * 1024 * 1024;
/// The most files that are taken from one.
const FILES_MOST: usize = 20;
/// Marks before what somebody answers to, as mail programs write them.
const QUOTED: [&str; 8] = [
    "-----original message-----",
    "-----原始邮件-----",
    "------------------ 原始邮件 ------------------",
    "------------------ original ------------------",
    "发件人:",
    "发件人：",
    "from:",
    "________________________________",
];

/// Why a mail cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    #[error("the mail has more than {} bytes", MAIL_MOST)]
    TooLarge,
    #[error("this is no mail")]
    NoMail,
    #[error("the mail does not say who wrote it")]
    NoSender,
}

/// Why a mail was written by no person, or to no one in particular.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Automatic {
    /// A server tells that a mail could not be delivered.
    Bounce,
    /// Somebody is away, or a program answers.
    Reply,
    /// To a list, or to many.
    Bulk,
}

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// As its writer's program named it; empty where it has no name.
    pub id: String,
    pub from: String,
    pub name: String,
    pub to: Vec<String>,
    pub subject: String,
    /// Everything it says.
    pub text: String,
    /// What was written for this mail: without what it answers to or passes on.
    pub own: String,
    /// The mails that it answers to.
    pub answers: Vec<String>,
    pub files: Vec<MailFile>,
    pub automatic: Option<Automatic>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Reads a mail.
pub fn read(bytes: &[u8]) -> Result<Mail, MailError> {
    if bytes.len() > MAIL_MOST {
        return Err(MailError::TooLarge);
    }
    let message = MessageParser::default().parse(bytes).ok_or(MailError::NoMail)?;
    let from = message.from().and_then(|from| from.first());
    let address = from.and_then(|from| from.address()).unwrap_or_default().trim().to_owned();
    let automatic = automatic(&message, &address);
    if address.is_empty() && automatic.is_none() {
        return Err(MailError::NoSender);
    }
    let body = body(&message);
    let recipients = message.all_to().chain(message.cc()).flat_map(|list| list.iter());
    let delivered = ["Delivered-To", "X-Original-To", "Envelope-To"]
        .into_iter()
        .filter_map(|name| message.header_raw(name))
        .map(|value| value.trim().trim_matches(['<', '>']).to_owned());
    let to = recipients.filter_map(|to| to.address()).map(str::to_owned).chain(delivered).take(50);
    Ok(Mail {
        id: message.message_id().unwrap_or_default().trim().to_owned(),
        name: one_line(from.and_then(|from| from.name()).unwrap_or_default()),
        to: to.collect(),
        subject: one_line(message.subject().unwrap_or_default()),
        own: own_words(&body),
        text: body,
        answers: ids(message.in_reply_to()).into_iter().chain(ids(message.references())).take(50).collect(),
        files: files(&message),
        from: address,
        automatic,
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text; made of HTML where there is nothing else.
fn body(message: &Message) -> String {
    let mut out: Vec<String> = Vec::new();
    for part in message.text_bodies() {
        match &part.body {
            PartType::Text(text) => out.push(text.replace("\r\n", "\n").replace('\r', "\n")),
            PartType::Html(html) => out.push(html_text(html)),
            _ => {}
        }
    }
    out.join("\n").replace('\0', "").trim().to_owned()
}

fn above_foot(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "--" {
            break;
        }
        end += line.len();
    }
    // A mail that begins with a foot has none.
    if text[..end].trim().is_empty() { text } else { &text[..end] }
}

/// What the writer wrote: not what they answer to, and not the foot that a program puts below it.
fn own_words(text: &str) -> String {
    let text = above_foot(text);
    let mut kept: Vec<&str> = Vec::new();
    for line in text.lines() {
        let bare = line.trim();
        let lower = bare.to_lowercase();
        let introduces = |line: &str| {
            (line.starts_with("on ") && line.ends_with("wrote:"))
                || (line.starts_with('在') && (line.ends_with("写道：") || line.ends_with("写道:")))
        };
        // Words may stand before a line that looks like a head: then it is one.
        if QUOTED.iter().any(|mark| lower.starts_with(mark))
            && (kept.iter().any(|line| !line.trim().is_empty()))
        {
            break;
        }
        if introduces(&lower) {
            break;
        }
        if bare.starts_with('>') {
            continue;
        }
        kept.push(line.trim_end());
    }
    let own = kept.join("\n").trim().to_owned();
    // Somebody who wrote below what they answer to, or only forwarded something: better all than nothing.
    if own.is_empty() { text.trim().to_owned() } else { own }
}

fn ids(value: &HeaderValue) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![id.trim().to_owned()],
        HeaderValue::TextList(ids) => ids.iter().map(|id| id.trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}

fn files(message: &Message) -> Vec<MailFile> {
    let parts = message.attachments().filter_map(|part| {
        let bytes = match &part.body {
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes.to_vec(),
            // A text with a name is a file: what it says was not written for this mail.
            PartType::Text(text) | PartType::Html(text) => text.as_bytes().to_vec(),
            PartType::Message(mail) => mail.raw_message.to_vec(),
            PartType::Multipart(_) => return None,
        };
        // What a program signed the mail with is nobody's file.
        let signature = part.content_type().and_then(|kind| kind.subtype()).is_some_and(|kind| {
            let kind = kind.to_ascii_lowercase();
            kind.ends_with("pkcs7-signature") || kind == "pgp-signature" || kind == "pgp-keys"
        });
        if signature {
            return None;
        }
        let image = part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("image"));
        let mail = matches!(part.body, PartType::Message(_));
        let name = one_line(part.attachment_name().unwrap_or_default());
        (image || mail || !name.is_empty()).then_some(MailFile { name, bytes })
    });
    parts.take(FILES_MOST).collect()
}

/// Whether no person wrote it, as far as its head tells.
fn automatic(message: &Message, from: &str) -> Option<Automatic> {
    let says = |name: &'static str| message.header_raw(name).unwrap_or_default().trim().to_ascii_lowercase();
    let sender = from.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let report = message.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|kind| kind.eq_ignore_ascii_case("report"))
    });
    if report || says("Return-Path") == "<>" || matches!(&*sender, "mailer-daemon" | "postmaster") {
        return Some(Automatic::Bounce);
    }
    let submitted = says("Auto-Submitted");
    let precedence = says("Precedence");
    if !submitted.is_empty() && !submitted.starts_with("no")
        || precedence == "auto_reply"
        || ["X-Autoreply", "X-Autorespond", "X-Auto-Response"].into_iter().any(|name| !says(name).is_empty())
    {
        return Some(Automatic::Reply);
    }
    let bulk = matches!(&*precedence, "bulk" | "junk" | "list")
        || !says("List-Id").is_empty()
        || !says("List-Unsubscribe").is_empty();
    bulk.then_some(Automatic::Bulk)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(head: &str, body: &str) -> Vec<u8> {
        format!("From: =?GB2312?B?{}?= <Li@Example.org>\r\nTo: plan@x.org\r\nMessage-ID: <1@x>\r\n{head}\r\n\r\n{body}", "wO7D9w==")
            .into_bytes()
    }

    #[test]
    fn texts_in_every_clothing_are_read() {
        let plain = read(&mail(
            "Subject: =?utf-8?Q?=E8=B7=AF=E7=81=AF?=\r\nContent-Type: text/plain; charset=utf-8",
            "路灯不亮",
        ))
        .unwrap();
        assert_eq!((plain.name.as_str(), plain.from.as_str()), ("李明", "Li@Example.org"));
        assert_eq!(
            (plain.subject.as_str(), plain.text.as_str(), plain.id.as_str()),
            ("路灯", "路灯不亮", "1@x")
        );
        let (gbk, ..) = encoding_rs::GBK.encode("东门的路灯不亮，请修");
        let mut bytes = mail("Content-Type: text/plain; charset=gbk\r\nContent-Transfer-Encoding: 8bit", "");
        bytes.extend(gbk.iter());
        assert_eq!(read(&bytes).unwrap().text, "东门的路灯不亮，请修");
        let (gb18030, ..) = encoding_rs::GB18030.encode("㐀字小区");
        let mut bytes = mail("Content-Type: text/plain; charset=GB18030", "");
        bytes.extend(gb18030.iter());
        assert_eq!(read(&bytes).unwrap().text, "㐀字小区");
        let quoted = mail(
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable",
            "=E5=81=9C=\r\n=E6=B0=B4",
        );
        assert_eq!(read(&quoted).unwrap().text, "停水");
        let html =
            mail("Content-Type: text/html; charset=utf-8", "<p>停水</p><script>x</script><div>三天</div>");
        assert_eq!(read(&html).unwrap().text, "停水\n\n三天");
    }

    #[test]
    fn parts_are_told_apart_and_files_are_kept() {
        let bytes = mail(
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b",
            "--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n\
             --c\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n文字\r\n\
             --c\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<b>网页</b>\r\n--c--\r\n\
             --b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; filename=\"a.jpg\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n/9j/\r\n--b--\r\n",
        );
        let read = read(&bytes).unwrap();
        assert_eq!(read.text, "文字");
        assert_eq!(read.files, [MailFile { name: "a.jpg".into(), bytes: vec![0xff, 0xd8, 0xff] }]);
    }

    #[test]
    fn a_mail_within_a_mail_is_a_file() {
        let bytes = mail(
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b",
            "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n请看\r\n\
             --b\r\nContent-Type: message/rfc822\r\n\r\n\
             Subject: x\r\nContent-Type: text/plain\r\n\r\nwithin\r\n--b--\r\n",
        );
        let read = read(&bytes).unwrap();
        assert_eq!((read.text.as_str(), read.files.len()), ("请看", 1));
        assert!(String::from_utf8_lossy(&read.files[0].bytes).contains("within"));
    }

    #[test]
    fn answers_are_without_what_they_answer_to() {
        for text in [
            "还是不亮\n\nOn Mon, plan wrote:\n> 已修好",
            "还是不亮\n\n在 2019-08-14，回天 写道：\n> 已修好",
            "还是不亮\n> 已修好\n> 请评价",
            "还是不亮\n\n-----原始邮件-----\n发件人: 回天\n已修好",
            "还是不亮\n-- \n李明 138",
        ] {
            assert_eq!(own_words(text), "还是不亮", "{text}");
        }
        assert_eq!(own_words("> 只有引用"), "> 只有引用");
        // What somebody passes on is what a new mail says.
        let passed_on = read(&mail("", "请看下面\n\n-----原始邮件-----\n东门的路灯不亮\n-- \n李明")).unwrap();
        assert_eq!(passed_on.own, "请看下面");
        assert_eq!(passed_on.text, "请看下面\n\n-----原始邮件-----\n东门的路灯不亮\n-- \n李明");
        let read = read(&mail("In-Reply-To: <a.p.1.x@y>\r\nReferences: <b@y> <c@y>", "x")).unwrap();
        assert_eq!(read.answers, ["a.p.1.x@y", "b@y", "c@y"]);
    }

    #[test]
    fn programs_are_known() {
        for (head, expected) in [
            ("Auto-Submitted: auto-replied", Some(Automatic::Reply)),
            ("Auto-Submitted: no", None),
            ("Return-Path: <>", Some(Automatic::Bounce)),
            ("Content-Type: multipart/report; boundary=b", Some(Automatic::Bounce)),
            ("Precedence: bulk", Some(Automatic::Bulk)),
            ("List-Id: <news.example.org>", Some(Automatic::Bulk)),
            ("Subject: x", None),
        ] {
            assert_eq!(read(&mail(head, "x")).unwrap().automatic, expected, "{head}");
        }
        assert_eq!(read(b"Subject: x\r\n\r\ny"), Err(MailError::NoSender));
        assert!(read(b"").is_err());
    }
}
