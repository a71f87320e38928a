//! What requests can be about, and what is asked of each.

use domain::request::RequestCategory;
use domain::request::question::{AnswerKind, Question};
use words::Lang;

use crate::fault::Fault;
use crate::form::Node;
use crate::jurisdiction::Jurisdiction;

/// The categories that are offered.
pub fn services(held: &Jurisdiction, lang: Lang) -> Node {
    let offered = held.portfolio.plan.request_categories.iter().filter(|category| !category.closed);
    Node::List("service", offered.map(|category| service(category, lang.is_english())).collect())
}

fn service(category: &RequestCategory, english: bool) -> Node {
    let kind = match (category.private, category.batch) {
        (true, _) => "blackbox",
        (false, true) => "batch",
        (false, false) => "realtime",
    };
    let about = category.about.as_ref().map_or("", |about| about.get(english));
    Node::Record(vec![
        ("service_code", Node::text(category.category.as_str())),
        ("service_name", Node::text(category.name.get(english))),
        ("description", Node::or_null(about)),
        ("metadata", Node::Yes(!category.questions.is_empty())),
        ("type", Node::text(kind)),
        ("keywords", Node::or_null(&category.words.join(","))),
        ("group", Node::Null),
    ])
}

/// A category that is offered.
pub fn offered<'a>(held: &'a Jurisdiction, code: &str) -> Result<&'a RequestCategory, Fault> {
    let category = held.portfolio.plan.request_category(code).filter(|category| !category.closed);
    category.ok_or_else(|| Fault::not_found("service_code is not known here"))
}

/// What is asked of a category; nothing for one without questions.
pub fn definition(held: &Jurisdiction, code: &str, lang: Lang) -> Result<Node, Fault> {
    let category = offered(held, code)?;
    let attributes =
        category.questions.iter().zip(1..).map(|(question, at)| attribute(question, at, lang.is_english()));
    Ok(Node::Record(vec![
        ("service_code", Node::text(category.category.as_str())),
        ("attributes", Node::List("attribute", attributes.collect())),
    ]))
}

fn attribute(question: &Question, order: u64, english: bool) -> Node {
    let told = question.kind == AnswerKind::Remark;
    let about = question.about.as_ref().map_or("", |about| about.get(english));
    let values = question.choices.iter().map(|choice| {
        Node::Record(vec![
            ("key", Node::text(choice.choice.as_str())),
            ("name", Node::text(choice.name.get(english))),
        ])
    });
    Node::Record(vec![
        ("variable", Node::Yes(!told)),
        ("code", Node::text(question.question.as_str())),
        ("datatype", Node::text(if told { "string" } else { question.kind.as_str() })),
        ("required", Node::Yes(question.required && !told)),
        ("datatype_description", Node::or_null(about)),
        ("order", Node::Whole(order)),
        ("description", Node::text(question.name.get(english))),
        ("values", Node::List("value", values.collect())),
    ])
}
