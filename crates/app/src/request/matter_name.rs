//! What is put on the books of requests is called by what they are about and where: words of those who asked would stay
//! there when they are erased from their requests.

use domain::code::Code;
use domain::named::Named;
use domain::portfolio::Portfolio;
use words::Lang;

use super::hot::HotMatter;

/// `路灯 · 东小区`: a category and an area, as far as they are known, behind something.
pub fn matter_name(
    portfolio: &Portfolio,
    before: Named,
    category: Option<&Code>,
    area: Option<&Code>,
) -> Named {
    let category = category.and_then(|code| portfolio.plan.request_category(code.as_str()));
    let area = area.and_then(|code| portfolio.areas.get(code));
    let names = [Some(before), category.map(|held| held.name.clone()), area.map(|held| held.name.clone())];
    let names: Vec<Named> = names.into_iter().flatten().filter(|name| !name.zh.is_empty()).collect();
    let of = |english: bool| names.iter().map(|name| name.get(english)).collect::<Vec<_>>().join(" · ");
    Named::new(of(false), of(true))
}

impl HotMatter {
    /// What it is called where it is put down.
    pub fn name(&self, portfolio: &Portfolio) -> Named {
        let area = self.areas.first().map(|(area, _)| area);
        let unknown = self.category.is_none();
        let of = |lang| if unknown { words::text(lang, "hot-title").into_owned() } else { String::new() };
        matter_name(portfolio, Named::new(of(Lang::Zh), of(Lang::En)), self.category.as_ref(), area)
    }
}
