//! One answer in both forms of the standard: XML without attributes or namespaces, JSON without the outer name.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

/// The form that the end of an address asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Xml,
    Json,
}

impl Form {
    /// Takes the ending off: `requests.json` is `requests` as JSON.
    pub fn split(file: &str) -> Option<(&str, Self)> {
        let (name, ending) = file.rsplit_once('.')?;
        let form = match ending {
            "xml" => Self::Xml,
            "json" => Self::Json,
            _ => return None,
        };
        (!name.is_empty()).then_some((name, form))
    }

    fn media(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Xml => "text/xml; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// What an answer is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    Null,
    Text(String),
    Number(f64),
    Whole(u64),
    Yes(bool),
    Record(Vec<(&'static str, Node)>),
    /// A list, with the name that each of its members has in XML.
    List(&'static str, Vec<Node>),
}

impl Node {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Absent when it says nothing.
    pub fn or_null(text: &str) -> Self {
        if text.is_empty() { Self::Null } else { Self::text(text) }
    }

    pub fn maybe(text: Option<String>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    fn json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Text(text) => Value::String(readable(text)),
            Self::Number(number) => serde_json::json!(number),
            Self::Whole(number) => serde_json::json!(number),
            Self::Yes(yes) => Value::Bool(*yes),
            Self::Record(fields) => {
                let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.json()));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Self::List(_, members) => Value::Array(members.iter().map(Self::json).collect()),
        }
    }

    fn xml(&self, name: &str, out: &mut String) {
        let content = match self {
            Self::Null => return out.push_str(&format!("<{name}/>")),
            Self::Text(text) => escaped(text),
            Self::Number(number) => number.to_string(),
            Self::Whole(number) => number.to_string(),
            Self::Yes(yes) => yes.to_string(),
            Self::Record(fields) => {
                out.push_str(&format!("<{name}>"));
                fields.iter().for_each(|(name, value)| value.xml(name, out));
                return out.push_str(&format!("</{name}>"));
            }
            Self::List(member, members) => {
                out.push_str(&format!("<{name}>"));
                members.iter().for_each(|value| value.xml(member, out));
                return out.push_str(&format!("</{name}>"));
            }
        };
        if content.is_empty() {
            out.push_str(&format!("<{name}/>"));
        } else {
            out.push_str(&format!("<{name}>{content}</{name}>"));
        }
    }

    pub fn written(&self, root: &str, form: Form) -> String {
        match form {
            Form::Json => self.json().to_string(),
            Form::Xml => {
                let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
                self.xml(root, &mut out);
                out.push('\n');
                out
            }
        }
    }

    pub fn answer(&self, status: StatusCode, root: &str, form: Form) -> Response {
        let mut response = (status, self.written(root, form)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, form.media());
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
        response
    }
}

/// Characters that XML may hold; others, which nobody can see, are left out of both forms.
fn readable(text: &str) -> String {
    let may = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{7e}' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(may).collect()
}

fn escaped(text: &str) -> String {
    readable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#13;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_answer_has_two_forms() {
        let node = Node::List(
            "service",
            vec![Node::Record(vec![
                ("service_code", Node::text("001")),
                ("description", Node::text("车 & <人>\u{0}\u{1b} 🚲")),
                ("metadata", Node::Yes(true)),
                ("group", Node::Null),
                ("keywords", Node::text("")),
                ("order", Node::Whole(1)),
                ("lat", Node::Number(40.07)),
                ("values", Node::List("value", Vec::new())),
            ])],
        );
        assert_eq!(
            node.written("services", Form::Xml),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<services><service><service_code>001</service_code>\
             <description>车 &amp; &lt;人&gt; 🚲</description><metadata>true</metadata><group/><keywords/>\
             <order>1</order><lat>40.07</lat><values></values></service></services>\n"
        );
        let json: Value = serde_json::from_str(&node.written("services", Form::Json)).unwrap();
        assert_eq!(json[0]["service_code"], "001");
        assert_eq!(json[0]["description"], "车 & <人> 🚲");
        assert_eq!(json[0]["group"], Value::Null);
        assert_eq!(json[0]["values"], serde_json::json!([]));
    }

    #[test]
    fn the_ending_says_the_form() {
        assert_eq!(Form::split("requests.json"), Some(("requests", Form::Json)));
        assert_eq!(Form::split("190814-3.xml"), Some(("190814-3", Form::Xml)));
        assert_eq!(Form::split("a.b.xml"), Some(("a.b", Form::Xml)));
        for other in ["requests", "requests.html", "requests.JSON", ".xml", "requests."] {
            assert_eq!(Form::split(other), None, "{other}");
        }
    }
}
