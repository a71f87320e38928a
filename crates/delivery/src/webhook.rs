//! What is posted to a webhook, how it is signed, and what the answer means.

use app::notify::{Carried, Post, say};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::preference::Language;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;
use url::Url;
use words::Lang;

use crate::settings::Webhook;

/// Whose manner of speaking a webhook has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// Our own: JSON with a signature in the headers.
    Signed,
    /// A robot in a WeCom group; its address is its secret.
    Wecom,
    /// A robot in a DingTalk group, signed in the address.
    Dingtalk,
    /// A robot in a Feishu group, signed in the body.
    Feishu,
}

impl Preset {
    /// The shortest time between two messages that the other side bears for long.
    pub fn pace(self) -> std::time::Duration {
        std::time::Duration::from_millis(match self {
            Self::Signed => 0,
            // Twenty a minute.
            Self::Wecom | Self::Dingtalk => 3_100,
            // A hundred a minute, five a second.
            Self::Feishu => 650,
        })
    }
}

/// Robots refuse longer texts; the limit is on bytes.
const TEXT_MOST: usize = 1_900;

/// A request as it goes out.
#[derive(Debug)]
pub struct Request {
    pub url: Url,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// What a webhook answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<SignedDuration>,
    pub body: String,
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// Makes the request for a message, at a moment.
pub fn request(hook: &Webhook, post: &Post, site: &str, now: Timestamp) -> Result<Request, String> {
    let mut url = Url::parse(hook.address.reveal()).map_err(|error| error.to_string())?;
    let secret = hook.secret.as_ref().map(|secret| secret.reveal());
    let lang = if hook.language == Language::English { Lang::En } else { Lang::Zh };
    let mut headers = vec![("content-type", "application/json; charset=utf-8".to_owned())];
    let body = match hook.preset {
        Preset::Signed => signed(post, site, lang),
        Preset::Wecom => json!({ "msgtype": "text", "text": { "content": text(post, site, lang) } }),
        Preset::Dingtalk => {
            if let Some(secret) = secret {
                let timestamp = now.as_millisecond();
                let sign =
                    STANDARD.encode(mac(secret.as_bytes(), format!("{timestamp}\n{secret}").as_bytes()));
                url.query_pairs_mut()
                    .append_pair("timestamp", &timestamp.to_string())
                    .append_pair("sign", &sign);
            }
            json!({
                "msgtype": "text",
                "text": { "content": text(post, site, lang) },
                "at": { "isAtAll": false },
            })
        }
        Preset::Feishu => {
            let mut body = json!({ "msg_type": "text", "content": { "text": text(post, site, lang) } });
            if let Some(secret) = secret {
                let timestamp = now.as_second();
                // What would be the message is part of the key; the message itself is empty.
                let sign = STANDARD.encode(mac(format!("{timestamp}\n{secret}").as_bytes(), b""));
                body["timestamp"] = timestamp.to_string().into();
                body["sign"] = sign.into();
            }
            body
        }
    }
    .to_string();
    if hook.preset == Preset::Signed {
        let timestamp = now.as_second();
        headers.push(("x-huitian-event", post.notice.event.to_string()));
        headers.push(("x-huitian-timestamp", timestamp.to_string()));
        let sign = hook.secret.as_ref().map(|secret| secret.sign(timestamp, &body)).unwrap_or_default();
        headers.push(("x-huitian-signature", format!("sha256={sign}")));
    }
    Ok(Request { url, headers, body })
}

fn signed(post: &Post, site: &str, lang: Lang) -> Value {
    let notice = &post.notice;
    json!({
        "event": notice.event,
        "topic": notice.topic,
        "urgent": notice.urgent,
        "subject": notice.subject.as_ref().map(ToString::to_string),
        "title": say(lang, &notice.said),
        "language": lang.tag(),
        "said": notice.said,
        "link": format!("{site}{}", notice.link),
        "at": Timestamp::from_microsecond(post.at).map(|at| at.to_string()).unwrap_or_default(),
    })
}

/// The text for a robot.
fn text(post: &Post, site: &str, lang: Lang) -> String {
    let notice = &post.notice;
    let title = say(lang, &notice.said);
    let title = match notice.urgent {
        true => words::with(lang, "notify-hook-urgent", &[("title", &title)]),
        false => title,
    };
    let topic = words::text(lang, &format!("notify-topic-{}", notice.topic.as_str()));
    let link = format!("{site}{}", notice.link);
    // What someone wrote must not call the whole group: robots take "<@all>" and "<at …>" for a call.
    let head = cut(&title.replace('<', "＜"), TEXT_MOST.saturating_sub(topic.len() + link.len() + 2));
    format!("{head}\n{topic}\n{link}")
}

/// At most so many bytes, with a sign that something was cut.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut end = most.saturating_sub('…'.len_utf8());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

/// What an answer means: taken, later, or never.
pub fn judge(preset: Preset, answer: &Answer) -> Carried {
    let said = format!("{} {}", answer.status, answer.body);
    match answer.status {
        200..300 => match (preset, robot_code(&answer.body)) {
            (Preset::Signed, _) | (_, Some(0)) => Carried::Done(said),
            // Too many at once, a key word or a clock that is wrong: that passes, or somebody mends it.
            _ => Carried::Later { said, asked: answer.retry_after },
        },
        // Somewhere else, or nothing of this kind here.
        300..400 | 400 | 404 | 405 | 410 | 411 | 413 | 414 | 415 | 422 => Carried::Never(said),
        _ => Carried::Later { said, asked: answer.retry_after },
    }
}

/// The code that robots answer with; 0 is success.
fn robot_code(body: &str) -> Option<i64> {
    let body: Value = serde_json::from_str(body).ok()?;
    ["errcode", "code", "StatusCode"].iter().find_map(|name| body.get(name)?.as_i64())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use app::notify::Recipient;
    use domain::code::Code;
    use domain::notice::{EventKey, Notice, Said, SitePath, Topic};

    use super::*;
    use crate::settings::Secret;

    fn hook(preset: Preset, address: &str, secret: Option<&str>) -> Webhook {
        Webhook {
            id: Code::new("h").unwrap(),
            preset,
            address: Secret::new(address),
            secret: secret.map(Secret::new),
            audience: Recipient::Unit(Code::new("u").unwrap()),
            topics: BTreeSet::new(),
            language: Language::Chinese,
            timeout: std::time::Duration::from_secs(1),
        }
    }

    fn post(who: &str) -> Post {
        Post {
            webhook: Code::new("h").unwrap(),
            notice: Notice {
                event: EventKey::new("entry-1/test").unwrap(),
                topic: Topic::Meeting,
                urgent: true,
                subject: None,
                said: Said::new("notify-test").text("who", who),
                link: SitePath::new("/p/huitian-2018").unwrap(),
            },
            at: 1_565_744_400_000_000,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    // The expected signatures come from Python's hmac, hashlib and base64, by the vendors' rules.

    #[test]
    fn dingtalk_is_signed_in_the_address() {
        let hook =
            hook(Preset::Dingtalk, "https://oapi.dingtalk.com/robot/send?access_token=t", Some("SEC000"));
        let request = request(&hook, &post("王"), "https://s", at(1_565_744_400)).unwrap();
        assert_eq!(request.url.as_str(), DINGTALK);
        let body: Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!(body["msgtype"], "text");
        assert_eq!(
            body["text"]["content"],
            "【即时调度】这是一条测试通知，由王发出。\n会议\nhttps://s/p/huitian-2018"
        );
    }

    #[test]
    fn feishu_is_signed_in_the_body() {
        let hook = hook(Preset::Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/x", Some("secret"));
        let request = request(&hook, &post("王"), "https://s", at(1_599_360_473)).unwrap();
        let body: Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!(body["timestamp"], "1599360473");
        assert_eq!(body["sign"], FEISHU);
        assert_eq!(body["msg_type"], "text");
        assert!(body["content"]["text"].as_str().unwrap().contains("测试"));
    }

    #[test]
    fn our_own_is_signed_in_the_headers_with_the_body() {
        let request =
            request(&hook(Preset::Signed, "https://h/x", Some("k")), &post("王"), "https://s", at(7))
                .unwrap();
        let header = |name: &str| request.headers.iter().find(|(n, _)| *n == name).unwrap().1.clone();
        assert_eq!(
            header("x-huitian-signature"),
            format!("sha256={}", Secret::new("k").sign(7, &request.body))
        );
        assert_eq!(header("x-huitian-event"), "entry-1/test");
        let body: Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!(
            (&body["at"], &body["link"]),
            (&json!("2019-08-14T01:00:00Z"), &json!("https://s/p/huitian-2018"))
        );
    }

    #[test]
    fn nobody_calls_the_group_and_texts_stay_short() {
        let hook = hook(Preset::Wecom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k", None);
        let long = format!("<@all> <at user_id=\"all\"></at> {}", "长".repeat(2_000));
        let request = request(&hook, &post(&long), "https://s", at(7)).unwrap();
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let content = body["text"]["content"].as_str().unwrap();
        assert!(!content.contains('<') && content.len() <= TEXT_MOST, "{}", content.len());
        assert!(content.ends_with("…\n会议\nhttps://s/p/huitian-2018"));
    }

    #[test]
    fn answers_are_judged() {
        let judged = |preset, status, body: &str| {
            judge(preset, &Answer { status, retry_after: None, body: body.into() })
        };
        assert!(matches!(judged(Preset::Signed, 204, ""), Carried::Done(_)));
        for preset in [Preset::Wecom, Preset::Dingtalk] {
            assert!(matches!(judged(preset, 200, r#"{"errcode":0,"errmsg":"ok"}"#), Carried::Done(_)));
            assert!(matches!(judged(preset, 200, r#"{"errcode":45009}"#), Carried::Later { .. }));
            assert!(matches!(judged(preset, 200, "<html>"), Carried::Later { .. }));
        }
        assert!(matches!(judged(Preset::Feishu, 200, r#"{"code":0,"msg":"success"}"#), Carried::Done(_)));
        assert!(matches!(judged(Preset::Feishu, 200, r#"{"StatusCode":0}"#), Carried::Done(_)));
        assert!(matches!(judged(Preset::Feishu, 200, r#"{"code":19021}"#), Carried::Later { .. }));
        for status in [301, 302, 307, 400, 404, 410] {
            assert!(matches!(judged(Preset::Signed, status, ""), Carried::Never(_)), "{status}");
        }
        for status in [401, 403, 408, 429, 500, 502, 503] {
            assert!(matches!(judged(Preset::Signed, status, ""), Carried::Later { .. }), "{status}");
        }
    }

    const DINGTALK: &str = "https://oapi.dingtalk.com/robot/send?access_token=t&timestamp=1565744400000&sign=Z6MaUMDaoe6eH%2BvdAIx67nooYZGCNTi0FwJjRqcHgu0%3D";
    const FEISHU: &str = "q4jswNiMy51J5JuQV566yJat0/lQ/c+22kINzUgKsGU=";
}
